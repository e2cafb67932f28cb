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
	// lost is told once why the claim is no longer ours. Nil is somebody who goes
	// on also when the store is away: a command.
	lost  context.CancelCauseFunc
	noted bool // of a command: its answer was posted
	ended bool // of a command: it is over, and the store is still to hear of it
	again bool // of a command: the store may not have heard of it
}

// maxEnded bounds the commands that are over and of which the store has not heard;
// it is as many as the store itself keeps.
const maxEnded = state.MaxIntents

func newKeeper(intents state.Intents, log logrus.FieldLogger) *keeper {
	return &keeper{intents: intents, log: log, held: map[*held]bool{}}
}

// hold renews a claim from now on.
func (k *keeper) hold(c state.Claim, lost context.CancelCauseFunc) *held {
	h := &held{claim: c, until: time.Now().Add(lease), lost: lost}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.held[h] = true
	return h
}

func (k *keeper) release(h *held) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(h)
}

// drop forgets a claim. The keeper is locked.
func (k *keeper) drop(h *held) {
	delete(k.held, h)
	if k.nothing != nil && !k.anyCommand() {
		close(k.nothing)
		k.nothing = nil
	}
}

func (k *keeper) anyCommand() bool {
	for h := range k.held {
		if h.lost == nil && !h.ended {
			return true
		}
	}
	return false
}

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

// commands are the commands that are held and not over.
func (k *keeper) commands() []*held {
	return k.some(func(h *held) bool { return h.lost == nil && !h.ended })
}

// end takes a command out of the store and forgets it. Where the store is away it
// hears of it later: the command would be answered twice if it did not.
func (k *keeper) end(ctx context.Context, h *held) error {
	k.mu.Lock()
	h.ended = true // it is not renewed any more
	k.mu.Unlock()
	err := k.intents.Done(ctx, time.Now(), h.claim)
	k.mu.Lock()
	defer k.mu.Unlock()
	if !unheard(err) || len(k.held) > maxEnded {
		k.drop(h)
	}
	return err
}

// catchUp tells the store of the commands that it missed, begun ones and those that
// are over, until it is away.
func (k *keeper) catchUp(ctx context.Context) {
	for _, h := range k.some(func(h *held) bool { return h.ended || h.again }) {
		if !k.isOver(h) {
			if err := k.renew(ctx, h); unheard(err) {
				return
			}
			continue
		}
		err := k.end(ctx, h)
		if unheard(err) {
			return
		}
		if err != nil {
			k.log.WithField("intent", h.claim.ID).Warnf("end a command: %v", err)
		}
	}
}

func (k *keeper) isOver(h *held) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return h.ended
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
		for _, h := range k.some(func(h *held) bool { return !h.ended }) {
			renewing.Go(func() { _ = k.renew(ctx, h) }) // it tells whom it concerns
		}
		renewing.Wait()
	}
}

// renew renews a lease, and ends what cannot go on without it.
func (k *keeper) renew(ctx context.Context, h *held) error {
	now := time.Now()
	err := k.intents.Renew(ctx, now, h.claim, lease)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		h.until, h.again = now.Add(lease), false
		return nil
	}
	if !k.held[h] || h.ended || ctx.Err() != nil {
		return nil // it was settled meanwhile
	}
	over := errors.Is(err, state.ErrLeaseLost)
	if !over && h.lost != nil && !time.Now().Before(h.until) {
		over = true // nobody may have it, but somebody could
		err = fmt.Errorf("%w: it could not be renewed: %w", state.ErrLeaseLost, err)
	}
	if over {
		k.drop(h)
		if h.lost != nil {
			h.lost(err)
		} else {
			k.log.WithField("intent", h.claim.ID).Warnf("another replica has it now: %v", err)
		}
	}
	return err
}
