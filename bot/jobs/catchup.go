package jobs

import (
	"context"
	"time"

	"logbot/cache/state"
)

const (
	// catchUpEvery is how often a store that was away is told of the commands that it
	// missed: until then nobody else knows that they wait, or that they are over.
	catchUpEvery = 250 * time.Millisecond
	// repeatEnd is when the store is told again that work is over: a Redis whose
	// master fails may lose what it heard last. It leaves the time of a failover
	// until the lease, which was renewed not long ago, ends.
	repeatEnd = renewEvery
	// maxEnded bounds the work that is over and of which the store is to hear; it is
	// as much as the store itself keeps.
	maxEnded = state.MaxIntents
)

// end tells the store that work is over. Where the store is away it hears of it
// later, and in any case once more: what is not known to be over is done twice.
func (k *keeper) end(ctx context.Context, h *held) error {
	k.mu.Lock()
	h.ended = true // it is not renewed any more
	claim := h.claim
	k.tellNothing()
	k.mu.Unlock()
	err := k.intents.Done(ctx, time.Now(), claim)
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case len(k.held) > maxEnded:
		k.drop(h)
	case unheard(err), h.claim.Token != claim.Token: // away, or claimed here again meanwhile
	case err == nil && h.heard.IsZero():
		h.heard = time.Now()
	default:
		k.drop(h)
	}
	return err
}

// catchUp tells the store what it missed or may have lost, until it is away.
func (k *keeper) catchUp(ctx context.Context) {
	for _, h := range k.some((*held).behind) {
		over := k.isOver(h)
		err := k.tell(ctx, h)
		if unheard(err) {
			return
		}
		if err != nil && over { // else renew has logged it
			k.log.WithField("intent", k.claimOf(h).ID).Warnf("end it: %v", err)
		}
	}
}

// behind reports whether the store may not know how it stands. The keeper is
// locked.
func (h *held) behind() bool {
	return h.again || h.ended && (h.heard.IsZero() || time.Since(h.heard) >= repeatEnd)
}

func (k *keeper) isBehind(h *held) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return h.behind()
}

// tell tells the store how it stands.
func (k *keeper) tell(ctx context.Context, h *held) error {
	if k.isOver(h) {
		return k.end(ctx, h)
	}
	return k.renew(ctx, h)
}

func (k *keeper) isOver(h *held) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return h.ended
}
