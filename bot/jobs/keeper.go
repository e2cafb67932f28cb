package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
}

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
		if h.lost == nil {
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

// commands are the commands that are held.
func (k *keeper) commands() []*held {
	return slices.DeleteFunc(k.all(), func(h *held) bool { return h.lost != nil })
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

func (k *keeper) all() []*held {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := make([]*held, 0, len(k.held))
	for h := range k.held {
		all = append(all, h)
	}
	return all
}

// run renews until ctx ends. All claims are renewed at the same time: a store
// that is slow must not let the last of many run out.
func (k *keeper) run(ctx context.Context) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var renewing sync.WaitGroup
		for _, h := range k.all() {
			renewing.Go(func() { k.renew(ctx, h) })
		}
		renewing.Wait()
	}
}

func (k *keeper) renew(ctx context.Context, h *held) {
	now := time.Now()
	err := k.intents.Renew(ctx, now, h.claim, lease)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		h.until = now.Add(lease)
		return
	}
	if !k.held[h] || ctx.Err() != nil {
		return // it was settled meanwhile
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
}
