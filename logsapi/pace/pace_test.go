package pace

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var fivePerSecond = Rate{PerSecond: 5, Burst: 3}

func TestABucketGivesItsBurstAndThenTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Bucket
		for range 3 {
			assert.Zero(t, b.Take(time.Now(), fivePerSecond, 1))
		}
		assert.Equal(t, 200*time.Millisecond, b.Take(time.Now(), fivePerSecond, 1))
		assert.Equal(t, 400*time.Millisecond, b.Take(time.Now(), fivePerSecond, 2), "asking took nothing")
		time.Sleep(200 * time.Millisecond)
		assert.Zero(t, b.Take(time.Now(), fivePerSecond, 1))
		assert.Equal(t, 200*time.Millisecond, b.Take(time.Now(), fivePerSecond, 1))

		time.Sleep(time.Hour)
		assert.Zero(t, b.Take(time.Now(), fivePerSecond, 3))
		assert.Equal(t, 200*time.Millisecond, b.Take(time.Now(), fivePerSecond, 1), "an hour gives no more than the burst")
	})
}

func TestAClaimTakesTokensThatHaveYetToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Bucket
		for i, want := range []time.Duration{0, 0, 0, 200, 400, 600} {
			assert.Equal(t, want*time.Millisecond, b.Wait(time.Now(), fivePerSecond, 1), "claim %d", i)
			b.Claim(time.Now(), fivePerSecond, 1)
		}
		b.Return(fivePerSecond, 2)
		assert.Equal(t, 400*time.Millisecond, b.Wait(time.Now(), fivePerSecond, 1), "what is returned serves the next")
	})
}

func TestAPauseIsNeverShortenedAndNoBurstFollowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Bucket
		b.Pause(time.Now().Add(time.Minute))
		b.Pause(time.Now().Add(time.Second))
		assert.Equal(t, time.Minute, b.Paused(time.Now()))
		assert.Equal(t, time.Minute, b.Take(time.Now(), fivePerSecond, 1))
		time.Sleep(time.Minute)
		assert.Zero(t, b.Paused(time.Now()))
		assert.Zero(t, b.Take(time.Now(), fivePerSecond, 1))
		assert.Equal(t, 200*time.Millisecond, b.Take(time.Now(), fivePerSecond, 1))
	})
}

func TestAClaimBeforeAPauseWaitsBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Bucket
		for range 8 {
			b.Claim(time.Now(), fivePerSecond, 1)
		}
		b.Pause(time.Now().Add(500 * time.Millisecond))
		assert.Equal(t, 1200*time.Millisecond, b.Wait(time.Now(), fivePerSecond, 1), "the claims last longer than the pause")
	})
}

func TestAnEmptiedBucketFillsAtTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Bucket
		b.Empty(time.Now(), fivePerSecond)
		assert.Equal(t, 200*time.Millisecond, b.Wait(time.Now(), fivePerSecond, 1))
		for range 5 {
			b.Claim(time.Now(), fivePerSecond, 1)
		}
		b.Empty(time.Now(), fivePerSecond)
		assert.Equal(t, 1200*time.Millisecond, b.Wait(time.Now(), fivePerSecond, 1), "claims stay taken")
	})
}

func TestAnotherRateKeepsTheTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Bucket
		half := Rate{PerSecond: 2.5, Burst: 3}
		for range 3 {
			b.Claim(time.Now(), fivePerSecond, 1)
		}
		time.Sleep(200 * time.Millisecond)
		b.Adjust(time.Now(), fivePerSecond, half)
		assert.Zero(t, b.Take(time.Now(), half, 1))
		assert.Equal(t, 400*time.Millisecond, b.Take(time.Now(), half, 1))
	})
}

func TestAVerySmallRateDoesNotOverflow(t *testing.T) {
	var b Bucket
	tiny := Rate{PerSecond: 1e-300, Burst: 1}
	now := time.Now()
	assert.Zero(t, b.Take(now, tiny, 1))
	assert.Greater(t, b.Take(now, tiny, 1), 50*365*24*time.Hour)
}

func TestBucketsAtRestAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Buckets{Most: 3}
		s.Get(time.Now(), "paused").Pause(time.Now().Add(time.Hour))
		s.Get(time.Now(), "rested").Take(time.Now(), fivePerSecond, 1)
		s.Get(time.Now(), "busy").Take(time.Now(), Rate{PerSecond: 0.01, Burst: 1}, 1)
		time.Sleep(time.Second)
		s.Get(time.Now(), "new")
		assert.Len(t, s.byName, 3, "the one at rest made room")
		assert.NotZero(t, s.Get(time.Now(), "paused").Paused(time.Now()))
		assert.NotZero(t, s.Get(time.Now(), "busy").Wait(time.Now(), Rate{PerSecond: 0.01, Burst: 1}, 1))
	})
}

func TestABucketIsNotForgottenWhileItsPauseForbidsABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Buckets{}
		slow := Rate{PerSecond: 0.1, Burst: 3}
		s.Get(time.Now(), "a").Claim(time.Now(), slow, 1)
		s.Get(time.Now(), "a").Pause(time.Now().Add(time.Minute))
		time.Sleep(time.Minute)
		s.Get(time.Now(), "b")
		assert.Equal(t, 10*time.Second, s.Get(time.Now(), "a").Wait(time.Now(), slow, 2))
	})
}

func TestSleepLastsUntilItsTimeOrTheEndOfItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		require.NoError(t, Sleep(t.Context(), time.Hour))
		assert.Equal(t, time.Hour, time.Since(began))
		require.NoError(t, Sleep(t.Context(), 0))
		require.NoError(t, Sleep(t.Context(), -1))

		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("stopped by the user")
		time.AfterFunc(time.Second, func() { cancel(why) })
		began = time.Now()
		require.ErrorIs(t, Sleep(ctx, time.Hour), why)
		assert.Equal(t, time.Second, time.Since(began))
		require.ErrorIs(t, Sleep(ctx, 0), why, "an ended context is seen without waiting")
	})
}

func TestSleepOrIsWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(wake) })
		began := time.Now()
		require.NoError(t, SleepOr(t.Context(), time.Hour, wake))
		assert.Equal(t, time.Second, time.Since(began))
	})
}

func TestBackoffDoublesUpToItsMost(t *testing.T) {
	for n, want := range []time.Duration{1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 4: 5 * time.Second, 5: 5 * time.Second} {
		if n > 0 {
			assert.Equal(t, want, Backoff(n, time.Second, 5*time.Second), "failure %d", n)
		}
	}
	assert.Equal(t, time.Second, Backoff(0, time.Second, time.Minute))
	assert.Equal(t, time.Minute, Backoff(1<<30, time.Second, time.Minute))
	assert.Equal(t, time.Duration(1<<63-1), Backoff(1000, time.Second, 1<<63-1), "it does not overflow")
}

func TestJitterIsBetweenHalfAndTheWhole(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 1000 {
		d := Jitter(time.Second)
		assert.GreaterOrEqual(t, d, time.Second/2)
		assert.LessOrEqual(t, d, time.Second)
		seen[d] = true
	}
	assert.Greater(t, len(seen), 100)
	assert.Equal(t, time.Duration(1), Jitter(1))
	assert.Zero(t, Jitter(0))
}
