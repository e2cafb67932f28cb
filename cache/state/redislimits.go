package state

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"logbot/cache/store"
)

// redisLimits are the Limits of a Redis.
type redisLimits struct {
	redis    *store.Redis
	replicas *replicas
	local    *rateBuckets // while Redis is away
}

func (l redisLimits) limitKeys(name string) []string {
	return l.redis.Keys([]string{"limit", name}, "at", "no")
}

// The key has the time at which the bucket is full again, in us, as pace.Bucket
// has. ARGV: us until one token has come, burst, cost. Answers with the us to wait.
var takeScript = redis.NewScript(`
local no = redis.call('PTTL', KEYS[2])
if no > 0 then return no * 1000 end
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local gap = tonumber(ARGV[1])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + gap * ARGV[3]
local wait = full - gap * ARGV[2] - now
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
return 0`)

// ARGV: ms.
var pauseScript = redis.NewScript(`
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 1`)

// maxGap is the longest time until one token has come, in us: some four months.
const maxGap = 1e13

// Take implements Limits.
func (l redisLimits) Take(ctx context.Context, name string, rate float64, burst, cost int) (time.Duration, error) {
	if err := checkTake(name, rate, burst, cost); err != nil {
		return 0, err
	}
	if wait := l.local.pausedFor(name); wait > 0 {
		return wait, nil
	}
	gap := math.Min(1e6/rate, maxGap)
	keys := l.limitKeys(name)
	us, err := ask(ctx, l.redis, "take from "+name, keys[0], func(ctx context.Context) (int64, error) {
		return l.redis.Run(ctx, takeScript, keys, strconv.FormatFloat(gap, 'f', 3, 64), burst, cost).Int64()
	})
	if errors.Is(err, ErrAway) {
		n := l.replicas.known()
		return l.local.Take(ctx, name, rate/float64(n), max(burst/n, cost), cost)
	}
	return time.Duration(us) * time.Microsecond, err
}

// Pause implements Limits. This process observes it also if Redis is away.
func (l redisLimits) Pause(ctx context.Context, name string, length time.Duration) error {
	if length < time.Millisecond {
		return nil
	}
	if err := l.local.Pause(ctx, name, length); err != nil {
		return err
	}
	key := l.limitKeys(name)[1]
	_, err := ask(ctx, l.redis, fmt.Sprintf("pause %s for %v", name, length), key, func(ctx context.Context) (bool, error) {
		return l.redis.Run(ctx, pauseScript, []string{key}, length.Milliseconds()).Bool()
	})
	return err
}
