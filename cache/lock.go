package cache

import (
	"context"
	"crypto/rand"
	"time"

	"logbot/cache/pagestore"
	"logbot/cache/patience"
	"logbot/logsapi"
)

// How processes that share a store ask once for a page that several of them want.
// A process that finds no value takes the lock of the page, asks upstream, writes
// the value and releases the lock; the others look for the value until it is there.
// All this only saves requests: any process would write the same value, so a lost
// lock costs one more request and no fencing is needed.
const (
	// lockLife is how long a lock outlives its holder: the longest that the others
	// wait for a process that has died.
	lockLife = 2 * time.Second
	// renewEvery allows two renewals to be lost.
	renewEvery = lockLife / 3
	// waitLimit is the longest wait for the page of another process. A holder that
	// is alive and hangs costs the others this and one request each.
	waitLimit = 10 * time.Second

	firstLook = 5 * time.Millisecond
	lastLook  = 200 * time.Millisecond
)

// takenLock is a lock that this process has taken. A nil one is no lock; releasing
// it does nothing.
type takenLock struct {
	store       pagestore.Shared
	name, token string
	stop        func() // ends the renewal, and waits for it
}

// lock waits until the shared store has a page for r, or until this process must
// ask upstream: with the lock if it could be taken.
func (p *Pages) lock(ctx context.Context, key string, r logsapi.PageRequest) (page logsapi.Page, found bool, h *takenLock) {
	if p.shared == nil {
		return page, false, nil
	}
	name, token := pagestore.LockOf(key, r.Finished), rand.Text()
	waited := false
	for began, look := time.Now(), firstLook; ; look = min(2*look, lastLook) {
		value, state, err := p.shared.TryLock(ctx, key, name, token, lockLife)
		if err != nil {
			p.storeFailed(err)
			return page, false, nil
		}
		if state == pagestore.LockWon {
			h = p.hold(name, token)
		}
		if page, ok := p.use(ctx, key, r, value); ok {
			h.release(ctx, true)
			return page, true, nil
		}
		if state != pagestore.LockHeld || time.Since(began) >= waitLimit {
			return page, false, h
		}
		if !waited {
			waited = true
			p.counters.waited.Add(1)
			ctx = patience.Idle(ctx)
		}
		select {
		case <-time.After(look):
		case <-ctx.Done():
			return page, false, nil
		}
	}
}

// hold renews a lock until it is released. If the process dies, the lock ends
// after lockLife.
func (p *Pages) hold(name, token string) *takenLock {
	ctx, cancel := context.WithCancel(p.closing)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(renewEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			ours, err := p.shared.Renew(ctx, name, token, lockLife)
			if err == nil && !ours {
				p.counters.lostLocks.Add(1)
				return
			}
		}
	}()
	return &takenLock{store: p.shared, name: name, token: token, stop: func() {
		cancel()
		<-ended
	}}
}

// release releases the lock; value says that the store now has the page. An error
// does not matter: the lock expires.
func (h *takenLock) release(ctx context.Context, value bool) {
	if h == nil {
		return
	}
	h.stop()
	_ = h.store.Unlock(ctx, h.name, h.token, value)
}
