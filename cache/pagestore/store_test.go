package pagestore

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryStoreKeepsTheContract(t *testing.T) {
	for name, openStore := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testStore(t, openStore(t))
		})
	}
}

// testStore is what Store promises. Every backend passes it.
func testStore(t *testing.T, s Store) {
	ctx := t.Context()
	set := func(key, value string, ttl time.Duration) {
		t.Helper()
		require.NoError(t, s.Set(ctx, key, []byte(value), ttl))
	}
	holds := func(key, value string) {
		t.Helper()
		got, err := s.Get(ctx, key)
		require.NoError(t, err)
		require.Equal(t, value, string(got))
	}
	misses := func(key string) {
		t.Helper()
		got, err := s.Get(ctx, key)
		require.ErrorIs(t, err, ErrMiss)
		require.Empty(t, got)
	}

	t.Run("a key never set is a miss", func(t *testing.T) { misses("never") })
	t.Run("a value comes back whole", func(t *testing.T) {
		set("{a.b.7}:键", "\x00\r\n\xff 失败 $-1\r\n", time.Hour)
		holds("{a.b.7}:键", "\x00\r\n\xff 失败 $-1\r\n")
	})
	t.Run("a later value replaces an earlier one", func(t *testing.T) {
		set("over", "one", time.Hour)
		set("over", "two", time.Hour)
		holds("over", "two")
	})
	t.Run("a deleted key is a miss", func(t *testing.T) {
		set("gone", "x", time.Hour)
		require.NoError(t, s.Delete(ctx, "gone"))
		misses("gone")
		require.NoError(t, s.Delete(ctx, "gone"), "deleting nothing")
	})
	t.Run("a value lives as long as it was last set for", func(t *testing.T) {
		set("short", "x", 40*time.Millisecond)
		set("lengthened", "x", 40*time.Millisecond)
		set("lengthened", "y", time.Hour)
		set("shortened", "x", time.Hour)
		set("shortened", "y", 40*time.Millisecond)
		for _, key := range []string{"short", "shortened"} {
			require.Eventually(t, func() bool {
				_, err := s.Get(ctx, key)
				return err != nil
			}, longest, 5*time.Millisecond, key)
			misses(key)
		}
		holds("lengthened", "y")
	})
	t.Run("nothing is kept for no time", func(t *testing.T) {
		for _, ttl := range []time.Duration{0, -time.Second, time.Microsecond} {
			set("no time", "old", time.Hour)
			set("no time", "new", ttl)
			misses("no time")
		}
	})
	t.Run("an empty value is not kept", func(t *testing.T) {
		set("empty", "old", time.Hour)
		set("empty", "", time.Hour)
		misses("empty")
	})
	t.Run("values are bounded", func(t *testing.T) {
		largest := bytes.Repeat([]byte{7}, MaxValue)
		set("large", string(largest), time.Hour)
		holds("large", string(largest))
		require.ErrorIs(t, s.Set(ctx, "large", append(largest, 7), time.Hour), ErrTooLarge)
		holds("large", string(largest))
	})
	t.Run("many use it at once", func(t *testing.T) {
		var wg sync.WaitGroup
		for worker := range 8 {
			wg.Go(func() {
				for i := range 50 {
					key, value := "many "+strconv.Itoa(i%10), fmt.Sprintf("%d/%d", i%10, worker)
					assert.NoError(t, s.Set(ctx, key, []byte(value), time.Hour))
					got, err := s.Get(ctx, key)
					if assert.NoError(t, err) {
						assert.Regexp(t, fmt.Sprintf("^%d/[0-7]$", i%10), string(got))
					}
				}
			})
		}
		wg.Wait()
	})
}
