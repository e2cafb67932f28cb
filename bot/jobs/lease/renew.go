package lease

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"logbot/cache/state"
)

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

// renewAll renews all leases at the same time, so that a slow store does not let the last
// of many end.
func (h *Holder) renewAll(ctx context.Context) {
	var renewing sync.WaitGroup
	for _, l := range h.those((*Lease).held) {
		renewing.Go(func() { _ = l.renew(ctx) }) // it logs, and calls OnLost
	}
	renewing.Wait()
}

// catchUp tells the store what it missed or may have lost. It stops when the store does
// not answer.
func (h *Holder) catchUp(ctx context.Context) {
	for _, l := range h.those((*Lease).behind) {
		if NoAnswer(h.tell(ctx, l)) {
			return
		}
	}
}

// tell tells the store again that the work is held, or that it is done.
func (h *Holder) tell(ctx context.Context, l *Lease) error {
	h.mu.Lock()
	held, id := l.held(), l.claim.ID
	h.mu.Unlock()
	if held {
		return l.renew(ctx)
	}
	err := l.tellDone(ctx)
	if err != nil && !NoAnswer(err) {
		h.log.WithField("intent", id).Warnf("tell the store that work is done: %v", err)
	}
	return err
}

// renew extends the lease in the store by Duration from now. The error wraps
// state.ErrLeaseLost if the lease is lost.
func (l *Lease) renew(ctx context.Context) error {
	now, claim := time.Now(), l.currentClaim()
	err := l.holder.store.Renew(ctx, now, claim, Duration)
	tell, err := l.renewed(ctx, claim.Token, now, err)
	tell()
	return err
}

// renewed applies the answer of the store to a renewal that was requested at a time.
func (l *Lease) renewed(ctx context.Context, token string, asked time.Time, err error) (tell func(), _ error) {
	nothing := func() {}
	l.holder.mu.Lock()
	defer l.holder.mu.Unlock()
	switch {
	case l.claim.Token != token, !l.held():
		return nothing, nil // adopted, lost or finished meanwhile
	case err == nil:
		l.until = asked.Add(Duration)
		l.setStatus(active)
		return nothing, nil
	case ctx.Err() != nil:
		return nothing, nil // it says nothing about the store
	case errors.Is(err, state.ErrLeaseLost):
	case !l.isCommand && !time.Now().Before(l.until):
		err = fmt.Errorf("%w: it ended before it was renewed: %w", state.ErrLeaseLost, err)
	default:
		if NoAnswer(err) {
			l.setStatus(unsure)
		}
		return nothing, err
	}
	if l.isCommand {
		l.holder.log.WithField("intent", l.claim.ID).Warnf("another replica answers the command: %v", err)
	}
	return l.lose(err), err
}
