package state

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"logbot/cache/store"
)

const (
	// seenEvery is how often a process shows itself to the others, as long as it
	// looks for due intents, which every bot does all the time.
	seenEvery = 10 * time.Second
	// replicaAge is how long one counts that does not; and how long fewer than
	// before must be counted until that is believed: a Redis that comes back empty
	// sees one process first.
	replicaAge = 30 * time.Second
)

// replicas is how many processes share this state, for the time when nobody can
// ask: each then keeps to its part of a rate. A process counts itself from the
// first time it shows itself until it has not for [replicaAge]; the Redis server's
// clock says so.
type replicas struct {
	me string // in Redis

	mu     sync.Mutex
	shown  time.Time // when this process showed itself last
	number int
	fewer  time.Time // since when fewer are counted than number; zero for not
}

func newReplicas() *replicas { return &replicas{me: newToken(), number: 1} }

// known is the last known number, this process among them.
func (r *replicas) known() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.number
}

// due reports whether it is time for this process to show itself.
func (r *replicas) due(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	since := now.Sub(r.shown)
	return r.shown.IsZero() || since < 0 || since >= seenEvery
}

// counted takes note of how many there are.
func (r *replicas) counted(now time.Time, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shown = now
	switch {
	case n < r.number && r.fewer.IsZero():
		r.fewer = now
	case n >= r.number || now.Sub(r.fewer) >= replicaAge:
		r.number, r.fewer = n, time.Time{}
	}
}

// What is from the future was written by the clock of a master that is no more.
// ARGV: clock, process, ms that one counts. Answers with how many there are.
var showScript = redis.NewScript(store.ClockLua + `
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('ZCARD', KEYS[1])`)

// show tells the others that this process is alive, and counts them. It makes one
// call now and then; after an error the last known number stays.
func (r *replicas) show(ctx context.Context, in *store.Redis, now time.Time) {
	if !r.due(now) {
		return
	}
	keys := in.Keys([]string{"replicas"}, "seen")
	n, err := store.Ask(ctx, in, keys[0], func(ctx context.Context) (int, error) {
		return in.Run(ctx, showScript, keys, in.Clock(now), r.me, replicaAge.Milliseconds()).Int()
	})
	if err == nil {
		r.counted(now, n)
	}
}
