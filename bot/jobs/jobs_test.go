package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/bot/jobs/jobstest"
	"logbot/cache/state"
)

func TestDueWorkIsDoneOnceOverAllReplicas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		began := time.Now()
		var mu sync.Mutex
		ran := map[string][]time.Duration{}
		h := handler{run: func(_ context.Context, w *jobs.Work) (jobs.Next, error) {
			mu.Lock()
			defer mu.Unlock()
			ran[w.ID] = append(ran[w.ID], time.Since(began))
			return jobs.Done(), nil
		}}
		a, _ := start(t, s.Intents, 2, h)
		start(t, s.Intents, 2, h)
		for i := range 30 {
			put(t, a, fmt.Sprint(i), time.Duration(i)*100*time.Millisecond)
		}
		jobstest.Pass(time.Minute)
		mu.Lock()
		defer mu.Unlock()
		require.Len(t, ran, 30)
		for i := range 30 {
			times := ran[fmt.Sprint(i)]
			require.Len(t, times, 1, "intent %d", i)
			late := times[0] - time.Duration(i)*100*time.Millisecond
			assert.GreaterOrEqual(t, late, time.Duration(0))
			assert.LessOrEqual(t, late, 1100*time.Millisecond)
		}
	})
}

func TestRescheduledWorkGetsItsNewPayload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		var at []time.Duration
		began := time.Now()
		j, _ := start(t, s.Intents, 1, handler{run: func(_ context.Context, w *jobs.Work) (jobs.Next, error) {
			at = append(at, time.Since(began))
			if len(w.Payload) == 3 {
				return jobs.Forget(), nil
			}
			return jobs.Again(time.Now().Add(10*time.Second), append(w.Payload, '0')), nil
		}})
		put(t, j, "a", 0)
		jobstest.Pass(time.Minute)
		require.Len(t, at, 3)
		assert.InDelta(t, 20, at[2].Seconds(), 3)
		put(t, j, "a", 0) // it was forgotten
	})
}

func TestALongRunKeepsItsLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		var runs atomic.Int64
		h := handler{run: func(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
			runs.Add(1)
			select {
			case <-time.After(2 * time.Minute):
			case <-ctx.Done():
				return jobs.Next{}, ctx.Err()
			}
			return jobs.Done(), nil
		}}
		j, _ := start(t, s.Intents, 1, h)
		start(t, s.Intents, 1, h)
		put(t, j, "a", 0)
		jobstest.Pass(3 * time.Minute)
		assert.Equal(t, int64(1), runs.Load())
		_, err := s.Intents.Get(t.Context(), "a")
		assert.ErrorIs(t, err, state.ErrNotFound)
	})
}

func TestAnotherReplicaTakesOverTheWorkOfADeadOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		first := &jobstest.Intents{Intents: s.Intents}
		stuck := handler{run: func(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
			if err := w.Note(ctx, []byte("half")); err != nil {
				return jobs.Next{}, err
			}
			first.Dead.Store(true)
			<-ctx.Done() // when it hears that its lease is over
			return jobs.Next{}, context.Cause(ctx)
		}}
		j, _ := start(t, first, 1, stuck)
		var progress string
		var took time.Duration
		began := time.Now()
		start(t, s.Intents, 1, handler{run: func(_ context.Context, w *jobs.Work) (jobs.Next, error) {
			progress, took = string(w.Progress), time.Since(began)
			return jobs.Done(), nil
		}})
		synctest.Wait() // both have looked, and found nothing
		// The first is the one that is woken, so it has the intent before the other looks.
		put(t, j, "a", 0)
		jobstest.Pass(time.Minute)
		assert.Equal(t, "half", progress)
		assert.LessOrEqual(t, took, 18*time.Second)
	})
}

func TestARunIsCancelledWhenItsLeaseIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		var cause error
		j, _ := start(t, s.Intents, 1, handler{run: func(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
			<-ctx.Done()
			cause = context.Cause(ctx)
			return jobs.Next{}, cause
		}})
		put(t, j, "a", 0)
		jobstest.Pass(time.Second)
		found, err := s.Intents.Cancel(t.Context(), time.Now(), "a")
		require.NoError(t, err)
		require.True(t, found)
		jobstest.Pass(6 * time.Second)
		synctest.Wait()
		assert.ErrorIs(t, cause, state.ErrLeaseLost)
		assert.Equal(t, int64(1), j.Stats().Lost)
	})
}

func TestFailingWorkIsRetriedAndThenGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		var runs, gaveUp int
		var notes []string
		j, _ := start(t, s.Intents, 1, handler{
			run: func(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
				runs++
				notes = append(notes, string(w.Progress))
				if err := w.Note(ctx, fmt.Append(nil, runs)); err != nil {
					return jobs.Next{}, err
				}
				if runs == 2 {
					panic("at the disco")
				}
				return jobs.Next{}, errors.New("no luck")
			},
			giveUp: func(w *jobs.Work) { gaveUp++ },
		})
		put(t, j, "a", 0)
		jobstest.Pass(10 * time.Minute)
		assert.Equal(t, 8, runs)
		assert.Equal(t, []string{"", "1", "2"}, notes[:3], "what was noted is there the next time")
		assert.Equal(t, 1, gaveUp)
		assert.Equal(t, jobs.Stats{Runs: 8, Failed: 8, GaveUp: 1}, j.Stats())
		_, err := s.Intents.Get(t.Context(), "a")
		assert.ErrorIs(t, err, state.ErrNotFound)
	})
}

func TestAStoreThatIsAwayIsAskedLessOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		m := &jobstest.Intents{Intents: s.Intents}
		var runs atomic.Int64
		j, _ := start(t, m, 4, handler{run: func(context.Context, *jobs.Work) (jobs.Next, error) {
			runs.Add(1)
			return jobs.Done(), nil
		}})
		put(t, j, "a", 5*time.Minute)
		m.Away.Store(true)
		jobstest.Pass(10 * time.Minute)
		assert.LessOrEqual(t, m.Refused.Load(), int64(65), "not more than every ten seconds")
		assert.GreaterOrEqual(t, m.Refused.Load(), int64(55), "and not never")
		m.Away.Store(false)
		jobstest.Pass(11 * time.Second)
		assert.Equal(t, int64(1), runs.Load())
	})
}

func TestAStoppingProcessReturnsUnfinishedWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		slow := handler{run: func(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
			if w.ID == "quick" {
				time.Sleep(3 * time.Second)
				return jobs.Done(), nil
			}
			<-ctx.Done()
			return jobs.Next{}, ctx.Err()
		}}
		j, stop := start(t, s.Intents, 4, slow)
		put(t, j, "quick", 0)
		put(t, j, "endless", 0)
		jobstest.Pass(time.Second)
		began := time.Now()
		stop()
		assert.LessOrEqual(t, time.Since(began), 6*time.Second)
		all, err := s.Intents.List(t.Context(), "")
		require.NoError(t, err)
		require.Len(t, all, 1, "the quick one was finished")
		assert.Equal(t, "endless", all[0].ID)
		assert.Zero(t, all[0].LeasedUntil, "nobody holds it")
		assert.Equal(t, "0", string(all[0].Payload))
		claims, err := s.Intents.ClaimDue(t.Context(), time.Now(), 1, time.Second)
		require.NoError(t, err)
		assert.Len(t, claims, 1, "it is due at once")
	})
}

func TestClaimsAreLimitedByFreeWorkers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		var now, most atomic.Int64
		h := handler{run: func(context.Context, *jobs.Work) (jobs.Next, error) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer now.Add(-1)
			time.Sleep(10 * time.Second)
			return jobs.Done(), nil
		}}
		j, _ := start(t, s.Intents, 3, h)
		for i := range 9 {
			put(t, j, fmt.Sprint(i), 0)
		}
		jobstest.Pass(5 * time.Second)
		all, err := s.Intents.List(t.Context(), "")
		require.NoError(t, err)
		held := 0
		for _, i := range all {
			if !i.LeasedUntil.IsZero() {
				held++
			}
		}
		assert.Equal(t, 3, held)
		jobstest.Pass(time.Minute)
		assert.Equal(t, int64(3), most.Load())
		assert.Equal(t, int64(9), j.Stats().Runs)
	})
}

func TestAwaitDelaysClaimsButNotRenewals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		_, err := s.Intents.Put(t.Context(), time.Now(), state.Intent{ID: "command:dead", Kind: jobs.Command, Payload: []byte("fail web")})
		require.NoError(t, err)
		ready := make(chan struct{})
		j := jobs.New(jobs.Options{Intents: s.Intents, Log: jobstest.Log(t)})
		j.Handle(jobs.Command, jobs.Answers(b))
		j.Await(ready)
		jobstest.RunUntilEnd(t, j)
		l, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail api"))
		require.NoError(t, err)
		jobstest.Pass(time.Minute)
		assert.Empty(t, b.said())
		claims, err := s.Intents.ClaimDue(t.Context(), time.Now(), 9, time.Second)
		require.NoError(t, err)
		require.Len(t, claims, 1, "one that was left is free for others, one that begins here is not")
		assert.Equal(t, "command:dead", claims[0].ID)
		require.NoError(t, l.Finish(t.Context()))
		close(ready)
		jobstest.Pass(time.Minute)
		assert.Equal(t, []string{"fail web (repeat)"}, b.said())
	})
}
