// Package flight makes one call for all callers that want the same at the same
// time.
package flight

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Group joins equal calls. It is safe for concurrent use, and not copied.
type Group struct {
	// Limit ends a call, which the context of a caller does not end.
	Limit time.Duration
	// Warnf gets a line when a call panics.
	Warnf func(format string, args ...any)

	calls singleflight.Group

	mu     sync.Mutex
	closed bool
	under  map[*context.CancelFunc]bool // the calls under way
}

// Close ends the calls under way, which their callers may have left; later ones end at once.
func (g *Group) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for cancel := range g.under {
		(*cancel)()
	}
}

// bounded is the context of a call of a caller with ctx. The call ends with end.
func (g *Group) bounded(ctx context.Context) (_ context.Context, end func()) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.Limit)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		cancel()
	}
	if g.under == nil {
		g.under = map[*context.CancelFunc]bool{}
	}
	g.under[&cancel] = true
	return ctx, func() {
		cancel()
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.under, &cancel)
	}
}

// Do returns what call returns, or an equal call that is under way; joined says
// which. Calls with the same key are equal. What names the result in an error.
//
// The call has the values of the ctx of the caller that began it, and goes on when
// that or any other caller leaves, until its limit or Close. A panic in call is a panic in every caller.
func Do[T any](ctx context.Context, g *Group, key, what string, call func(context.Context) (T, error)) (value T, joined bool, err error) {
	began := false // read only after the call has ended
	came := g.calls.DoChan(key, func() (_ any, err error) {
		began = true
		defer g.recovered(&err)
		ctx, end := g.bounded(ctx)
		defer end()
		return call(ctx)
	})
	select {
	case <-ctx.Done():
		return value, false, fmt.Errorf("wait for %s: %w", what, ctx.Err())
	case r := <-came:
		if crash, ok := errors.AsType[*crash](r.Err); ok {
			panic(crash)
		}
		value, _ = r.Val.(T)
		return value, !began, r.Err
	}
}

// crash carries a panic from the goroutine of a call to its callers.
type crash struct {
	value any
	stack []byte
}

func (c *crash) Error() string {
	return fmt.Sprintf("panic while asking upstream: %v\n\n%s", c.value, c.stack)
}

// recovered turns a panic into an error; every caller may have left, so it is
// logged too.
func (g *Group) recovered(err *error) {
	if v := recover(); v != nil {
		c := &crash{v, debug.Stack()}
		g.Warnf("%v", c)
		*err = c
	}
}
