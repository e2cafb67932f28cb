package logsapi

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
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

// answering is a transport without a network.
type answering func(*http.Request) *http.Response

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) { return a(r), nil }

func sharedClient(t *testing.T, with Shared, status *int) *Client {
	t.Helper()
	c, err := New(Options{BuildURL: "http://codearts", Credential: Token("t"), Rate: 2, Shared: with, Transport: answering(func(*http.Request) *http.Response {
		w := httptest.NewRecorder()
		w.WriteHeader(*status)
		w.WriteString(`{"result":{"last_build_no":"7","last_build_status":"blue"},"error":null,"status":"success"}`)
		return w.Result()
	})})
	require.NoError(t, err)
	return c
}

const sharedTask = "48c66c6002964721be537cdc6ce0297b"

func TestProcessesKeepOneRateTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate, status := &oneRate{}, http.StatusOK
		a, b := sharedClient(t, rate, &status), sharedClient(t, rate, &status)
		began := time.Now()
		var asking sync.WaitGroup
		for i := range 20 {
			asking.Go(func() {
				c := a
				if i%2 == 0 {
					c = b
				}
				_, err := c.LatestBuild(t.Context(), sharedTask)
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
		c := sharedClient(t, rate, &status)
		began := time.Now()
		_, err := c.LatestBuild(t.Context(), sharedTask)
		require.NoError(t, err)
		assert.Zero(t, time.Since(began))
	})
}

func TestWhoeverIsThrottledPausesTheOthersToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate, status := &oneRate{}, http.StatusTooManyRequests
		c := sharedClient(t, rate, &status)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err := c.LatestBuild(ctx, sharedTask)
		cancel()
		require.ErrorIs(t, err, ErrThrottled)
		synctest.Wait()
		wait, err := rate.Take(t.Context(), 2, 20)
		require.NoError(t, err)
		assert.InDelta(t, 1, wait.Seconds(), 0.2)
	})
}

func TestNewestBuildsAreOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c, err := New(Options{BuildURL: "http://codearts", Credential: Token("t"), Transport: answering(func(*http.Request) *http.Response {
			asked++
			w := httptest.NewRecorder()
			w.WriteString(`{"result":{"job_build_states":[{"number":300,"state":"FAILURE"},{"number":299,"state":"SUCCESS"}]},"error":null,"status":"success"}`)
			return w.Result()
		})})
		require.NoError(t, err)
		builds, err := c.NewestBuilds(t.Context(), sharedTask, 20)
		require.NoError(t, err)
		require.Len(t, builds, 2)
		assert.Equal(t, int64(300), builds[0].Number)
		assert.Equal(t, 1, asked, "although twenty were wanted")
		_, err = c.NewestBuilds(t.Context(), sharedTask, MaxBuilds+1)
		require.ErrorIs(t, err, ErrInvalid)
		_, err = c.NewestBuilds(t.Context(), "web", 1)
		require.ErrorIs(t, err, ErrInvalid)
	})
}
