package state

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
)

const (
	// tripAfter calls in a row that got no answer open the breaker…
	tripAfter = 3
	// …or this part of a budget lost to them.
	tripAfterLost = 2
	// pause is how long an open breaker refuses before it lets one call try.
	pause = 2 * time.Second
	// complainEvery is how often at most the log hears what a server refuses.
	complainEvery = time.Minute
)

// errLeft marks a call whose caller left: it says nothing of the server.
var errLeft = errors.New("caller left")

// breakers make the calls to a server cost nothing while it does not answer; in
// a Cluster each master has one. A server that answers with an error has
// answered: that costs no time, so it is only logged.
type breakers struct {
	budget time.Duration
	log    Logger

	mu         sync.Mutex
	of         map[string]*breaker // by host:port; "" where there is one
	complained time.Time
}

type breaker struct {
	circuit *gobreaker.CircuitBreaker[struct{}]
	lost    atomic.Int64 // nanoseconds spent without an answer since the last one
	last    atomic.Value // string: why the last call failed
}

func (b *breakers) at(server string) *breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	one, ok := b.of[server]
	if ok {
		return one
	}
	one = &breaker{}
	name := "state in Redis"
	if server != "" {
		name += ", master " + server
	}
	one.circuit = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:    name,
		Timeout: pause,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.ConsecutiveFailures >= tripAfter || one.lost.Load() >= int64(b.budget/tripAfterLost)
		},
		IsSuccessful: answered,
		IsExcluded:   func(err error) bool { return errors.Is(err, errLeft) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			switch {
			case from == gobreaker.StateClosed:
				b.log.Warnf("%s: does not answer, tried again every %v: %v", name, pause, one.last.Load())
			case to == gobreaker.StateClosed:
				b.log.Warnf("%s: answers again", name)
			}
		},
	})
	if b.of == nil {
		b.of = map[string]*breaker{}
	}
	b.of[server] = one
	return one
}

// answered says whether a server has answered, if only with an error.
func answered(err error) bool {
	var said redis.Error // also redis.Nil
	return err == nil || isVerdict(err) || errors.As(err, &said)
}

// do runs call, or refuses at no cost while the server does not answer.
func (b *breakers) do(ctx context.Context, server string, budget time.Duration, call func(context.Context) error) error {
	one := b.at(server)
	_, err := one.circuit.Execute(func() (struct{}, error) {
		within, cancel := context.WithTimeout(ctx, budget)
		defer cancel()
		began := time.Now()
		err := call(within)
		switch {
		case answered(err):
			one.lost.Store(0)
		case ctx.Err() != nil:
			return struct{}{}, fmt.Errorf("%w: %w", errLeft, err)
		default:
			one.lost.Add(int64(time.Since(began)))
			one.last.Store(err.Error())
		}
		return struct{}{}, err
	})
	if err != nil && answered(err) && !isVerdict(err) && !errors.Is(err, redis.Nil) {
		b.complain(server, err)
	}
	return err
}

// complain tells the log what a server refuses, now and then.
func (b *breakers) complain(server string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := time.Now(); now.Sub(b.complained) >= complainEvery {
		b.complained = now
		b.log.Warnf("state in Redis %s: it refuses: %v", server, err)
	}
}
