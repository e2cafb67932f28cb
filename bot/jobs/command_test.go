package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/bot/jobs/jobstest"
	"logbot/bot/jobs/lease"
	"logbot/cache/state"
)

func TestALivingProcessKeepsItsCommands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		j := startBot(t, s.Intents, b)
		startBot(t, s.Intents, b)
		l, first, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		require.True(t, first)
		jobstest.Pass(10 * time.Minute) // a large file
		require.NoError(t, l.Posted(t.Context(), jobstest.Channel, "100.1", false))
		require.NoError(t, l.Finish(t.Context()))
		jobstest.Pass(time.Minute)
		assert.Empty(t, b.said())

		_, first, err = j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		assert.False(t, first, "delivered again by Slack")
	})
}

func TestAnotherReplicaAnswersForADeadOneWithin30Seconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		m := &jobstest.Intents{Intents: s.Intents}
		j := startBot(t, m, b)
		startBot(t, s.Intents, b)
		_, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		posted, _, err := j.Commands().Begin(t.Context(), "env-2", []byte("fail api"))
		require.NoError(t, err)
		require.NoError(t, posted.Posted(t.Context(), jobstest.Channel, "100.1", false))
		m.Dead.Store(true)
		jobstest.Pass(30 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"fail web (repeat)"}, b.said(), "the one that was posted is not made again")
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestWhatADeadProcessHasAnsweredAndNotCountedIsRunWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{fails: errors.New("CodeArts is away")}
		m := &jobstest.Intents{Intents: s.Intents}
		j := startBot(t, m, b)
		startBot(t, s.Intents, b)
		answered, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		require.NoError(t, answered.Posted(t.Context(), jobstest.Channel, "100.1", true))
		m.Dead.Store(true)
		jobstest.Pass(20 * time.Second)
		b.mu.Lock()
		b.fails = nil
		b.mu.Unlock()
		jobstest.Pass(time.Minute)
		assert.Equal(t, []string{"fail web (without an answer)"}, b.said(), "once that can be done")
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestAnyReplicaCanCancelACommand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		m := &jobstest.Intents{Intents: s.Intents}
		dying := startBot(t, m, b)
		other := startBot(t, s.Intents, b).Commands()
		ctx := t.Context()
		_, _, err := dying.Commands().Begin(ctx, "env-1", []byte("fail web"))
		require.NoError(t, err)
		answered, _, err := dying.Commands().Begin(ctx, "env-2", []byte("fail api"))
		require.NoError(t, err)
		require.NoError(t, answered.Posted(ctx, jobstest.Channel, "100.1", false))
		open := func(id string) string {
			payload, err := other.Open(ctx, id)
			require.NoError(t, err)
			return string(payload)
		}
		assert.Equal(t, "fail web", open("env-1"))
		assert.Empty(t, open("env-2"), "it is answered")
		assert.Empty(t, open("env-3"))

		m.Dead.Store(true)
		found, err := other.Cancel(ctx, "env-1")
		require.NoError(t, err)
		assert.True(t, found)
		assert.Empty(t, open("env-1"))
		jobstest.Pass(time.Minute)
		assert.Empty(t, b.said(), "no replica takes it over")
		found, err = other.Cancel(ctx, "env-1")
		require.NoError(t, err)
		assert.False(t, found)
	})
}

func TestAnAbandonedCommandIsAnsweredAsARepeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		j := startBot(t, s.Intents, b)
		l, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		l.Abandon() // Slack took no answer
		jobstest.Pass(30 * time.Second)
		assert.Equal(t, []string{"fail web (repeat)"}, b.said())
	})
}

func TestACommandIsAnsweredWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		m := &jobstest.Intents{Intents: s.Intents}
		j := startBot(t, m, &fakeBot{})
		m.Away.Store(true)
		l, first, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.ErrorIs(t, err, state.ErrAway)
		assert.True(t, first)
		require.NoError(t, l.Posted(t.Context(), jobstest.Channel, "100.1", false))
		require.NoError(t, l.Finish(t.Context()))

		m.Away.Store(false)
		l, _, err = j.Commands().Begin(t.Context(), "env-2", []byte("fail web"))
		require.NoError(t, err)
		m.Away.Store(true)
		jobstest.Pass(5 * time.Minute)
		assert.ErrorIs(t, l.Posted(t.Context(), jobstest.Channel, "100.1", false), state.ErrAway)
		assert.ErrorIs(t, l.Finish(t.Context()), state.ErrAway)
	})
}

func TestNoSecondAnswerAfterTheStoreMissedTheEnd(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{"for a failover": 3 * time.Second, "until just before the lease ends": 13 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := jobstest.OpenState(t)
				b := &fakeBot{}
				m := &jobstest.Intents{Intents: s.Intents}
				j := startBot(t, m, b)
				startBot(t, s.Intents, b)
				l, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
				require.NoError(t, err)
				m.Away.Store(true)
				require.ErrorIs(t, l.Posted(t.Context(), jobstest.Channel, "100.1", false), state.ErrAway)
				require.ErrorIs(t, l.Finish(t.Context()), state.ErrAway)
				jobstest.Pass(away)
				m.Away.Store(false)
				jobstest.Pass(time.Minute)
				assert.Empty(t, b.said())
				n, err := s.Intents.Len(t.Context())
				require.NoError(t, err)
				assert.Zero(t, n)
			})
		})
	}
}

// unstoredIntents do not store commands.
type unstoredIntents struct{ state.Intents }

func (d unstoredIntents) PutClaimed(_ context.Context, now time.Time, i state.Intent, _ time.Duration) (state.Claim, bool, error) {
	return state.Claim{Intent: i, Token: "token"}, false, state.ErrAway
}

// renewalSpy notes when a lease is first renewed.
type renewalSpy struct {
	state.Intents
	at chan time.Time
}

func (r renewalSpy) Renew(context.Context, time.Time, state.Claim, time.Duration) error {
	select {
	case r.at <- time.Now():
	default:
	}
	return nil
}

func TestACommandThatTheStoreMissedIsStoredWithinASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := renewalSpy{jobstest.OpenState(t).Intents, make(chan time.Time, 1)}
		j := startBot(t, unstoredIntents{r}, &fakeBot{})
		began := time.Now()
		_, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.ErrorIs(t, err, state.ErrAway)
		assert.Less(t, (<-r.at).Sub(began), time.Second, "a renewal makes up for what was not written")
	})
}

// lateIntents store a command, but answer only after the caller has given up.
type lateIntents struct{ state.Intents }

func (l lateIntents) PutClaimed(ctx context.Context, now time.Time, i state.Intent, lease time.Duration) (state.Claim, bool, error) {
	c, _, err := l.Intents.PutClaimed(ctx, now, i, lease)
	if err != nil {
		return c, false, err
	}
	<-ctx.Done()
	return c, false, ctx.Err()
}

func TestACommandThatWasStoredLateHasALease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		j := startBot(t, lateIntents{s.Intents}, b)
		startBot(t, s.Intents, b)
		ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
		defer cancel()
		l, first, err := j.Commands().Begin(ctx, "env-1", []byte("fail web"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, first)
		jobstest.Pass(time.Minute)
		require.NoError(t, l.Finish(t.Context()))
		jobstest.Pass(time.Minute)
		assert.Empty(t, b.said())
	})
}

func TestReleaseTellsTheStoreWhatItMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		m := &jobstest.Intents{Intents: s.Intents}
		j := startBot(t, m, b)
		l, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		m.Away.Store(true)
		require.ErrorIs(t, l.Finish(t.Context()), state.ErrAway)
		m.Away.Store(false)
		release(t, j)
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestAStoppingProcessKeepsItsCommandsUntilRelease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		j := jobs.New(jobs.Options{Intents: s.Intents, Log: jobstest.Log(t)})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { j.Run(ctx) })
		startBot(t, s.Intents, b)
		slow, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		_, _, err = j.Commands().Begin(t.Context(), "env-2", []byte("full web"))
		require.NoError(t, err)
		noted, _, err := j.Commands().Begin(t.Context(), "env-3", []byte("fail api"))
		require.NoError(t, err)
		require.NoError(t, noted.Posted(t.Context(), jobstest.Channel, "100.1", false))
		cancel()
		jobstest.Pass(20 * time.Second) // the bot answers on
		assert.Empty(t, b.said(), "their leases are kept")
		require.NoError(t, slow.Finish(t.Context()))
		began := time.Now()
		release(t, j)
		running.Wait()
		assert.Less(t, time.Since(began), time.Second)
		jobstest.Pass(2 * time.Second)
		assert.Equal(t, []string{"full web"}, b.said(), "at once, and no repeat")
		jobstest.Pass(20 * time.Second)
		assert.Equal(t, []string{"full web"}, b.said())
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestACommandThatCannotBeAnsweredGetsAnApology(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{fails: errors.New("no luck")}
		m := &jobstest.Intents{Intents: s.Intents}
		j := startBot(t, m, b)
		_, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		m.Dead.Store(true)
		startBot(t, s.Intents, b)
		jobstest.Pass(10 * time.Minute)
		assert.Equal(t, []string{"sorry: fail web"}, b.said())
	})
}

func TestPostedAnswersAreRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		m := &jobstest.Intents{Intents: s.Intents}
		j := startBot(t, m, &fakeBot{})
		l, first, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		assert.True(t, first)
		_, first, err = j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		assert.False(t, first)
		require.NoError(t, l.Posted(t.Context(), jobstest.Channel, "100.1", false))
		i, err := s.Intents.Get(t.Context(), "command:env-1")
		require.NoError(t, err)
		assert.JSONEq(t, `{"channel":"C0BUILDS01","ts":"100.1"}`, string(i.Progress))
		require.NoError(t, l.Finish(t.Context()))
		require.NoError(t, l.Finish(t.Context()), "said again")
		_, err = s.Intents.Get(t.Context(), "command:env-1")
		require.ErrorIs(t, err, state.ErrNotFound)

		_, _, err = j.Commands().Begin(t.Context(), "env-2", []byte("fail api"))
		require.NoError(t, err)
		m.Dead.Store(true)
		var noted error
		startBot(t, s.Intents, &fakeBot{resuming: func(ctx context.Context, l *lease.Lease) {
			noted = l.Posted(ctx, jobstest.Channel, "100.2", false)
			i, err = s.Intents.Get(ctx, "command:env-2")
		}})
		jobstest.Pass(time.Minute)
		require.NoError(t, noted)
		require.NoError(t, err)
		assert.Contains(t, string(i.Progress), "100.2")
	})
}

// slowIntents take a while for each call.
type slowIntents struct {
	state.Intents
	takes time.Duration // 0 takes none
}

func (h *slowIntents) wait(ctx context.Context) error {
	select {
	case <-time.After(h.takes):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *slowIntents) Again(ctx context.Context, now time.Time, c state.Claim, due time.Time, p []byte) error {
	if err := h.wait(ctx); err != nil {
		return err
	}
	return h.Intents.Again(ctx, now, c, due, p)
}

func (h *slowIntents) Done(ctx context.Context, now time.Time, c state.Claim) error {
	if err := h.wait(ctx); err != nil {
		return err
	}
	return h.Intents.Done(ctx, now, c)
}

func TestReleaseTakesTwoSecondsAtMostAndLogsTheRest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes  time.Duration
		missed int
		within time.Duration
	}{
		"a store that is quick":   {0, 0, 100 * time.Millisecond},
		"a store that is slow":    {900 * time.Millisecond, 100 - 64, 2 * time.Second},
		"a store that is hanging": {time.Hour, 100, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &slowIntents{Intents: jobstest.OpenState(t).Intents}
				log, logged := logtest.NewNullLogger()
				j := jobs.New(jobs.Options{Intents: store, Log: log})
				for i := range 100 {
					_, _, err := j.Commands().Begin(t.Context(), fmt.Sprint(i), []byte("fail web"))
					require.NoError(t, err)
				}
				store.takes = c.takes
				began := time.Now()
				release(t, j)
				assert.LessOrEqual(t, time.Since(began), c.within)
				named := map[any]bool{}
				for _, e := range logged.AllEntries() {
					named[e.Data["intent"]] = true
				}
				assert.Len(t, named, c.missed)
				free, err := store.Intents.ClaimDue(t.Context(), time.Now(), 200, time.Second)
				require.NoError(t, err)
				assert.Len(t, free, 100-c.missed)
			})
		})
	}
}

func TestReleaseLogsAnswersThatTheStoreMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &slowIntents{Intents: jobstest.OpenState(t).Intents, takes: time.Hour}
		log, logged := logtest.NewNullLogger()
		j := jobs.New(jobs.Options{Intents: store, Log: log})
		l, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		hurried, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.Error(t, l.Finish(hurried))
		began := time.Now()
		release(t, j)
		assert.LessOrEqual(t, time.Since(began), 2*time.Second)
		require.Len(t, logged.AllEntries(), 1)
		assert.Equal(t, "command:env-1", logged.LastEntry().Data["intent"])
	})
}
