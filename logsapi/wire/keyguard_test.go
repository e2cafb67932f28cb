package wire

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// burst asks for 30 pages at once and counts the errors.
func burst(t *testing.T, client *Requester) (refused int64) {
	var failures atomic.Int64
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if _, err := get(t.Context(), client); err != nil {
				assert.ErrorIs(t, err, ErrUnauthorized)
				failures.Add(1)
			}
		})
	}
	all.Wait()
	return failures.Load()
}

func TestBurstWithAWrongKeyDoesNotLockIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		var wrong atomic.Bool
		client := offline(t, func(*http.Request) (*http.Response, error) {
			time.Sleep(3 * time.Second) // so long that the limiter lets all of them go
			if !wrong.Load() {
				return answer(200, aPage), nil
			}
			sent.Add(1)
			return answer(401, `{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail"}`), nil
		})
		wrong.Store(true)
		assert.EqualValues(t, 30, burst(t, client))
		assert.EqualValues(t, 1, sent.Load(), "a key that was never accepted is tried once")

		time.Sleep(keyLock)
		wrong.Store(false)
		assert.Zero(t, burst(t, client))

		wrong.Store(true)
		assert.EqualValues(t, 30, burst(t, client))
		assert.Less(t, sent.Load()-1, int64(5), "nor does one lock that was accepted before")
	})
}

func TestKeyThatIsAcceptedIsUsedByFourAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inside, most atomic.Int64
		client := offline(t, func(*http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), inside.Add(1)))
			defer inside.Add(-1)
			time.Sleep(time.Second)
			return answer(200, aPage), nil
		})
		began := time.Now()
		assert.Zero(t, burst(t, client))
		assert.EqualValues(t, maxSigned, most.Load())
		assert.Equal(t, (1+8)*time.Second, time.Since(began).Round(time.Second), "one, then four at a time")
	})
}

func TestWaitForTheFirstAnswerEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				_, err := get(ctx, client)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
		}
		all.Wait()
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}

func TestRefusalInsideAnAnswerHoldsTheKeyToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		client := offline(t, func(*http.Request) (*http.Response, error) {
			requests++
			return answer(200, `{"error_code":"APIGW.0301","error_msg":"AK access failed to reach the limit,forbidden"}`), nil
		})
		for range 3 {
			_, err := get(t.Context(), client)
			require.ErrorIs(t, err, ErrUnauthorized)
			require.ErrorContains(t, err, "locked for five minutes")
			assert.Equal(t, 1, strings.Count(err.Error(), "held until 00:05:00"))
		}
		assert.Equal(t, 1, requests)
	})
}
