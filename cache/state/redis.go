package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"logbot/cache/redisclient"
)

// redisStore is the state in a Redis (5.0 or newer) or Valkey of any kind.
//
// The client asks a second time when a connection breaks, so a call may be done
// twice by the server. Each change is such that the second time finds its own
// first and says what that said: what is put carries a name that nobody else
// has. What this does not hold for costs little: a claim (what the first time took
// falls due again when its lease ends), the removal of an alias or a watch (it may
// be said to have not been there), a record of the audit log (it may come twice),
// a token of a rate, the taking of a press.
type redisStore struct {
	client   redis.UniversalClient
	options  Options
	breakers *redisclient.Breakers
	replicas *replicas

	mu         sync.Mutex
	complained time.Time
}

// NewRedis is the state behind a client, which others may use as well: it stays
// the caller's, to be closed after the store. The client needs short deadlines of
// its own and ContextTimeoutEnabled; see package redisclient. Nothing is asked of
// the server yet.
func NewRedis(client redis.UniversalClient, o Options) *Store {
	o = o.withDefaults()
	r := &redisStore{
		client: client, options: o, replicas: newReplicas(),
		breakers: redisclient.NewBreakers("state in Redis", o.Budget/2, answered, o.Log),
	}
	return &Store{
		Intents: &redisIntents{redisStore: r},
		Aliases: redisAliases{r},
		Watches: redisWatches{r},
		History: redisHistory{r},
		Audit:   &redisAudit{redisStore: r},
		Limits:  redisLimits{r, newBuckets()},
		Presses: redisPresses{r},
		backend: r,
	}
}

// OpenRedis is the state at an address in a form of [redisclient.Parse]. A server
// that is away is no error here, nor later; one that is asked of which kind it is
// may take half a second. Errors do not show the password.
func OpenRedis(ctx context.Context, address string, o Options) (*Store, error) {
	a, err := redisclient.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("open the state store: %w", err)
	}
	var log redisclient.Logger // not a Logger that is nil
	if o.Log != nil {
		log = o.Log
	}
	client, err := redisclient.Open(ctx, a, log)
	if err != nil {
		return nil, fmt.Errorf("open the state store: %w", err)
	}
	s := NewRedis(client, o)
	s.backend = client
	s.check = func(ctx context.Context) []string { return redisclient.Check(ctx, client, a.User(), RedisRole()) }
	return s, nil
}

// Close leaves the client to its owner.
func (r *redisStore) Close() error { return nil }

// ask runs call, which concerns key, within four budgets and behind the breaker
// of key's server.
func ask[T any](ctx context.Context, r *redisStore, doing, key string, call func(context.Context) (T, error)) (T, error) {
	return askWithin(ctx, r, 4*r.options.Budget, doing, key, call)
}

func askWithin[T any](ctx context.Context, r *redisStore, budget time.Duration, doing, key string, call func(context.Context) (T, error)) (T, error) {
	var value, none T
	err := r.do(ctx, budget, key, func(ctx context.Context) (err error) {
		value, err = call(ctx)
		return err
	})
	switch {
	case err == nil:
		return value, nil
	case isVerdict(err):
		return none, fmt.Errorf("%s: %w", doing, err)
	case ctx.Err() != nil:
		return none, fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	return none, fmt.Errorf("%s: %w: %w", doing, ErrAway, err)
}

func (r *redisStore) do(ctx context.Context, budget time.Duration, key string, call func(context.Context) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := r.breakers.Do(ctx, r.client, key, budget, call)
	if err != nil && answered(err) && !isVerdict(err) && !errors.Is(err, redis.Nil) {
		r.complain(key, err)
	}
	return err
}

// answered says whether a server has answered, if only with an error: that costs
// no time, so it opens no breaker and is only logged.
func answered(err error) bool {
	var said redis.Error // also redis.Nil
	return err == nil || isVerdict(err) || errors.As(err, &said)
}

// complainEvery is how often at most the log hears what a server refuses.
const complainEvery = time.Minute

// complain tells the log what a server refuses, now and then.
func (r *redisStore) complain(key string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.complained) >= complainEvery {
		r.complained = now
		r.options.Log.Warnf("state in Redis: it refuses to work on %s: %v", key, err)
	}
}

// run runs a script, whose keys have one tag.
func run(ctx context.Context, r *redisStore, script *redis.Script, keys []string, args ...any) *redis.Cmd {
	return script.Run(ctx, r.client, keys, args...)
}

// keys are those of one tag in this scope.
func (r *redisStore) keys(names []string, of ...string) []string {
	return keysIn(r.options.Scope, of, names...)
}

// clock is the first argument of a script that counts time: empty for the
// server's own clock.
func (r *redisStore) clock(now time.Time) any {
	if r.options.CallerClock {
		return now.UnixMilli()
	}
	return ""
}

// clockLua begins the scripts that count time, in ms. What shall come is counted
// from the next full one, so that it never comes early; what has come is due now.
const clockLua = `
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

// decode reads what we wrote; anything else in its place is the server's fault.
func decode(encoded string, value any) error {
	if err := json.Unmarshal([]byte(encoded), value); err != nil {
		return fmt.Errorf("a value is not what was written: %w", err)
	}
	return nil
}

// found is the error of a value that is not there.
func found(err error) error {
	if errors.Is(err, redis.Nil) {
		return ErrNotFound
	}
	return err
}

// encode is the other side of decode.
func encode(value any) (string, error) {
	encoded, err := json.Marshal(value)
	return string(encoded), err
}

// decodeAll decodes the values of a hash, in order of the fields.
func decodeAll[T any](fields map[string]string) ([]T, error) {
	var all []T
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		var value T
		if err := decode(fields[field], &value); err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, nil
}
