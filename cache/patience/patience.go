// Package patience bounds how long one command waits for the stores behind it,
// all its calls together: a store that is slow or away may cost a command a
// quarter of a second once, and not at each step.
//
// The budget of a command travels in its context ([With]), through every package
// between. Whatever calls a store asks it first ([Begin]), for redisclient.Breakers
// does. A context without a budget is of work for which nobody waits; its calls
// have their own deadlines only.
package patience

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// Total is what one command waits at most for calls that are not served as
	// usual. With the answers in their usual time it stays below the 300 ms by which
	// a command may be slower while Redis is in trouble.
	Total = 250 * time.Millisecond
	// Usual is how long a call may take that costs nothing, if it is served: a Redis
	// that is well takes 1 ms, and reading a log of a thousand pages is no trouble.
	Usual = 10 * time.Millisecond
)

// ErrUsedUp says that the command has waited enough: it goes on without the store.
var ErrUsedUp = errors.New("the command has waited for its stores as long as it may")

// Budget is what is left of one command's patience. It is safe for concurrent use.
type Budget struct {
	mu      sync.Mutex
	spent   time.Duration
	waiting map[*call]struct{}
}

// call is one that is under way.
type call struct{ began time.Time }

// New is the budget of a command that begins.
func New() *Budget { return &Budget{waiting: map[*call]struct{}{}} }

type key struct{}

// carried is what a context has.
type carried struct {
	budget *Budget
	idle   bool
}

// In makes the calls under the context spend b; nil ends the bound.
func In(ctx context.Context, b *Budget) context.Context {
	return context.WithValue(ctx, key{}, carried{budget: b})
}

// With is In with a new budget.
func With(ctx context.Context) context.Context { return In(ctx, New()) }

// Without is for what a command leaves behind, for which nobody waits; and for what
// it is there for, such as the setting of an alias, in place of which it could only
// answer that the store is away.
func Without(ctx context.Context) context.Context { return In(ctx, nil) }

// Of is the budget that ctx has; nil is none.
func Of(ctx context.Context) *Budget {
	c, _ := ctx.Value(key{}).(carried)
	return c.budget
}

// Idle is for looking whether something has come that the command waits for
// anyway: a look costs nothing if it is served, however long it took.
func Idle(ctx context.Context) context.Context {
	c, _ := ctx.Value(key{}).(carried)
	c.idle = true
	return context.WithValue(ctx, key{}, c)
}

// Begin says how long a call may take that would take atMost by itself; 0 is not
// at all, and err is ErrUsedUp. Else over is called when the call has ended, and
// told whether it was served. A call that was served within Usual is free, any
// other costs what it took. Calls at the same time spend at the same time.
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

// left counts what is under way and late already as spent.
func (b *Budget) left(now time.Time) time.Duration {
	left := Total - b.spent
	for c := range b.waiting {
		if took := now.Sub(c.began); took > Usual {
			left -= took
		}
	}
	return left
}

// Spent is what the calls that have ended cost. It is above Total where a busy
// machine noticed the end late.
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
