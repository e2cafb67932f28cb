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
	// TripAfter failures in a row open a breaker; so does the lost time that is given
	// to NewBreakers.
	TripAfter = 3
	// tryEvery is how long an open breaker refuses calls before it lets one through.
	tryEvery = 2 * time.Second
	// silence is how long a server must have answered no call until calls that their
	// callers cut short open its breaker. A single one may be due to a busy machine.
	silence = time.Second
)

// errLeft marks a call that ended before the server had enough time to answer: it
// does not count.
var errLeft = errors.New("caller left")

// Breakers make the calls of one kind fail at once while a Redis does not serve
// them. In a Cluster each master has a breaker, and finding the master of a key has
// one. There are as many as masters have been seen, at most a few dozen. They are
// safe for concurrent use.
type Breakers struct {
	name   string
	lost   time.Duration
	served func(error) bool
	log    Logger

	trips, answers, failed, refused atomic.Int64
	took                            atomic.Int64 // ns

	mu sync.Mutex
	of map[string]*breaker // by host:port; "" for the one server, or for finding a master
}

// NewBreakers returns breakers whose log lines begin with name: "read pages from
// Redis at …". A breaker opens at once after the time lost without an answer: a
// server that does not answer would otherwise cost the first caller three budgets.
// Served reports whether the error of a call is that of a working server. Log must
// not be nil.
func NewBreakers(name string, lost time.Duration, served func(error) bool, log Logger) *Breakers {
	return &Breakers{name: name, lost: lost, served: served, log: log, of: map[string]*breaker{}}
}

// Do runs call, which concerns key, within the budget and what is left of the
// patience of the command that ctx belongs to. It fails at once while the breaker of
// the server that has the key is open, or if the patience is used up. A call that
// ctx or the patience ended does not count before [silence].
func (b *Breakers) Do(ctx context.Context, client redis.UniversalClient, key string, budget time.Duration, call func(context.Context) error) error {
	granted, spent, err := patience.Begin(ctx, budget)
	if err != nil {
		b.refused.Add(1)
		return err
	}
	began := time.Now()
	if granted < budget {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, granted)
		defer cancel()
	}
	err = b.route(ctx, client, key, budget, call)
	b.took.Add(int64(time.Since(began)))
	switch {
	case b.served(err):
		b.answers.Add(1)
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		b.refused.Add(1)
	default:
		b.failed.Add(1)
	}
	spent(b.served(err))
	return err
}

// BreakerStats are what breakers did, and what they do now.
type BreakerStats struct {
	Open    int           // servers whose breaker is not closed
	Trips   int64         // times that a breaker opened
	Served  int64         // calls that the server answered
	Failed  int64         // calls that it did not
	Refused int64         // calls that were not made: an open breaker, or a command without patience left
	Took    time.Duration // by all calls together
}

// Add is the sum of both.
func (s BreakerStats) Add(o BreakerStats) BreakerStats {
	return BreakerStats{s.Open + o.Open, s.Trips + o.Trips, s.Served + o.Served, s.Failed + o.Failed, s.Refused + o.Refused, s.Took + o.Took}
}

// Stats returns the stats. It asks no server.
func (b *Breakers) Stats() BreakerStats {
	s := BreakerStats{Trips: b.trips.Load(), Served: b.answers.Load(), Failed: b.failed.Load(), Refused: b.refused.Load(), Took: time.Duration(b.took.Load())}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, one := range b.of {
		if one.circuit.State() != gobreaker.StateClosed {
			s.Open++
		}
	}
	return s
}

// route makes the call behind the breaker of the server that has the key.
func (b *Breakers) route(ctx context.Context, client redis.UniversalClient, key string, budget time.Duration, call func(context.Context) error) error {
	cluster, ok := client.(*redis.ClusterClient)
	if !ok {
		return b.at("").do(ctx, budget, call)
	}
	began := time.Now()
	master := ""
	// Without a request once the client knows the Cluster.
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

// at returns the breaker of a server, by its host:port.
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
		Timeout: tryEvery,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.ConsecutiveFailures >= TripAfter || one.lost.Load() >= int64(b.lost)
		},
		IsSuccessful: b.served,
		IsExcluded:   func(err error) bool { return errors.Is(err, errLeft) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			switch {
			case from == gobreaker.StateClosed:
				b.trips.Add(1)
				b.log.Warnf("%s: paused, tried again every %v: %v", name, tryEvery, one.last.Load())
			case to == gobreaker.StateClosed:
				b.log.Warnf("%s: works again", name)
			}
		},
	})
	return one
}

// breaker is the breaker of one server.
type breaker struct {
	circuit *gobreaker.CircuitBreaker[struct{}]
	served  func(error) bool
	lost    atomic.Int64 // nanoseconds spent on failures since the last success
	last    atomic.Value // string: why the last call failed
	quiet   quiet
}

// quiet is the time in which a server was asked and did not answer.
type quiet struct {
	mu           sync.Mutex
	since, until time.Time // zero if the last call was served
}

// ended returns how long the server has been quiet, after a call from began to now
// that was not served. After a time without calls it starts at began.
func (q *quiet) ended(began, now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.since.IsZero() || began.Sub(q.until) > 2*tryEvery {
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

// left reports whether the caller cancelled the call.
func left(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// over reports whether the caller's deadline has passed, even if its context has
// not ended yet.
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
		if quiet := b.quiet.ended(began, now); left(ctx) || over(ctx, now) && quiet < silence {
			return struct{}{}, fmt.Errorf("%w: %w", errLeft, err)
		}
		b.lost.Add(int64(now.Sub(began)))
		b.last.Store(err.Error())
		return struct{}{}, err
	})
	return err
}
