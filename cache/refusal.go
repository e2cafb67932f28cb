package cache

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/maypok86/otter/v2"

	"logbot/logsapi"
)

const (
	// maxRefused bounds how many refused logs are remembered.
	maxRefused = 1000
	// maxForgotten bounds how many pages of a refused log are removed from the
	// store.
	maxForgotten = 500
)

// refusals remembers what the service refused last, so that a right that was
// taken away also ends what is kept:
//
//   - after a 401 nothing that is kept is served, until the service has answered
//     some request;
//   - after a 403 for a log nothing of that log is served, until the service has
//     answered a request for it; and what this process kept of it is removed, in
//     memory and in the store. It is the log, not the build: an account may be
//     without the right to one endpoint and read the build through another.
//
// Pages that are kept are served without a word of the service, so that a right
// taken away is noticed with the first request that does reach it; another
// process that shares the store notices it by a request of its own.
type refusals struct {
	account atomic.Bool
	logs    *otter.Cache[string, struct{}] // by logOf
}

func newRefusals() *refusals {
	return &refusals{logs: otter.Must(&otter.Options[string, struct{}]{MaximumSize: maxRefused})}
}

// bar reports whether what is kept under key must not be served.
func (r *refusals) bar(key string) bool {
	if r.account.Load() {
		return true
	}
	_, refused := r.logs.GetIfPresent(logOf(key))
	return refused
}

// heard takes note of the service's answer to a request for key.
func (p *Pages) heard(key string, err error) {
	switch {
	case err == nil:
		p.refused.account.Store(false)
		p.refused.logs.Invalidate(logOf(key))
	case errors.Is(err, logsapi.ErrUnauthorized):
		p.refused.account.Store(true)
	case errors.Is(err, logsapi.ErrForbidden):
		p.refused.account.Store(false) // the credential itself was accepted
		p.refused.logs.Set(logOf(key), struct{}{})
		p.forget(logOf(key))
	}
}

// forget removes the pages of a log that this process has in memory, there and
// in the store.
func (p *Pages) forget(log string) {
	var keys []string
	for key := range p.memory.values.Keys() {
		if strings.HasPrefix(key, log) {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		p.memory.values.Invalidate(key)
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
