package wire

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// drain takes all that a limiter gives at once.
func drain(t *testing.T, l *limiter) {
	t.Helper()
	began := time.Now()
	for range maxBurst {
		require.NoError(t, l.wait(t.Context(), false))
	}
	require.Zero(t, time.Since(began))
}

func TestRequestsGoAtOnceUntilTheBurstIsSpentAndThenAtTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(defaultRate)
		drain(t, l)
		began := time.Now()
		for range 50 {
			require.NoError(t, l.wait(t.Context(), false))
		}
		assert.InDelta(t, 10, time.Since(began).Seconds(), 0.1)

		time.Sleep(time.Hour)
		drain(t, l)
		began = time.Now()
		require.NoError(t, l.wait(t.Context(), false))
		assert.InDelta(t, 0.2, time.Since(began).Seconds(), 0.01, "an hour gives no more than the burst")
	})
}

func TestRequestsAreServedInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(defaultRate)
		drain(t, l)
		var mu sync.Mutex
		var order []int
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Microsecond)
				assert.NoError(t, l.wait(t.Context(), false))
				mu.Lock()
				defer mu.Unlock()
				order = append(order, i)
			})
		}
		all.Wait()
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, order)
	})
}

func TestOnePersonIsServedAtOnceHoweverManyLogsAreReadToTheirEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(defaultRate)
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		defer all.Wait()
		defer stop()
		served := 0
		var mu sync.Mutex
		for range 8 {
			all.Go(func() {
				for l.wait(ctx, true) == nil {
					mu.Lock()
					served++
					mu.Unlock()
				}
			})
		}
		for range 10 {
			time.Sleep(10 * time.Second)
			began := time.Now()
			for range reserved {
				require.NoError(t, l.wait(t.Context(), false))
			}
			assert.Zero(t, time.Since(began))
		}
		mu.Lock()
		defer mu.Unlock()
		assert.InDelta(t, 100*defaultRate-9*reserved+maxBurst-reserved, served, 2, "bulk readers get all that is left")
	})
}

func TestWaitForATurnEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(defaultRate)
		drain(t, l)
		for _, bulk := range []bool{false, true} {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			began := time.Now()
			err := l.wait(ctx, bulk)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 50*time.Millisecond, time.Since(began))
			require.ErrorIs(t, l.wait(ctx, bulk), context.DeadlineExceeded, "nor does it begin after it")
		}
		assert.Empty(t, l.interactive)
		assert.Empty(t, l.bulk)
		began := time.Now()
		require.NoError(t, l.wait(t.Context(), false))
		assert.LessOrEqual(t, time.Since(began), 200*time.Millisecond, "whoever left has taken nothing")
	})
}

func TestRefusalsSlowTheRequestsDownForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(defaultRate)
		gap := func() float64 {
			began := time.Now()
			require.NoError(t, l.wait(t.Context(), false))
			return time.Since(began).Seconds()
		}
		l.slow()
		l.slow()
		l.slow() // the answers to one burst
		assert.InDelta(t, 1/2.5, gap(), 0.02, "half the rate, and no burst")
		for range 20 {
			time.Sleep(sameRefusals)
			l.slow()
		}
		began := time.Now()
		assert.InDelta(t, 1/(defaultRate*slowest), gap(), 0.1)
		for time.Since(began) < recovery {
			gap()
		}
		assert.InDelta(t, 1/defaultRate, gap(), 0.01)
		time.Sleep(time.Minute)
		drain(t, l)
	})
}

func TestEveryRequestTakesItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			requests++
			return answer(200, aPage), nil
		})
		began := time.Now()
		for range 10 + maxBurst {
			_, err := get(t.Context(), client)
			require.NoError(t, err)
		}
		assert.InDelta(t, 2, time.Since(began).Seconds(), 0.1)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := get(ctx, client)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "its turn has not come, at 5 requests a second")
		assert.Equal(t, 10+maxBurst, requests)
	})
}

func TestBulkRequestsLetOthersPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := offline(t, func(*http.Request) (*http.Response, error) { return answer(200, aPage), nil })
		ctx, stop := context.WithCancel(t.Context())
		var reading sync.WaitGroup
		reading.Go(func() {
			bulk := aRequest
			bulk.Bulk = true
			for {
				if _, err := Get[page](ctx, client, bulk); err != nil {
					return
				}
			}
		})
		time.Sleep(time.Second)
		began := time.Now()
		for range 2 {
			_, err := get(t.Context(), client)
			require.NoError(t, err)
		}
		assert.Zero(t, time.Since(began))
		stop()
		reading.Wait()
	})
}

func TestServiceThatAsksForFewerRequestsGetsFewer(t *testing.T) {
	for _, c := range []struct {
		name string
		a    func() *http.Response
	}{
		{"429", func() *http.Response { return answer(429, "") }},
		{"CB.00060211", func() *http.Response { return answer(500, `{"error_code":"CB.00060211"}`) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				throttled := true
				client := offline(t, func(*http.Request) (*http.Response, error) {
					if throttled {
						throttled = false
						return c.a(), nil
					}
					return answer(200, aPage), nil
				})
				began := time.Now()
				for range 11 {
					_, err := get(t.Context(), client)
					require.NoError(t, err)
				}
				assert.Greater(t, time.Since(began), 2*time.Second, "there is no burst any more")
			})
		})
	}
}
