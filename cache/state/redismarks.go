package state

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisMarks are the Marks of a Redis.
type redisMarks struct{ *redisStore }

func (m redisMarks) key(mark string) string { return m.keys([]string{"by"}, "mark", mark)[0] }

// ARGV: who, ms.
var onceScript = redis.NewScript(`
local by = redis.call('GET', KEYS[1])
if by then return by == ARGV[1] and 1 or 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`)

// Once implements Marks.
func (m redisMarks) Once(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	if err := checkMark(key); err != nil {
		return false, err
	}
	by := newToken()
	return ask(ctx, m.redisStore, "mark "+key, m.key(key), func(ctx context.Context) (bool, error) {
		return run(ctx, m.redisStore, onceScript, []string{m.key(key)}, by, markAge(ttl).Milliseconds()).Bool()
	})
}

// Forget implements Marks.
func (m redisMarks) Forget(ctx context.Context, key string) error {
	_, err := ask(ctx, m.redisStore, "forget mark "+key, m.key(key), func(ctx context.Context) (int64, error) {
		return m.client.Unlink(ctx, m.key(key)).Result()
	})
	return err
}
