package lease

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/state"
)

// maxLeases bounds the finished work that the store must still be told about. It is
// as much as the store keeps.
const maxLeases = state.MaxIntents

// Store is the part of state.Intents that leases need.
type Store interface {
	PutClaimed(ctx context.Context, now time.Time, intent state.Intent, lease time.Duration) (claim state.Claim, added bool, err error)
	Renew(ctx context.Context, now time.Time, claim state.Claim, lease time.Duration) error
	Note(ctx context.Context, now time.Time, claim state.Claim, progress []byte) error
	Again(ctx context.Context, now time.Time, claim state.Claim, due time.Time, payload []byte) error
	Done(ctx context.Context, now time.Time, claim state.Claim) error
	Cancel(ctx context.Context, now time.Time, id string) (found bool, err error)
}

// Holder has the leases of this process and keeps them while Run runs. It is safe
// for concurrent use.
type Holder struct {
	store   Store
	durable bool
	log     logrus.FieldLogger

	mu     sync.Mutex
	leases map[string]*Lease // by the id of the intent
	idle   chan struct{}     // closed when no command is held; nil: nobody waits for it
}

// NewHolder returns a Holder without leases. durable says that the store never loses
// what it has confirmed, as a file does not: then the end of work is told once.
func NewHolder(store Store, durable bool, log logrus.FieldLogger) *Holder {
	return &Holder{store: store, durable: durable, log: log, leases: map[string]*Lease{}}
}

// Begin stores a command that this process answers; it is the write before the
// acknowledgement. first is false if the id is known, and then somebody answers the
// command or has answered it. With an error the command is answered all the same;
// the lease is nil if no other process would take it over.
func (h *Holder) Begin(ctx context.Context, command state.Intent) (l *Lease, first bool, err error) {
	h.mu.Lock()
	known, here := h.leases[command.ID]
	h.mu.Unlock()
	if here && known.isCommand {
		return nil, false, nil // the store may have lost it
	}
	claim, added, err := h.store.PutClaimed(ctx, time.Now(), command, Duration)
	switch {
	case err == nil && !added:
		return nil, false, nil
	case err == nil:
		return h.add(&Lease{isCommand: true, claim: claim}), true, nil
	case NoAnswer(err) && claim.Token != "":
		return h.add(&Lease{isCommand: true, claim: claim, status: unsure}), true, err
	}
	return nil, true, err
}

// Adopt gives a claim to the lease of a command that began here, whose lease in the
// store had ended. It reports false if there is none, and the work is to be done.
func (h *Holder) Adopt(c state.Claim) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.leases[c.ID]
	if l == nil || !l.isCommand {
		return false
	}
	l.claim, l.until = c, c.LeasedUntil
	if l.status == finished || l.status == confirmed {
		l.setStatus(finished)
	} else {
		l.setStatus(active)
	}
	return true
}

// Hold keeps the lease of work that was claimed. onLost is called once if it is
// lost, or may be because it could not be renewed.
func (h *Holder) Hold(c state.Claim, onLost func(why error)) *Lease {
	return h.add(&Lease{claim: c, onLost: onLost})
}

func (h *Holder) add(l *Lease) *Lease {
	l.holder, l.until = h, l.claim.LeasedUntil
	h.mu.Lock()
	tell := func() {}
	if before := h.leases[l.claim.ID]; before != nil && before.held() {
		tell = before.lose(state.ErrLeaseLost) // the store has given the work out again
	}
	h.leases[l.claim.ID] = l
	h.mu.Unlock()
	tell()
	return l
}

// remove forgets a lease. h.mu is locked.
func (h *Holder) remove(l *Lease) {
	if h.leases[l.claim.ID] == l {
		delete(h.leases, l.claim.ID)
	}
}

// those returns the leases that meet a condition, which is called with h.mu locked.
func (h *Holder) those(meet func(*Lease) bool) []*Lease {
	h.mu.Lock()
	defer h.mu.Unlock()
	var some []*Lease
	for _, l := range h.leases {
		if meet(l) {
			some = append(some, l)
		}
	}
	return some
}

// Run renews leases, and tells the store what it missed, until ctx ends.
func (h *Holder) Run(ctx context.Context) {
	renewal, retry := time.NewTicker(renewEvery), time.NewTicker(retryEvery)
	defer renewal.Stop()
	defer retry.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-retry.C:
			h.catchUp(ctx)
		case <-renewal.C:
			h.renewAll(ctx)
		}
	}
}

// renewAll renews all leases at the same time: with a slow store the last of many
// must not end.
func (h *Holder) renewAll(ctx context.Context) {
	var renewing sync.WaitGroup
	for _, l := range h.those((*Lease).held) {
		renewing.Go(func() { _ = l.renew(ctx) }) // it logs, and calls OnLost
	}
	renewing.Wait()
}

// catchUp tells the store what it missed or may have lost, and stops when it gives
// no answer.
func (h *Holder) catchUp(ctx context.Context) {
	for _, l := range h.those((*Lease).behind) {
		if NoAnswer(h.tell(ctx, l)) {
			return
		}
	}
}

// tell tells the store how the lease stands.
func (h *Holder) tell(ctx context.Context, l *Lease) error {
	h.mu.Lock()
	held, id := l.held(), l.claim.ID
	h.mu.Unlock()
	if held {
		return l.renew(ctx)
	}
	err := l.Finish(ctx)
	if err != nil && !NoAnswer(err) {
		h.log.WithField("intent", id).Warnf("end finished work in the store: %v", err)
	}
	return err
}
