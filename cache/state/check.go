package state

import "logbot/cache/redisclient"

// RedisRole is what this package does with a Redis, for [redisclient.Check].
func RedisRole() redisclient.Role {
	key := keysIn("check", []string{"check"}, "none")[0]
	return redisclient.Role{
		Stores:  "state",
		Durable: true,
		Version: "5.0",
		Because: "for streams",
		Keys:    keyPrefix + "*",
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
			{"hmget", key, "x"},
			{"hgetall", key},
			{"hvals", key},
			{"hkeys", key},
			{"hlen", key},
			{"hexists", key, "x"},
			{"hset", key, "x", "x"},
			{"hincrby", key, "n", 1},
			{"hdel", key, "x", "n"},
			{"zadd", key, 1, "x"},
			{"zcard", key},
			{"zscore", key, "x"},
			{"zrange", key, 0, 0},
			{"zrangebyscore", key, 0, 0},
			{"zremrangebyscore", key, 0, 0},
			{"zremrangebyrank", key, 0, 0},
			{"zrem", key, "x"},
			{"xadd", key, "maxlen", 1, "*", "x", "x"},
			{"xrevrange", key, "+", "-", "count", 1},
			{"xtrim", key, "maxlen", 0},
			{"unlink", key},
		},
	}
}
