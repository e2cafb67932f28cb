package state

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// redisPresses are the Presses of a Redis.
type redisPresses struct{ *redisStore }

func (p redisPresses) key() string { return p.keys([]string{"left"}, "presses")[0] }

// leftLen is the length of the time that stands before a press, in ms.
const leftLen = 13

// What was left too long ago is dropped; the key as a whole goes by itself.
// ARGV: name, press, most presses, ms of their age.
var leaveScript = redis.NewScript(`
local t = redis.call('TIME')
local now, age, waiting = t[1] * 1000 + math.floor(t[2] / 1000), tonumber(ARGV[4]), 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if tonumber(string.sub(all[i + 1], 1, 13)) + age <= now then redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] ~= ARGV[1] then waiting = waiting + 1 end
end
if waiting >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%013.0f', now) .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], age)
return 1`)

// Leave implements Presses.
func (p redisPresses) Leave(ctx context.Context, name string, press []byte) error {
	if err := checkPress(name, press); err != nil {
		return err
	}
	_, err := ask(ctx, p.redisStore, "leave press "+name, p.key(), func(ctx context.Context) (bool, error) {
		left, err := run(ctx, p.redisStore, leaveScript, []string{p.key()}, name, press, MaxPresses, PressAge.Milliseconds()).Bool()
		if err == nil && !left {
			err = fullOfPresses()
		}
		return left, err
	})
	return err
}

// Waiting implements Presses.
func (p redisPresses) Waiting(ctx context.Context) (map[string][]byte, error) {
	return ask(ctx, p.redisStore, "look for presses", p.key(), func(ctx context.Context) (map[string][]byte, error) {
		left, err := p.client.HGetAll(ctx, p.key()).Result()
		waiting := map[string][]byte{}
		for name, press := range left {
			waiting[name] = []byte(press[min(leftLen, len(press)):])
		}
		return waiting, err
	})
}

// Take implements Presses.
func (p redisPresses) Take(ctx context.Context, name string) (bool, error) {
	return ask(ctx, p.redisStore, "take press "+name, p.key(), func(ctx context.Context) (bool, error) {
		n, err := p.client.HDel(ctx, p.key(), name).Result()
		return n == 1, err
	})
}
