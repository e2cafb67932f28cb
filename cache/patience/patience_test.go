package patience

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wait makes a call that would take so long, and reports whether it was made and
// how long it took.
func wait(ctx context.Context, takes, atMost time.Duration) (took time.Duration, made bool) {
	granted, over, err := Begin(ctx, atMost)
	if err != nil {
		return 0, false
	}
	took = min(takes, granted)
	time.Sleep(took)
	over(takes <= granted)
	return took, true
}

func TestACommandWaitsForAllItsCallsTogetherNoLongerThanTotal(t *testing.T) {
	for name, takes := range map[string]time.Duration{
		"no answer":           time.Hour,
		"just before the end": Total - time.Millisecond,
		"slow":                100 * time.Millisecond,
		"a little too slow":   Usual + time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := With(t.Context())
				began := time.Now()
				for range 1000 {
					wait(ctx, takes, time.Second)
				}
				assert.Equal(t, Total, time.Since(began), "and no sooner")
				assert.Equal(t, Total, Of(ctx).Spent())
				_, _, err := Begin(ctx, time.Second)
				assert.ErrorIs(t, err, ErrUsedUp)
			})
		})
	}
}

func TestUsualAnswersAreFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := With(t.Context())
		for range 1000 {
			_, made := wait(ctx, Usual, time.Second)
			require.True(t, made)
		}
		granted, _, err := Begin(ctx, time.Second)
		require.NoError(t, err)
		assert.Equal(t, Total, granted)
		assert.Zero(t, Of(ctx).Spent())
	})
}

func TestALookForWhatComesAnywayIsFreeIfItIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := With(t.Context())
		for range 100 {
			_, made := wait(Idle(ctx), 100*time.Millisecond, time.Second)
			require.True(t, made)
		}
		took, _ := wait(Idle(ctx), time.Hour, time.Second)
		assert.Equal(t, Total, took)
		_, made := wait(ctx, 0, time.Second)
		assert.False(t, made)
	})
}

func TestACallKeepsToItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := With(t.Context())
		took, _ := wait(ctx, time.Hour, 100*time.Millisecond)
		assert.Equal(t, 100*time.Millisecond, took)
		took, _ = wait(ctx, time.Hour, time.Second)
		assert.Equal(t, Total-100*time.Millisecond, took)
	})
}

func TestWhatNobodyWaitsForIsNotBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		used := With(t.Context())
		wait(used, time.Hour, time.Hour)
		for _, ctx := range []context.Context{t.Context(), Without(used), Idle(t.Context())} {
			took, _ := wait(ctx, time.Hour, time.Hour)
			assert.Equal(t, time.Hour, took)
			assert.Nil(t, Of(ctx))
		}
		assert.NotNil(t, Of(context.WithoutCancel(Idle(used))))
	})
}

// Whatever calls a command makes at once and after each other, and however long
// they would take: the time in which one is under way that is late is bounded.
func TestCallsAtOnceWaitNoLongerTogether(t *testing.T) {
	type span struct{ from, to time.Duration }
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			ctx, began := With(t.Context()), time.Now()
			var mu sync.Mutex
			var late []span
			var wg sync.WaitGroup
			for lane := range uint64(4) {
				chance := rand.New(rand.NewPCG(seed, lane))
				below := func(d time.Duration) time.Duration { return time.Duration(chance.Int64N(int64(d))) }
				wg.Go(func() {
					for range 20 {
						time.Sleep(below(40 * time.Millisecond))
						from := time.Since(began)
						if took, _ := wait(ctx, below(2*Total), time.Second); took > Usual {
							mu.Lock()
							late = append(late, span{from, from + took})
							mu.Unlock()
						}
					}
				})
			}
			wg.Wait()
			slices.SortFunc(late, func(a, b span) int { return cmp.Compare(a.from, b.from) })
			waited, until := time.Duration(0), time.Duration(0)
			for _, s := range late {
				waited += max(0, s.to-max(s.from, until))
				until = max(until, s.to)
			}
			assert.LessOrEqual(t, waited, Total+Usual)
		})
	}
}
