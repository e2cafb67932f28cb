// Package patience bounds how long one command waits for its stores, all calls
// together: a store that is slow or away may cost a command a quarter of a second
// once, not at each step.
//
// The budget of a command is in its context ([With]), through all packages. A store
// asks it before each call ([Begin]); redisclient.Breakers does. A context without a
// budget is for work that no user waits for; its calls have only their own
// deadlines.
package patience

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// Total is the longest that one command waits for calls that are slow or fail.
	// With the usual calls it stays below the 300 ms by which a command may be slower
	// while Redis is in trouble.
	Total = 250 * time.Millisecond
	// Usual is how long a served call may take at no cost. A healthy Redis takes 1 ms,
	// and a command that reads a thousand pages must not use up its budget.
	Usual = 10 * time.Millisecond
)

// ErrUsedUp says that the command has used up its budget: it goes on without the
// store.
var ErrUsedUp = errors.New("the command has waited for its stores as long as it may")

// Budget is how long one command has waited and may still wait. It is safe for
// concurrent use.
type Budget struct {
	mu      sync.Mutex
	spent   time.Duration
	waiting map[*call]struct{}
}

// call is a call under way.
type call struct{ began time.Time }

// New returns the budget of a new command.
func New() *Budget { return &Budget{waiting: map[*call]struct{}{}} }

type key struct{}

// carried is the value in a context.
type carried struct {
	budget *Budget
	idle   bool
}

// In returns a context whose calls spend b; nil lifts the limit.
func In(ctx context.Context, b *Budget) context.Context {
	return context.WithValue(ctx, key{}, carried{budget: b})
}

// With is In with a new budget.
func With(ctx context.Context) context.Context { return In(ctx, New()) }

// Without lifts the limit: for work after the answer, and for commands that are
// pointless without the store, such as setting an alias.
func Without(ctx context.Context) context.Context { return In(ctx, nil) }

// Of returns the budget of ctx, or nil.
func Of(ctx context.Context) *Budget {
	c, _ := ctx.Value(key{}).(carried)
	return c.budget
}

// Idle marks calls that poll for something the command waits for anyway: a served
// call is free, however long it took.
func Idle(ctx context.Context) context.Context {
	c, _ := ctx.Value(key{}).(carried)
	c.idle = true
	return context.WithValue(ctx, key{}, c)
}

// Begin begins a call that may take at most atMost. It returns how long it may take
// within the budget, or ErrUsedUp. The caller calls over when the call has ended,
// with whether it was served. A call that was served within Usual is free; any other
// costs the time it took. Concurrent calls spend concurrently.
func Begin(ctx context.Context, atMost time.Duration) (granted time.Duration, over func(served bool), err error) {
	c, _ := ctx.Value(key{}).(carried)
	if c.budget == nil {
		return atMost, func(bool) {}, nil
	}
	now := time.Now()
	b := c.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	granted = min(atMost, b.left(now))
	if granted <= 0 {
		return 0, nil, ErrUsedUp
	}
	mine := &call{began: now}
	b.waiting[mine] = struct{}{}
	return granted, func(served bool) { b.end(mine, served, c.idle) }, nil
}

// left is what is left of the budget; calls under way for longer than Usual count as
// spent.
func (b *Budget) left(now time.Time) time.Duration {
	left := Total - b.spent
	for c := range b.waiting {
		if took := now.Sub(c.began); took > Usual {
			left -= took
		}
	}
	return left
}

// Spent is the cost of the calls that have ended. It may exceed Total on a busy
// machine.
func (b *Budget) Spent() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spent
}

func (b *Budget) end(c *call, served, idle bool) {
	took := time.Since(c.began)
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.waiting, c)
	if !served || took > Usual && !idle {
		b.spent += took
	}
}
