package redisclient

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/patience"
)

// remote is a store of which the breaker knows only calls.
type remote struct {
	calls int
	takes time.Duration
	err   error
}

func (r *remote) call(ctx context.Context) error {
	r.calls++
	select {
	case <-time.After(r.takes):
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

const budget = 300 * time.Millisecond

// breakerOf is that of one server, which serves also where it has no value.
func breakerOf(name string, log Logger) *breaker {
	served := func(err error) bool { return err == nil || errors.Is(err, redis.Nil) }
	return NewBreakers(name, budget/2, served, log).at("")
}

func TestTheBreakerPausesCallsToAStoreThatIsAway(t *testing.T) {
	refused := errors.New("connection refused")
	for _, c := range []struct {
		name  string
		takes time.Duration
		err   error
		calls int           // made of 10 before the breaker opens
		costs time.Duration // all 10 together
	}{
		{"refused at once", 0, refused, 3, 0},
		{"no answer", time.Hour, nil, 1, budget},
		{"slow to refuse", 100 * time.Millisecond, refused, 2, 200 * time.Millisecond},
		{"a miss is an answer", 0, redis.Nil, 10, 0},
		{"slow, but within the time", 100 * time.Millisecond, nil, 10, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &remote{takes: c.takes, err: c.err}
				b := breakerOf("read", &testLog{})
				began := time.Now()
				for range 10 {
					b.do(t.Context(), budget, r.call)
				}
				assert.Equal(t, c.calls, r.calls)
				assert.Equal(t, c.costs, time.Since(began))
			})
		})
	}
}

func TestTheBreakerTriesAgainAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &testLog{}
		r := &remote{takes: time.Hour}
		b := breakerOf("read pages", log)
		try := func() error { return b.do(t.Context(), budget, r.call) }
		require.ErrorIs(t, try(), context.DeadlineExceeded)
		require.ErrorIs(t, try(), gobreaker.ErrOpenState)
		for range 5 { // still away: one call every two seconds pays
			time.Sleep(tryEvery + time.Millisecond)
			require.ErrorIs(t, try(), context.DeadlineExceeded)
			require.ErrorIs(t, try(), gobreaker.ErrOpenState)
		}
		assert.Equal(t, 6, r.calls)
		r.takes = 0
		time.Sleep(tryEvery + time.Millisecond)
		require.NoError(t, try())

		r.err = errors.New("reset")
		require.Error(t, try())
		r.err = nil
		require.NoError(t, try(), "what was lost before counts no more")
		assert.Equal(t, []string{
			"read pages: paused, tried again every 2s: context deadline exceeded",
			"read pages: works again",
		}, log.lines)
	})
}

// Each use of a Redis has breakers of its own; a command that goes through all of
// them waits once all the same.
func TestACommandWaitsOnceForAllItsUsesOfARedis(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		served := func(err error) bool { return err == nil }
		r := &remote{takes: time.Hour}
		var uses []*Breakers
		for range 3 {
			uses = append(uses, NewBreakers("", budget/2, served, &testLog{}))
		}
		command := func() time.Duration {
			ctx := patience.With(t.Context())
			began := time.Now()
			for _, b := range uses {
				for _, own := range []time.Duration{time.Second, 100 * time.Millisecond, budget} {
					b.Do(ctx, nil, "key", own, r.call)
				}
			}
			return time.Since(began)
		}
		for range 100 {
			assert.LessOrEqual(t, command(), patience.Total)
		}
		r.takes = 0
		time.Sleep(tryEvery + time.Millisecond)
		r.calls = 0
		assert.Zero(t, command())
		assert.Equal(t, 3*len(uses), r.calls, "all is asked again")
	})
}

func TestCallsThatAreCutShortOpenABreakerAfterASilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &remote{takes: time.Hour}
		b := NewBreakers("state", budget/2, func(err error) bool { return err == nil }, &testLog{})
		command := func() time.Duration {
			began := time.Now()
			b.Do(patience.With(t.Context()), nil, "key", time.Second, r.call)
			return time.Since(began)
		}
		for range int(silence/patience.Total) - 1 {
			require.Equal(t, patience.Total, command())
		}
		r.takes = patience.Total - 1
		command() // served, if late: the machine was busy
		r.takes = time.Hour
		for range int(silence / patience.Total) {
			require.Equal(t, patience.Total, command())
		}
		for range 3 {
			for range 10 {
				assert.Zero(t, command(), "it is open")
			}
			time.Sleep(tryEvery + time.Millisecond)
			assert.Equal(t, patience.Total, command(), "one tries")
		}
	})
}

func TestCallersThatLeaveNowAndThenOpenNoBreaker(t *testing.T) {
	for name, hurried := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"at their end": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, budget-1)
		},
		"in the middle": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(budget-1, cancel)
			return ctx, cancel
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &remote{takes: time.Hour}
				b := breakerOf("read", &testLog{})
				for range 10 {
					ctx, cancel := hurried(t.Context())
					b.do(ctx, budget, r.call)
					cancel()
					if name == "at their end" { // who goes on asking is another matter
						time.Sleep(2*tryEvery + time.Millisecond)
					}
				}
				assert.Equal(t, 10, r.calls)
			})
		})
	}
}

func TestACallerThatLeavesIsNotTheStoresFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &remote{takes: time.Hour}
		b := breakerOf("read", &testLog{})
		for range 10 {
			hurried, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			err := b.do(hurried, budget, r.call)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		assert.Equal(t, 10, r.calls)
	})
}
