package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/state"
)

// keeper renews the leases of the claims that this process holds.
type keeper struct {
	intents state.Intents
	log     logrus.FieldLogger

	mu      sync.Mutex
	held    map[*held]bool
	nothing chan struct{} // closed when no command is held; nil where nobody waits for that
}

// held is one claim of this process. Its fields are the keeper's.
type held struct {
	claim state.Claim
	until time.Time // when the lease ends, as far as is known here
	// lost is told once why the claim is no longer ours; nil where nobody asked.
	lost    context.CancelCauseFunc
	command bool      // begun here: it goes on also while the store is away
	noted   bool      // its answer was posted
	ended   bool      // it is over, and the store is to hear of it
	heard   time.Time // when the store has heard that it is over; zero: not yet
	again   bool      // the store may not have heard of it, or of its lease
	taken   bool      // of a command: another replica has it
}

func newKeeper(intents state.Intents, log logrus.FieldLogger) *keeper {
	return &keeper{intents: intents, log: log, held: map[*held]bool{}}
}

// hold renews a claim from now on. lost is told once the claim is another's, or may
// be because it could not be renewed.
func (k *keeper) hold(c state.Claim, lost context.CancelCauseFunc) *held {
	return k.keep(&held{claim: c, lost: lost})
}

// holdCommand renews the claim of a command that begins here.
func (k *keeper) holdCommand(c state.Claim) *held {
	return k.keep(&held{claim: c, command: true})
}

func (k *keeper) keep(h *held) *held {
	h.until = h.claim.LeasedUntil
	k.mu.Lock()
	defer k.mu.Unlock()
	k.held[h] = true
	return h
}

// adopt gives a claim to the command that is worked on here already: its lease had
// ended, and of all replicas this one has claimed it. false where there is none.
func (k *keeper) adopt(c state.Claim) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for h := range k.held {
		if h.command && h.claim.ID == c.ID {
			h.claim, h.until, h.taken, h.heard = c, c.LeasedUntil, false, time.Time{}
			return true
		}
	}
	return false
}

// release forgets a claim, unless the store is still to hear that it is over.
func (k *keeper) release(h *held) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !h.ended {
		k.drop(h)
	}
}

// drop forgets a claim. The keeper is locked.
func (k *keeper) drop(h *held) {
	delete(k.held, h)
	k.tellNothing()
}

// tellNothing tells whoever waits for it that no command is held. The keeper is
// locked.
func (k *keeper) tellNothing() {
	if k.nothing != nil && !k.anyCommand() {
		close(k.nothing)
		k.nothing = nil
	}
}

func (k *keeper) anyCommand() bool {
	for h := range k.held {
		if h.atWork() {
			return true
		}
	}
	return false
}

// claimOf is the claim by which something is held now.
func (k *keeper) claimOf(h *held) state.Claim {
	k.mu.Lock()
	defer k.mu.Unlock()
	return h.claim
}

// atWork reports whether it is a command that is ours to answer. The keeper is
// locked.
func (h *held) atWork() bool { return h.command && !h.ended && !h.taken }

// noCommands is closed when no command is held. It is called once.
func (k *keeper) noCommands() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	nothing := make(chan struct{})
	if k.anyCommand() {
		k.nothing = nothing
	} else {
		close(nothing)
	}
	return nothing
}

// untold are the claims that the store is to hear of before this process ends:
// commands without an answer, and what it may have missed.
func (k *keeper) untold() []*held {
	return k.some(func(h *held) bool { return h.atWork() || h.behind() })
}

func (k *keeper) isAtWork(h *held) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return h.atWork()
}

// missed notes that the store may not have heard of a command.
func (k *keeper) missed(h *held) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h.again = true
}

// answered notes that the answer of a command was posted.
func (k *keeper) answered(h *held) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h.noted = true
}

func (k *keeper) wasAnswered(h *held) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return h.noted
}

// guard has taken told once the command is another's.
func (k *keeper) guard(h *held, taken context.CancelCauseFunc) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if h.taken {
		taken(state.ErrLeaseLost)
		return
	}
	if h.lost == nil { // else its holder hears of it
		h.lost = taken
	}
}

// confirm asks whether a claim is ours still, where its lease may have ended: while
// the store was away, or this process did not get to renew it.
func (k *keeper) confirm(ctx context.Context, h *held) error {
	k.mu.Lock()
	taken, ended := h.taken, !time.Now().Before(h.until)
	k.mu.Unlock()
	if taken {
		return state.ErrLeaseLost
	}
	if !ended {
		return nil
	}
	if err := k.renew(ctx, h); errors.Is(err, state.ErrLeaseLost) {
		return err
	}
	return nil // ours, or nobody can say: somebody has to answer
}

// find is the claim of an intent that this process holds.
func (k *keeper) find(id string) (*held, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for h := range k.held {
		if h.claim.ID == id {
			return h, true
		}
	}
	return nil, false
}

// some are the claims that are held and meet the condition.
func (k *keeper) some(meets func(*held) bool) []*held {
	k.mu.Lock()
	defer k.mu.Unlock()
	var some []*held
	for h := range k.held {
		if meets(h) {
			some = append(some, h)
		}
	}
	return some
}

// run renews until ctx ends. All claims are renewed at the same time: a store
// that is slow must not let the last of many run out.
func (k *keeper) run(ctx context.Context) {
	tick, missed := time.NewTicker(renewEvery), time.NewTicker(catchUpEvery)
	defer tick.Stop()
	defer missed.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-missed.C:
			k.catchUp(ctx)
			continue
		case <-tick.C:
		}
		var renewing sync.WaitGroup
		for _, h := range k.some(func(h *held) bool { return !h.ended && !h.taken }) {
			renewing.Go(func() { _ = k.renew(ctx, h) }) // it tells whom it concerns
		}
		renewing.Wait()
	}
}

// renew renews a lease, and ends what cannot go on without it.
func (k *keeper) renew(ctx context.Context, h *held) error {
	now, claim := time.Now(), k.claimOf(h)
	err := k.intents.Renew(ctx, now, claim, lease)
	k.mu.Lock()
	defer k.mu.Unlock()
	if h.claim.Token != claim.Token {
		return nil // it was claimed here again meanwhile
	}
	if err == nil {
		h.until, h.again = now.Add(lease), false
		return nil
	}
	if !k.held[h] || h.ended || ctx.Err() != nil {
		return nil // it was settled meanwhile
	}
	h.again = unheard(err)
	over := errors.Is(err, state.ErrLeaseLost)
	if !over && !h.command && !time.Now().Before(h.until) {
		over = true // nobody may have it, but somebody could
		err = fmt.Errorf("%w: it could not be renewed: %w", state.ErrLeaseLost, err)
	}
	if !over {
		return err
	}
	if h.command { // it is known as such until its answer is given up
		h.taken, h.again = true, false
		k.tellNothing()
		k.log.WithField("intent", h.claim.ID).Warnf("another replica has it now: %v", err)
	} else {
		k.drop(h)
	}
	if h.lost != nil {
		h.lost(err)
	}
	return err
}
