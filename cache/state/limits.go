package state

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"logbot/cache/store"
	"logbot/logsapi/pace"
)

// Limits are rates that all replicas share. Time is the Redis server's, or this
// process's if there is no Redis.
type Limits struct {
	redis    *store.Redis // nil for a file
	replicas *replicas
	local    *rateBuckets // of this process: for a file, and while Redis is away
}

const (
	// maxBuckets is how many buckets a process keeps before it forgets those that are
	// full.
	maxBuckets = 1_000
	// maxGap is the longest time until one token has come, in us: some four months.
	maxGap = 1e13
)

// rateBuckets are the rates of one process.
type rateBuckets struct {
	mu      sync.Mutex
	buckets pace.Buckets
}

func newRateBuckets() *rateBuckets { return &rateBuckets{buckets: pace.Buckets{Most: maxBuckets}} }

// use returns what do returns for the bucket of a name.
func (b *rateBuckets) use(name string, do func(*pace.Bucket, time.Time) time.Duration) time.Duration {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	return do(b.buckets.Get(now, name), now)
}

func (l Limits) limitKeys(name string) []string {
	return l.redis.Keys([]string{"limit", name}, "at", "no")
}

// The key has the time at which the bucket is full again, in us, as pace.Bucket
// has. ARGV: us until one token has come, burst, cost. Answers with the us to wait.
var takeScript = &store.Script{Lua: `
local no = redis.call('PTTL', KEYS[2])
if no > 0 then return no * 1000 end
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local gap = tonumber(ARGV[1])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + gap * ARGV[3]
local wait = full - gap * ARGV[2] - now
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
return 0`}

// ARGV: ms.
var pauseScript = &store.Script{Lua: `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 1`}

// Take takes cost tokens from the bucket of a name, which gains rate tokens a
// second and holds at most burst (a higher cost is an error). It returns 0 if they
// are taken. Otherwise nothing was taken, and wait is how long it takes until
// asking again is worth it; see Wait.
//
// A caller passes the same rate and burst for a name each time. While Redis is away
// each process has a bucket of its own, with its share of the rate and of the burst
// by the number of processes it last knew; that is not an error. A process that
// does not know of others yet assumes that it is alone.
func (l Limits) Take(ctx context.Context, name string, rate float64, burst, cost int) (wait time.Duration, err error) {
	if name == "" || !(rate > 0) || math.IsInf(rate, 0) || cost < 1 || burst < cost {
		return 0, fmt.Errorf("take %d tokens of %q at %v a second, at most %d at once: expected a name, a rate above 0 and a cost from 1 to the burst", cost, name, rate, burst)
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if l.redis != nil {
		if wait := l.local.use(name, (*pace.Bucket).Paused); wait > 0 {
			return wait, nil
		}
		gap := strconv.FormatFloat(math.Min(1e6/rate, maxGap), 'f', 3, 64)
		keys := l.limitKeys(name)
		us, err := ask(ctx, l.redis, "take from "+name, keys[0], func(ctx context.Context) (int64, error) {
			return l.redis.Run(ctx, takeScript, keys, gap, burst, cost).Int64()
		})
		if !errors.Is(err, ErrAway) {
			return time.Duration(us) * time.Microsecond, err
		}
		n := l.replicas.known()
		rate, burst = rate/float64(n), max(burst/n, cost)
	}
	return l.local.use(name, func(b *pace.Bucket, now time.Time) time.Duration {
		return b.Take(now, pace.Rate{PerSecond: rate, Burst: burst}, cost)
	}), nil
}

// reserveScript is takeScript that takes tokens also before they have come. ARGV: us until
// one token has come, burst, cost. Answers with the us until all of them have come.
var reserveScript = &store.Script{Lua: `
local no = math.max(redis.call('PTTL', KEYS[2]), 0) * 1000
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local gap = tonumber(ARGV[1])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + gap * ARGV[3]
if tonumber(ARGV[3]) > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
end
return math.ceil(math.max(full - gap * ARGV[2] - now, no, 0))`}

// Reserve takes cost tokens also if they have yet to come, and returns how long that will
// be; later callers wait behind. So callers are served in the order in which they reserve,
// whatever their cost, which may be above the burst. With a cost of 0 it only says how
// long a token would take. Otherwise it is as Take.
func (l Limits) Reserve(ctx context.Context, name string, rate float64, burst, cost int) (wait time.Duration, err error) {
	if name == "" || !(rate > 0) || math.IsInf(rate, 0) || cost < 0 || burst < 1 {
		return 0, fmt.Errorf("reserve %d tokens of %q at %v a second, at most %d at once: expected a name, a rate above 0 and a cost from 0", cost, name, rate, burst)
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if l.redis != nil {
		gap := strconv.FormatFloat(math.Min(1e6/rate, maxGap), 'f', 3, 64)
		keys := l.limitKeys(name)
		us, err := ask(ctx, l.redis, "reserve of "+name, keys[0], func(ctx context.Context) (int64, error) {
			return l.redis.Run(ctx, reserveScript, keys, gap, burst, cost).Int64()
		})
		if !errors.Is(err, ErrAway) {
			return time.Duration(us) * time.Microsecond, err
		}
		n := l.replicas.known()
		rate, burst = rate/float64(n), max(burst/n, 1)
	}
	return l.local.use(name, func(b *pace.Bucket, now time.Time) time.Duration {
		r := pace.Rate{PerSecond: rate, Burst: burst}
		b.Claim(now, r, cost)
		return max(b.Wait(now, r, 0), b.Paused(now))
	}), nil
}

// Pause stops the bucket from giving tokens for a time, as after a 429 with
// Retry-After. A pause is never shortened. This process observes it also if Redis is
// away.
func (l Limits) Pause(ctx context.Context, name string, length time.Duration) error {
	if length < time.Millisecond {
		return nil
	}
	l.local.use(name, func(b *pace.Bucket, now time.Time) time.Duration {
		b.Pause(now.Add(length))
		return 0
	})
	if l.redis == nil {
		return nil
	}
	key := l.limitKeys(name)[1]
	_, err := ask(ctx, l.redis, fmt.Sprintf("pause %s for %v", name, length), key, func(ctx context.Context) (bool, error) {
		return l.redis.Run(ctx, pauseScript, []string{key}, length.Milliseconds()).Bool()
	})
	return err
}
