package state

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
)

// openRedis is an empty state in a server of its own, which ends with the test.
func openRedis(t testing.TB, o Options) *Store {
	t.Helper()
	o.CallerClock = true
	return openRedisAt(t, redistest.Start(t).URL(), o)
}

func openRedisAt(t testing.TB, url string, o Options) *Store {
	t.Helper()
	if o.Budget == 0 {
		o.Budget = patient
	}
	options, err := redis.ParseURL(url)
	require.NoError(t, err)
	options.ContextTimeoutEnabled = true
	options.MaxRetries = 1
	options.DialerRetries = 1
	client := redis.NewClient(options)
	t.Cleanup(func() { client.Close() })
	return NewRedis(client, o)
}
