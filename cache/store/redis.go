package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"logbot/cache/redisclient"
)

// Redis is a Redis with tables. The client repeats a call when a connection
// breaks, so the server may run a call twice: every write is such that the second
// run finds what the first wrote and answers the same. Two exceptions: a removal
// may report that there was nothing, and an Update may fail or call change once
// more if another caller's came between.
type Redis struct {
	Client   redis.UniversalClient
	options  Options
	breakers *redisclient.Breakers

	mu     sync.Mutex
	logged time.Time // when a refusal of the server was logged last
}

// NewRedis uses a client that stays the caller's, to be closed after the last
// call. The client needs short deadlines and ContextTimeoutEnabled; see package
// redisclient. Nothing is asked of the server yet.
func NewRedis(client redis.UniversalClient, o Options) *Redis {
	o = o.WithDefaults()
	return &Redis{
		Client: client, options: o,
		breakers: redisclient.NewBreakers("state in Redis", o.Budget/2, answered, o.Log),
	}
}

// Breakers are what its breakers did. It asks no server.
func (r *Redis) Breakers() redisclient.BreakerStats { return r.breakers.Stats() }

// Keys are the keys of one hash tag in the scope of this Redis; see [Keys].
func (r *Redis) Keys(of []string, names ...string) []string {
	return Keys(r.options.Scope, of, names...)
}

// Run runs a script, whose keys have one hash tag.
func (r *Redis) Run(ctx context.Context, script *Script, keys []string, args ...any) *redis.Cmd {
	script.hashing.Do(func() { script.hashed = redis.NewScript(script.Lua) })
	return script.hashed.Run(ctx, r.Client, keys, args...)
}

// A Script is what Redis runs. It is hashed at its first use, not at each start.
type Script struct {
	Lua string

	hashing sync.Once
	hashed  *redis.Script
}

// Ask makes a call that concerns key, behind the breaker of the server that has
// it. It waits for four budgets. An error is a verdict of call, ErrAway, or why
// ctx ended.
func Ask[T any](ctx context.Context, r *Redis, key string, call func(context.Context) (T, error)) (T, error) {
	return AskWithin(ctx, r, 4*r.options.Budget, key, call)
}

// AskWithin is Ask with another limit.
func AskWithin[T any](ctx context.Context, r *Redis, limit time.Duration, key string, call func(context.Context) (T, error)) (T, error) {
	var value, none T
	err := r.do(ctx, limit, key, func(ctx context.Context) (err error) {
		value, err = call(ctx)
		return err
	})
	switch {
	case err == nil:
		return value, nil
	case isVerdict(err):
		return none, err
	case ctx.Err() != nil:
		return none, context.Cause(ctx)
	}
	return none, fmt.Errorf("%w: %w", ErrAway, err)
}

func (r *Redis) do(ctx context.Context, limit time.Duration, key string, call func(context.Context) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := r.breakers.Do(ctx, r.Client, key, limit, call)
	if err != nil && answered(err) && !isVerdict(err) && !errors.Is(err, redis.Nil) {
		r.logRefusal(key, err)
	}
	return err
}

// answered reports whether a server has answered, if only with an error: that
// costs no time, so it opens no breaker and is only logged.
func answered(err error) bool {
	var said redis.Error // also redis.Nil
	return err == nil || isVerdict(err) || errors.As(err, &said)
}

// refusalEvery is how often at most a refusal of the server is logged.
const refusalEvery = time.Minute

func (r *Redis) logRefusal(key string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.logged) >= refusalEvery {
		r.logged = now
		r.options.Log.Warnf("state in Redis: it refuses to work on %s: %v", key, err)
	}
}

// Clock is the first argument of a script that begins with [ClockLua].
func (r *Redis) Clock(now time.Time) any {
	if r.options.CallerClock {
		return milli(now)
	}
	return ""
}

// ClockLua begins the scripts that count time, in ms: ARGV[1] is the time, or empty
// for the server's. after(span) counts from the next full millisecond, so that
// nothing comes early; what is in the past is due now.
const ClockLua = `
local now, late
if ARGV[1] ~= '' then
  now = tonumber(ARGV[1])
  late = now
else
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
  late = t[1] * 1000 + math.ceil(t[2] / 1000)
end
local function after(span)
  span = tonumber(span)
  return (span > 0 and late or now) + span
end
`

// KeyPrefix begins every key in Redis. s1 is the version of the keys and of their
// values: who changes either in a way that other versions cannot read counts it
// up, and moves what is there by export and import.
const KeyPrefix = "logbot:s1:"

// Keys are the keys of one hash tag, {SCOPE.OF}:NAME for each of names: a script
// may touch all of them, also in a Cluster.
func Keys(scope string, of []string, names ...string) []string {
	tag := Plain(scope)
	for _, part := range of {
		tag += "." + Plain(part)
	}
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = KeyPrefix + "{" + tag + "}:" + name
	}
	return keys
}

// plainLimit is the longest part of a key that is written as it is, in bytes.
const plainLimit = 100

// Plain returns s as it stands in a hash tag: a hash of it, marked with "~", if s
// is long or has signs other than letters, digits, "-", "_", "." and ":".
func Plain(s string) string {
	odd := func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("-_.:", c)
	}
	if s != "" && len(s) <= plainLimit && !strings.ContainsFunc(s, odd) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "~" + hex.EncodeToString(sum[:16])
}
