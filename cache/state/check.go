package state

import (
	"logbot/cache/redisclient"
	"logbot/cache/store"
)

// RedisRole is what this package does with a Redis, for [redisclient.Check].
func RedisRole() redisclient.Role {
	key := store.Keys("check", []string{"check"}, "none")[0]
	return redisclient.Role{
		Stores:  "state",
		Durable: true,
		Version: "5.0",
		Because: "for scripts that read the clock",
		Keys:    store.KeyPrefix + "*",
		Uses: [][]any{
			{"eval", "return 0", 1, key},
			{"evalsha", "0000000000000000000000000000000000000000", 1, key},
			{"time"},
			{"get", key},
			{"set", key, "x", "px", 1},
			{"pttl", key},
			{"pexpire", key, 1},
			{"unlink", key},
			{"hget", key, "x"},
			{"hgetall", key},
			{"hlen", key},
			{"hexists", key, "x"},
			{"hset", key, "x", "x"},
			{"hincrby", key, "n", 1},
			{"hdel", key, "x", "n"},
			{"zadd", key, 1, "x"},
			{"zcard", key},
			{"zscore", key, "x"},
			{"zrange", key, 0, 0},
			{"zrangebylex", key, "-", "+"},
			{"zrevrangebylex", key, "+", "-"},
			{"zrangebyscore", key, 0, 0},
			{"zremrangebyscore", key, 0, 0},
			{"zremrangebyrank", key, 0, 0},
			{"zrem", key, "x"},
			{"unlink", key},
		},
	}
}
