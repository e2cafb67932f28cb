package flight

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newGroup() *Group { return &Group{Limit: time.Minute, Warnf: func(string, ...any) {}} }

func TestEqualCallsAreMadeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup()
		calls, joins := 0, 0
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, key := range []string{"a", "a", "b", "a"} {
			wg.Go(func() {
				value, joined, err := Do(t.Context(), g, key, "it", func(context.Context) (string, error) {
					mu.Lock()
					calls++
					mu.Unlock()
					time.Sleep(time.Second)
					return key, nil
				})
				assert.NoError(t, err)
				assert.Equal(t, key, value)
				mu.Lock()
				defer mu.Unlock()
				if joined {
					joins++
				}
			})
		}
		wg.Wait()
		assert.Equal(t, [2]int{2, 2}, [2]int{calls, joins})
	})
}

func TestACallGoesOnWhenItsCallerLeavesAndEndsAtItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup()
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		ended := make(chan error, 1)
		_, _, err := Do(ctx, g, "a", "page 3", func(ctx context.Context) (int, error) {
			<-ctx.Done()
			ended <- ctx.Err()
			return 0, ctx.Err()
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "wait for page 3")
		began := time.Now()
		assert.ErrorIs(t, <-ended, context.DeadlineExceeded)
		assert.Equal(t, g.Limit-time.Second, time.Since(began))
	})
}

func TestAPanicReachesEveryCallerAndTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup()
		logged := 0
		g.Warnf = func(string, ...any) { logged++ }
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				assert.PanicsWithError(t, "", func() {
					defer func() {
						err, _ := recover().(error)
						assert.ErrorContains(t, err, "panic while asking upstream: oops")
						panic(errors.New(""))
					}()
					Do(t.Context(), g, "a", "it", func(context.Context) (int, error) {
						time.Sleep(time.Second)
						panic("oops")
					})
				})
			})
		}
		wg.Wait()
		assert.Equal(t, 1, logged)
	})
}

func TestCloseEndsACallThatItsCallerHasLeft(t *testing.T) {
	g := newGroup()
	ctx, leave := context.WithCancel(t.Context())
	began, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		_, _, _ = Do(ctx, g, "key", "the thing", func(ctx context.Context) (int, error) {
			close(began)
			<-ctx.Done()
			ended <- ctx.Err()
			return 0, ctx.Err()
		})
	}()
	<-began
	leave()
	g.Close()
	assert.ErrorIs(t, <-ended, context.Canceled)
	_, _, err := Do(t.Context(), g, "later", "the thing", func(ctx context.Context) (int, error) { return 0, ctx.Err() })
	assert.ErrorIs(t, err, context.Canceled)
}
