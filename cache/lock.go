package cache

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"logbot/cache/patience"
	"logbot/logsapi"
)

// How processes that share a store ask once for what several of them want. Who
// finds no value takes the lock of the page, asks, writes the value and gives the
// lock back; the others look at the value until it is there. All of this only
// saves requests: a value is the same whoever fetched it, so that a lost lock
// costs one more request and no fence is needed.
const (
	// lockLife is how long a lock outlives its holder. It bounds what the others
	// lose when a process dies while it asks.
	lockLife = 2 * time.Second
	// renewEvery leaves room for two renewals that do not arrive.
	renewEvery = lockLife / 3
	// failedLife is how long a holder that got no page says so. Who waited for it
	// then asks by itself, as if there were no locks: waiting in line for a
	// service that refuses would help nobody.
	failedLife = time.Second
	// waitLimit is how long a page is waited for at most. A holder that hangs, but
	// lives, costs the others this and one request each.
	waitLimit = 10 * time.Second
	// lockBudget is the longest the taking of a lock takes: it saves one request,
	// which is not worth more.
	lockBudget = callBudget / 3

	firstLook = 5 * time.Millisecond
	lastLook  = 200 * time.Millisecond

	// failed stands in the place of the token when the holder got no page.
	failed = "failed"
)

// lockState is what TryLock found.
type lockState int

const (
	lockWon    lockState = iota // it is the caller's now
	lockHeld                    // somebody asks
	lockFailed                  // somebody asked, and got nothing that could be kept
)

// sharedStore is a PageStore of several processes. The lock of a key lies where
// the key does.
type sharedStore interface {
	PageStore
	// TryLock takes lock for life unless somebody has it, and looks for the value
	// of key: it may have come in the meantime, and then is what counts. Value is
	// nil where there is none.
	TryLock(ctx context.Context, key, lock, token string, life time.Duration) (value []byte, state lockState, err error)
	// Renew makes the lock last for life from now; false is a lock that is
	// somebody else's, or nobody's.
	Renew(ctx context.Context, lock, token string, life time.Duration) (bool, error)
	// Unlock gives the lock back if it is token's still. Without a value it leaves
	// word of that, for those who wait.
	Unlock(ctx context.Context, lock, token string, value bool) error
}

// TryLock implements sharedStore, in one round trip.
func (s *Redis) TryLock(ctx context.Context, key, lock, token string, life time.Duration) (value []byte, state lockState, err error) {
	value, err = s.do(ctx, s.writes, key, lockBudget, func(ctx context.Context) ([]byte, error) {
		var won *redis.BoolCmd
		var holder, read *redis.StringCmd
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			won = p.SetNX(ctx, lock, token, life)
			holder = p.Get(ctx, lock)
			read = s.read(ctx, p, key)
			return nil
		})
		switch {
		case won.Err() != nil:
			return nil, won.Err()
		case won.Val(), holder.Val() == token: // the latter when the library tried twice
			state = lockWon
		case err != nil && holder.Err() == nil && holder.Val() == "":
			// Nothing was asked: the library says so of the whole, and leaves each
			// command without an error, when it got no connection.
			return nil, err
		case holder.Val() == failed:
			state = lockFailed
		default:
			state = lockHeld
		}
		return got(read)
	})
	if errors.Is(err, ErrMiss) {
		err = nil
	}
	return value, state, during("lock", key, err)
}

// The scripts compare first: a lock that expired may be another's by now.
const (
	renewScript  = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`
	unlockScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('UNLINK', KEYS[1]) end return 0`
	failScript   = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0`
)

// Renew implements sharedStore.
func (s *Redis) Renew(ctx context.Context, lock, token string, life time.Duration) (ours bool, err error) {
	_, err = s.do(ctx, s.writes, lock, callBudget, func(ctx context.Context) ([]byte, error) {
		var err error
		ours, err = s.client.Eval(ctx, renewScript, []string{lock}, token, life.Milliseconds()).Bool()
		return nil, err
	})
	return ours, during("renew", lock, err)
}

// Unlock implements sharedStore.
func (s *Redis) Unlock(ctx context.Context, lock, token string, value bool) error {
	_, err := s.do(ctx, s.writes, lock, callBudget, func(ctx context.Context) ([]byte, error) {
		if value {
			return nil, s.client.Eval(ctx, unlockScript, []string{lock}, token).Err()
		}
		return nil, s.client.Eval(ctx, failScript, []string{lock}, token, failed, failedLife.Milliseconds()).Err()
	})
	return during("unlock", lock, err)
}

// heldLock is a lock that this process has. A nil one is none, and may be used.
type heldLock struct {
	store       sharedStore
	name, token string
	stop        func() // ends the renewal, and waits for it
}

// lock waits until a page for r is in the shared store, or until it is for this
// process to ask: with the lock where it was to be had, else without.
func (p *Pages) lock(ctx context.Context, key string, r logsapi.PageRequest) (page logsapi.Page, found bool, h *heldLock) {
	if p.shared == nil {
		return page, false, nil
	}
	name, token := lockOf(key, r.Finished), rand.Text()
	waited := false
	for began, look := time.Now(), firstLook; ; look = min(2*look, lastLook) {
		value, state, err := p.shared.TryLock(ctx, key, name, token, lockLife)
		if err != nil {
			p.storeFailed(err)
			return page, false, nil
		}
		if state == lockWon {
			h = p.hold(name, token)
		}
		if page, ok := p.use(ctx, key, r, value); ok {
			h.release(ctx, true)
			return page, true, nil
		}
		if state != lockHeld || time.Since(began) >= waitLimit {
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

// hold renews a lock that was won until it is released. A holder whose process
// dies does not, and loses it in lockLife.
func (p *Pages) hold(name, token string) *heldLock {
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
	return &heldLock{store: p.shared, name: name, token: token, stop: func() {
		cancel()
		<-ended
	}}
}

// release gives the lock back, after the value where there is one. An error does
// not matter: the lock ends by itself.
func (h *heldLock) release(ctx context.Context, value bool) {
	if h == nil {
		return
	}
	h.stop()
	_ = h.store.Unlock(ctx, h.name, h.token, value)
}
