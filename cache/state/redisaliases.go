package state

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// redisAliases are the Aliases of a Redis.
type redisAliases struct{ *redisStore }

func (a redisAliases) key() string { return a.keys([]string{"all"}, "aliases")[0] }

// ARGV: field, value, most fields.
var setCountedScript = redis.NewScript(`
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`)

// SetAlias implements Aliases.
func (a redisAliases) SetAlias(ctx context.Context, alias Alias) error {
	if err := alias.check(); err != nil {
		return err
	}
	encoded, err := encode(alias)
	if err != nil {
		return err
	}
	_, err = ask(ctx, a.redisStore, "set alias "+alias.Name, a.key(), func(ctx context.Context) (struct{}, error) {
		room, err := run(ctx, a.redisStore, setCountedScript, []string{a.key()}, alias.key(), encoded, MaxAliases).Bool()
		if err == nil && !room {
			err = tooManyAliases()
		}
		return struct{}{}, err
	})
	return err
}

// DeleteAlias implements Aliases.
func (a redisAliases) DeleteAlias(ctx context.Context, channel, name string) (bool, error) {
	return ask(ctx, a.redisStore, "delete alias "+name, a.key(), func(ctx context.Context) (bool, error) {
		n, err := a.client.HDel(ctx, a.key(), aliasKey(channel, name)).Result()
		return n > 0, err
	})
}

// Alias implements Aliases.
func (a redisAliases) Alias(ctx context.Context, channel, name string) (Alias, error) {
	return ask(ctx, a.redisStore, "look up alias "+name, a.key(), func(ctx context.Context) (alias Alias, err error) {
		found, err := a.client.HMGet(ctx, a.key(), aliasKey(channel, name), aliasKey("", name)).Result()
		if err != nil {
			return alias, err
		}
		for _, f := range found {
			if encoded, ok := f.(string); ok {
				return alias, decode(encoded, &alias)
			}
		}
		return alias, ErrNotFound
	})
}

// ListAliases implements Aliases.
func (a redisAliases) ListAliases(ctx context.Context, channel string) ([]Alias, error) {
	all, err := a.AllAliases(ctx)
	return seenIn(channel, all), err
}

// AllAliases implements Aliases.
func (a redisAliases) AllAliases(ctx context.Context) ([]Alias, error) {
	return ask(ctx, a.redisStore, "list aliases", a.key(), func(ctx context.Context) ([]Alias, error) {
		return allIn[Alias](ctx, a.redisStore, a.key())
	})
}

// allIn decodes every value of a hash, in order of the fields.
func allIn[T any](ctx context.Context, r *redisStore, key string) ([]T, error) {
	fields, err := r.client.HGetAll(ctx, key).Result()
	if err != nil {
		return nil, err
	}
	return decodeAll[T](fields)
}
