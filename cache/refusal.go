package cache

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/maypok86/otter/v2"

	"logbot/cache/pagestore"
	"logbot/logsapi"
)

const (
	// maxRefused bounds the refused logs that are recorded.
	maxRefused = 1000
	// maxForgotten bounds the pages of a refused log that are removed from the store.
	maxForgotten = 500
)

// refusals records what the service refused last, so that a revoked right also
// ends the serving of kept pages:
//
//   - after a 401 no kept page is served, until the service has answered some
//     request;
//   - after a 403 for a log no kept page of that log is served, until the service
//     has answered a request for it; and the pages that this process keeps of it are
//     removed, in memory and in the store. It is the log, not the build: an account
//     may lack the right to one endpoint and read the build through another.
//
// A kept page is served without asking the service, so a revoked right is noticed
// with the first request that reaches the service; another process that shares the
// store notices it with a request of its own.
type refusals struct {
	account atomic.Bool
	logs    *otter.Cache[string, *struct{}] // by pagestore.LogOf
}

func newRefusals() *refusals {
	return &refusals{logs: otter.Must(&otter.Options[string, *struct{}]{MaximumSize: maxRefused})}
}

// bar reports whether the page of key must not be served from memory or the store.
func (r *refusals) bar(key string) bool {
	if r.account.Load() {
		return true
	}
	_, refused := r.logs.GetIfPresent(pagestore.LogOf(key))
	return refused
}

// heard records the service's answer to a request for key.
func (p *Pages) heard(key string, err error) {
	switch {
	case err == nil:
		p.refused.account.Store(false)
		p.refused.logs.Invalidate(pagestore.LogOf(key))
	case errors.Is(err, logsapi.ErrUnauthorized):
		p.refused.account.Store(true)
	case errors.Is(err, logsapi.ErrForbidden):
		p.refused.account.Store(false) // the credential itself was accepted
		p.refused.logs.Set(pagestore.LogOf(key), &struct{}{})
		p.forget(pagestore.LogOf(key))
	}
}

// forget removes the pages of a log that are in memory, from memory and from the
// store.
func (p *Pages) forget(log string) {
	keys := p.memory.Keys(log)
	for _, key := range keys {
		p.storeFailed(p.memory.Delete(context.Background(), key))
	}
	if p.store == nil || len(keys) == 0 || !p.start() {
		return
	}
	go func() {
		defer p.work.Done()
		ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
		defer cancel()
		for _, key := range keys[:min(len(keys), maxForgotten)] {
			p.storeFailed(p.store.Delete(ctx, key))
		}
	}()
}
