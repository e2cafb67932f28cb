package store

import (
	"context"
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
)

// repeats makes the server run every call twice, as when the client repeats a call
// whose answer was lost.
type repeats struct{ redis.Hook }

func (repeats) DialHook(next redis.DialHook) redis.DialHook { return next }

func (repeats) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (repeats) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := next(ctx, cmd); err != nil {
			return err
		}
		return next(ctx, cmd)
	}
}

func TestACallThatTheServerRunsTwiceAnswersTheSame(t *testing.T) {
	client := openClient(t, redistest.Start(t).URL())
	client.AddHook(repeats{})
	r := NewRedis(client, Options{Budget: patient, Scope: "main", CallerClock: true})
	for _, spec := range []Spec{threeNames, refusing} {
		table := r.Table(spec).At(at(0))
		for i := range 5 {
			require.NoError(t, table.Update(t.Context(), "n", func(old []byte) ([]byte, error) {
				n, _ := strconv.Atoi(string(old))
				assert.Equal(t, i, n)
				return strconv.AppendInt(nil, int64(n+1), 10), nil
			}))
		}
		put(t, table, "a", "1")
		put(t, table, "b", "1")
		assert.ErrorIs(t, table.Put(t.Context(), "more", nil), ErrFull)
		assert.Equal(t, []string{"a=1", "b=1", "n=5"}, scan(t, table, Range{}))
	}
}

func TestTheKeysOfATableAreAsDocumented(t *testing.T) {
	client := openClient(t, redistest.Start(t).URL())
	r := NewRedis(client, Options{Budget: patient, Scope: "a b"})
	ctx := t.Context()
	for _, spec := range []Spec{threeNames, expiring} {
		table := r.Table(spec).At(at(0))
		put(t, table, "a", "1")
		require.NoError(t, table.Update(ctx, "a", func([]byte) ([]byte, error) { return []byte("2"), nil }))
	}
	tag := "{" + Plain("a b") + "."
	keys, err := client.Keys(ctx, "*").Result()
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{
		"logbot:s1:" + tag + "few}:all", "logbot:s1:" + tag + "few}:wrote",
		"logbot:s1:" + tag + "expiring}:all", "logbot:s1:" + tag + "expiring}:order",
		"logbot:s1:" + tag + "expiring}:ends", "logbot:s1:" + tag + "expiring}:wrote",
	}, keys)
	for _, key := range keys {
		left, err := client.PTTL(ctx, key).Result()
		require.NoError(t, err)
		assert.Equal(t, key != "logbot:s1:"+tag+"few}:all", left > 0, key)
		assert.LessOrEqual(t, left, expiring.Life)
	}
}
