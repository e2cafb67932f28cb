package wire

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// oneRate is a rate of one process, for several clients.
type oneRate struct {
	mu    sync.Mutex
	free  time.Time
	taken int
	fails error
}

func (o *oneRate) Take(_ context.Context, rate float64, burst int) (time.Duration, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if wait := time.Until(o.free); wait > 0 || o.fails != nil {
		return wait, o.fails
	}
	o.taken++
	o.free = time.Now().Add(time.Duration(float64(time.Second) / rate))
	return 0, nil
}

func (o *oneRate) Pause(_ context.Context, length time.Duration) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.free = time.Now().Add(length)
	return nil
}

func sharedRequester(t *testing.T, with Shared, status *int) *Requester {
	t.Helper()
	return newRequester(t, Options{BuildURL: "http://codearts", Credential: Token("t"), Rate: 2, Shared: with,
		Transport: transport(func(*http.Request) (*http.Response, error) { return answer(*status, aPage), nil })})
}

func TestProcessesKeepOneRateTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate, status := &oneRate{}, http.StatusOK
		a, b := sharedRequester(t, rate, &status), sharedRequester(t, rate, &status)
		began := time.Now()
		var asking sync.WaitGroup
		for i := range 20 {
			asking.Go(func() {
				c := a
				if i%2 == 0 {
					c = b
				}
				_, err := get(t.Context(), c)
				assert.NoError(t, err)
			})
		}
		asking.Wait()
		assert.InDelta(t, 9.5, time.Since(began).Seconds(), 0.2, "twenty at two a second")
		assert.Equal(t, 20, rate.taken)
	})
}

func TestARateThatCannotBeAskedLetsRequestsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate, status := &oneRate{fails: errors.New("no store")}, http.StatusOK
		c := sharedRequester(t, rate, &status)
		began := time.Now()
		_, err := get(t.Context(), c)
		require.NoError(t, err)
		assert.Zero(t, time.Since(began))
	})
}

func TestWhoeverIsThrottledPausesTheOthersToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate, status := &oneRate{}, http.StatusTooManyRequests
		c := sharedRequester(t, rate, &status)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err := get(ctx, c)
		cancel()
		require.ErrorIs(t, err, ErrThrottled)
		synctest.Wait()
		wait, err := rate.Take(t.Context(), 2, 20)
		require.NoError(t, err)
		assert.InDelta(t, 1, wait.Seconds(), 0.2)
	})
}
