package state

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"logbot/cache/store"
)

const (
	// seenEvery is how often a process shows itself to the others, as long as it
	// looks for due intents, which every bot does all the time.
	seenEvery = 10 * time.Second
	// replicaAge is how long a process counts that does not show itself any more.
	// It is also how long a lower number must be counted before it is believed: a
	// Redis that comes back empty sees one process first.
	replicaAge = 30 * time.Second
)

// replicas counts the processes that share this state, for the time when Redis is
// away: each then takes its share of a rate. A process counts from the first time
// it shows itself until it has not for [replicaAge], by the clock of the server.
type replicas struct {
	id string // of this process

	mu     sync.Mutex
	shown  time.Time // when this process showed itself last
	number int
	fewer  time.Time // since when fewer than number are counted; zero if they are not
}

func newReplicas() *replicas { return &replicas{id: rand.Text(), number: 1} }

// known is the last known number of processes, this one included.
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

// counted records how many processes were counted.
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

// Times in the future come from the clock of an earlier master. ARGV: clock,
// process, ms of replicaAge. Answers with the number of processes.
var showScript = &store.Script{Lua: store.ClockLua + `
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('ZCARD', KEYS[1])`}

// show tells the others that this process is alive, and counts them. It makes one
// call now and then; after an error the last known number stays.
func (r *replicas) show(ctx context.Context, in *store.Redis, now time.Time) {
	if !r.due(now) {
		return
	}
	keys := in.Keys([]string{"replicas"}, "seen")
	n, err := store.Ask(ctx, in, keys[0], func(ctx context.Context) (int, error) {
		return in.Run(ctx, showScript, keys, in.Clock(now), r.id, replicaAge.Milliseconds()).Int()
	})
	if err == nil {
		r.counted(now, n)
	}
}
