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

// NewHolder returns a Holder without leases. durable says that the store, like a file,
// never loses what it has confirmed; then it is told once that work is done.
func NewHolder(store Store, durable bool, log logrus.FieldLogger) *Holder {
	return &Holder{store: store, durable: durable, log: log, leases: map[string]*Lease{}}
}

// Begin stores a command that this process is about to acknowledge and answer. first is
// false if the id is known: the command is being answered, or was. After an error the
// command must be answered, too; the lease is nil if no other process would take over.
func (h *Holder) Begin(ctx context.Context, command state.Intent) (l *Lease, first bool, err error) {
	h.mu.Lock()
	known, here := h.leases[command.ID]
	h.mu.Unlock()
	if here && known.isCommand {
		return nil, false, nil // even if the store has lost it
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

// Adopt passes a claim to the lease of a command that began here and whose lease in the
// store has ended. It returns false if there is none: then the work must be done.
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

// Hold keeps the lease of work that was claimed. onLost is called when it is lost.
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

// Held is how many pieces of work are this process's to do.
func (h *Holder) Held() int { return len(h.those((*Lease).held)) }

// remove forgets a lease. h.mu is locked.
func (h *Holder) remove(l *Lease) {
	if h.leases[l.claim.ID] == l {
		delete(h.leases, l.claim.ID)
	}
}

// those returns the leases that meet a condition; meet is called with h.mu locked.
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
