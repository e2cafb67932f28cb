package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
)

const (
	// callBudget is the longest one call of a remote store takes.
	callBudget = 300 * time.Millisecond
	// tripAfter failures in a row open the breaker…
	tripAfter = 3
	// …or this much time lost to them: a store that does not answer would
	// otherwise cost the first command three budgets.
	tripAfterLost = callBudget / 2
	// pause is how long an open breaker refuses before it lets one call try.
	pause = 2 * time.Second
)

// errAbandoned marks a call whose caller left: it says nothing of the store.
var errAbandoned = errors.New("caller left")

// breaker makes the calls of one kind to a remote store cost nothing while the
// store is away. Success closes it.
type breaker struct {
	circuit *gobreaker.CircuitBreaker[[]byte]
	lost    atomic.Int64 // nanoseconds spent on failures since the last success
	last    atomic.Value // string: why the last call failed
}

// newBreaker names what it guards in the lines it logs: "read pages from Redis".
func newBreaker(name string, log Logger) *breaker {
	b := &breaker{}
	b.circuit = gobreaker.NewCircuitBreaker[[]byte](gobreaker.Settings{
		Name:    name,
		Timeout: pause,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.ConsecutiveFailures >= tripAfter || b.lost.Load() >= int64(tripAfterLost)
		},
		IsSuccessful: func(err error) bool { return err == nil || errors.Is(err, ErrMiss) },
		IsExcluded:   func(err error) bool { return errors.Is(err, errAbandoned) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			switch {
			case from == gobreaker.StateClosed:
				log.Warnf("%s: paused, tried again every %v: %v", name, pause, b.last.Load())
			case to == gobreaker.StateClosed:
				log.Warnf("%s: works again", name)
			}
		},
	})
	return b
}

// do runs call within the budget, or not at all while the breaker is open.
func (b *breaker) do(ctx context.Context, budget time.Duration, call func(context.Context) ([]byte, error)) ([]byte, error) {
	return b.circuit.Execute(func() ([]byte, error) {
		within, cancel := context.WithTimeout(ctx, budget)
		defer cancel()
		began := time.Now()
		value, err := call(within)
		switch {
		case err == nil || errors.Is(err, ErrMiss):
			b.lost.Store(0)
		case ctx.Err() != nil:
			return nil, fmt.Errorf("%w: %w", errAbandoned, err)
		default:
			b.lost.Add(int64(time.Since(began)))
			b.last.Store(err.Error())
		}
		return value, err
	})
}

// circuits are the breakers of one kind of calls, one for each server. There are
// as many as masters have been seen, at most a few dozen.
type circuits struct {
	doing string // "read pages from Redis at …"
	log   Logger

	mu      sync.Mutex
	servers map[string]*breaker // by host:port; "" where there is one
}

// of is the breaker of a server, by its host:port.
func (c *circuits) of(server string) *breaker {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, ok := c.servers[server]; ok {
		return b
	}
	if c.servers == nil {
		c.servers = map[string]*breaker{}
	}
	name := c.doing
	if server != "" {
		name += ", master " + server
	}
	b := newBreaker(name, c.log)
	c.servers[server] = b
	return b
}
