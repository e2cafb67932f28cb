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
// or with the patience counts for nothing, unless so much time was lost as opens a
// breaker.
func (b *Breakers) Do(ctx context.Context, client redis.UniversalClient, key string, budget time.Duration, call func(context.Context) error) error {
	granted, over, err := patience.Begin(ctx, budget)
	if err != nil {
		return err
	}
	err = b.route(ctx, client, key, allowance{granted, budget}, call)
	over(b.served(err))
	return err
}

// allowance is how long a call may take: what it is given, and what it would be
// given if its command had waited for nothing before.
type allowance struct{ granted, own time.Duration }

func (a allowance) less(by time.Duration) allowance {
	return allowance{max(a.granted-by, time.Millisecond), max(a.own-by, time.Millisecond)}
}

// route has the call made behind the breaker of the server that has the key.
func (b *Breakers) route(ctx context.Context, client redis.UniversalClient, key string, may allowance, call func(context.Context) error) error {
	cluster, ok := client.(*redis.ClusterClient)
	if !ok {
		return b.at("").do(ctx, may, call)
	}
	began := time.Now()
	master := ""
	// At no cost once the client has seen the Cluster.
	err := b.at("").do(ctx, may, func(ctx context.Context) error {
		node, err := cluster.MasterForKey(ctx, key)
		if err == nil {
			master = node.Options().Addr
		}
		return err
	})
	if err != nil {
		return err
	}
	return b.at(master).do(ctx, may.less(time.Since(began)), call)
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
	one := &breaker{served: b.served, enough: b.lost}
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
	enough  time.Duration // a wait that says something of the server whoever ends it
	lost    atomic.Int64  // nanoseconds spent on failures since the last success
	last    atomic.Value  // string: why the last call failed
}

func (b *breaker) do(ctx context.Context, may allowance, call func(context.Context) error) error {
	_, err := b.circuit.Execute(func() (struct{}, error) {
		began := time.Now()
		within, cancel := context.WithTimeout(ctx, may.granted)
		defer cancel()
		err := call(within)
		waited := time.Since(began)
		cut := ctx.Err() != nil || waited >= may.granted
		switch {
		case b.served(err):
			b.lost.Store(0)
		case cut && waited < min(may.own, b.enough):
			return struct{}{}, fmt.Errorf("%w: %w", errLeft, err)
		default:
			b.lost.Add(int64(waited))
			b.last.Store(err.Error())
		}
		return struct{}{}, err
	})
	return err
}
