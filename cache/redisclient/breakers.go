package redisclient

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"

	"logbot/cache/patience"
)

const (
	// TripAfter failures in a row open a breaker, or the loss of time that
	// Breakers are told.
	TripAfter = 3
	// TryEvery is how long an open breaker refuses before it lets one call try.
	TryEvery = 2 * time.Second
	// Silence is for how long a server must have served nothing, though it was
	// asked, until calls that were cut short by whoever waited for them open its
	// breaker. One such call may only have met a busy machine.
	Silence = time.Second
)

// errLeft marks a call that ended before the server had time enough: it says
// nothing of the server.
var errLeft = errors.New("caller left")

// Breakers make the calls of one kind to a Redis cost nothing while it does not
// serve them. In a Cluster each master has one, and one is for finding the master
// of a key. There are as many as masters have been seen, at most a few dozen. They
// are safe for concurrent use.
type Breakers struct {
	name   string
	lost   time.Duration
	served func(error) bool
	log    Logger

	mu sync.Mutex
	of map[string]*breaker // by host:port; "" for the one server, or for finding a master
}

// NewBreakers names what they guard in the lines they log: "read pages from Redis
// at …". So much time lost without service opens one at once: a server that does
// not answer would otherwise cost the first caller three budgets. Served says of
// the error of a call whether it is one of a server that does its work. Log may not
// be nil.
func NewBreakers(name string, lost time.Duration, served func(error) bool, log Logger) *Breakers {
	return &Breakers{name: name, lost: lost, served: served, log: log, of: map[string]*breaker{}}
}

// Do runs call, which concerns key, within the budget and what is left of the
// patience of the command that ctx belongs to; or not at all while the server that
// has the key does not serve, or the patience is used up. A call that ends with ctx
// or with the patience counts for nothing before [Silence].
func (b *Breakers) Do(ctx context.Context, client redis.UniversalClient, key string, budget time.Duration, call func(context.Context) error) error {
	granted, spent, err := patience.Begin(ctx, budget)
	if err != nil {
		return err
	}
	if granted < budget {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, granted)
		defer cancel()
	}
	err = b.route(ctx, client, key, budget, call)
	spent(b.served(err))
	return err
}

// route has the call made behind the breaker of the server that has the key.
func (b *Breakers) route(ctx context.Context, client redis.UniversalClient, key string, budget time.Duration, call func(context.Context) error) error {
	cluster, ok := client.(*redis.ClusterClient)
	if !ok {
		return b.at("").do(ctx, budget, call)
	}
	began := time.Now()
	master := ""
	// At no cost once the client has seen the Cluster.
	err := b.at("").do(ctx, budget, func(ctx context.Context) error {
		node, err := cluster.MasterForKey(ctx, key)
		if err == nil {
			master = node.Options().Addr
		}
		return err
	})
	if err != nil {
		return err
	}
	return b.at(master).do(ctx, max(budget-time.Since(began), time.Millisecond), call)
}

// at is the breaker of a server, by its host:port.
func (b *Breakers) at(server string) *breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	one, ok := b.of[server]
	if !ok {
		one = b.newBreaker(server)
		b.of[server] = one
	}
	return one
}

func (b *Breakers) newBreaker(server string) *breaker {
	one := &breaker{served: b.served}
	name := b.name
	if server != "" {
		name += ", master " + server
	}
	one.circuit = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:    name,
		Timeout: TryEvery,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.ConsecutiveFailures >= TripAfter || one.lost.Load() >= int64(b.lost)
		},
		IsSuccessful: b.served,
		IsExcluded:   func(err error) bool { return errors.Is(err, errLeft) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			switch {
			case from == gobreaker.StateClosed:
				b.log.Warnf("%s: paused, tried again every %v: %v", name, TryEvery, one.last.Load())
			case to == gobreaker.StateClosed:
				b.log.Warnf("%s: works again", name)
			}
		},
	})
	return one
}

// breaker is that of one server.
type breaker struct {
	circuit *gobreaker.CircuitBreaker[struct{}]
	served  func(error) bool
	lost    atomic.Int64 // nanoseconds spent on failures since the last success
	last    atomic.Value // string: why the last call failed
	quiet   quiet
}

// quiet is the time in which a server was asked and served nothing.
type quiet struct {
	mu           sync.Mutex
	since, until time.Time // zero where the last call was served
}

// ended says how long it has been quiet after a call from began to now that was not
// served. Where nobody asked for a while it begins anew.
func (q *quiet) ended(began, now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.since.IsZero() || began.Sub(q.until) > 2*TryEvery {
		q.since = began
	}
	q.until = now
	return now.Sub(q.since)
}

func (q *quiet) over() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.since = time.Time{}
}

// gone says whether the caller does not want to know any more.
func gone(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// over says whether the caller's time is, be its context not told yet.
func over(ctx context.Context, now time.Time) bool {
	end, ends := ctx.Deadline()
	return ends && !now.Before(end)
}

func (b *breaker) do(ctx context.Context, budget time.Duration, call func(context.Context) error) error {
	_, err := b.circuit.Execute(func() (struct{}, error) {
		began := time.Now()
		within, cancel := context.WithTimeout(ctx, budget)
		defer cancel()
		err := call(within)
		if b.served(err) {
			b.lost.Store(0)
			b.quiet.over()
			return struct{}{}, err
		}
		now := time.Now()
		if quiet := b.quiet.ended(began, now); gone(ctx) || over(ctx, now) && quiet < Silence {
			return struct{}{}, fmt.Errorf("%w: %w", errLeft, err)
		}
		b.lost.Add(int64(now.Sub(began)))
		b.last.Store(err.Error())
		return struct{}{}, err
	})
	return err
}
