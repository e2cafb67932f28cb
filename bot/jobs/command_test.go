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
	"logbot/bot/jobs/lease"
	"logbot/cache/state"
)

// fakeBot answers commands by writing down that it did.
type fakeBot struct {
	mu       sync.Mutex
	answers  []string
	fails    error
	resuming func(context.Context, *lease.Lease) // before an answer; may be nil
}

func (b *fakeBot) Resume(ctx context.Context, l *lease.Lease, payload []byte, repeat bool) error {
	if b.resuming != nil {
		b.resuming(ctx, l)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return b.fails
	}
	text := string(payload)
	if repeat {
		text += " (repeat)"
	}
	b.answers = append(b.answers, text)
	return nil
}

func (b *fakeBot) Apologise(_ context.Context, payload []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers = append(b.answers, "sorry: "+string(payload))
	return nil
}

func (b *fakeBot) said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.answers...)
}

// botReplica is a process with a bot.
func botReplica(t *testing.T, intents state.Intents, b *fakeBot) *jobs.Jobs {
	t.Helper()
	j := jobs.New(jobs.Options{Intents: intents, Log: quiet(t)})
	j.Handle(jobs.Command, jobs.Answers(b))
	runUntilEnd(t, j)
	return j
}

// giveBack is what a process does when its bot has stopped.
func giveBack(t *testing.T, j *jobs.Jobs) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	j.GiveBack(ctx)
}

// runUntilEnd runs it until the test ends.
func runUntilEnd(t *testing.T, j *jobs.Jobs) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { j.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
}

func TestACommandIsAnsweredByItsProcessWhileThatLives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		j := botReplica(t, s.Intents, b)
		botReplica(t, s.Intents, b)
		held, first, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		require.True(t, first)
		pass(10 * time.Minute) // a large file
		require.NoError(t, held.Posted(t.Context(), builds, "100.1"))
		require.NoError(t, held.Finish(t.Context()))
		pass(time.Minute)
		assert.Empty(t, b.said())

		_, first, err = j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		assert.False(t, first, "brought again by Slack")
	})
}

func TestAnotherReplicaAnswersWithin30SecondsWhatADeadOneDidNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		m := &mortal{Intents: s.Intents}
		j := botReplica(t, m, b)
		botReplica(t, s.Intents, b)
		_, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		posted, _, err := j.Begin(t.Context(), "env-2", []byte("fail api"))
		require.NoError(t, err)
		require.NoError(t, posted.Posted(t.Context(), builds, "100.1"))
		m.dead.Store(true)
		pass(30 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"fail web (repeat)"}, b.said(), "the one that was posted is not made again")
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestACommandCanBeTakenOutWhoeverHasIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		m := &mortal{Intents: s.Intents}
		dying := botReplica(t, m, b)
		other := botReplica(t, s.Intents, b)
		ctx := t.Context()
		_, _, err := dying.Begin(ctx, "env-1", []byte("fail web"))
		require.NoError(t, err)
		answered, _, err := dying.Begin(ctx, "env-2", []byte("fail api"))
		require.NoError(t, err)
		require.NoError(t, answered.Posted(ctx, builds, "100.1"))
		open := func(id string) string {
			payload, err := other.Open(ctx, id)
			require.NoError(t, err)
			return string(payload)
		}
		assert.Equal(t, "fail web", open("env-1"))
		assert.Empty(t, open("env-2"), "its answer stands")
		assert.Empty(t, open("env-3"))

		m.dead.Store(true)
		found, err := other.Cancel(ctx, "env-1")
		require.NoError(t, err)
		assert.True(t, found)
		assert.Empty(t, open("env-1"))
		pass(time.Minute)
		assert.Empty(t, b.said(), "nobody takes it over")
		found, err = other.Cancel(ctx, "env-1")
		require.NoError(t, err)
		assert.False(t, found)
	})
}

func TestACommandThatWasLeftIsTriedAgainAsARepeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		j := botReplica(t, s.Intents, b)
		held, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		held.Abandon() // Slack took no answer
		pass(30 * time.Second)
		assert.Equal(t, []string{"fail web (repeat)"}, b.said())
	})
}

func TestACommandIsAnsweredAlsoWithoutTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		m := &mortal{Intents: s.Intents}
		j := botReplica(t, m, &fakeBot{})
		m.away.Store(true)
		held, first, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.ErrorIs(t, err, state.ErrAway)
		assert.True(t, first)
		require.NoError(t, held.Posted(t.Context(), builds, "100.1"))
		require.NoError(t, held.Finish(t.Context()))

		m.away.Store(false)
		held, _, err = j.Begin(t.Context(), "env-2", []byte("fail web"))
		require.NoError(t, err)
		m.away.Store(true)
		pass(5 * time.Minute)
		assert.ErrorIs(t, held.Posted(t.Context(), builds, "100.1"), state.ErrAway)
		assert.ErrorIs(t, held.Finish(t.Context()), state.ErrAway)
	})
}

func TestAnAnswerWhoseEndTheStoreMissedIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{"for a failover": 3 * time.Second, "until just before the lease ends": 13 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openState(t)
				b := &fakeBot{}
				m := &mortal{Intents: s.Intents}
				j := botReplica(t, m, b)
				botReplica(t, s.Intents, b)
				held, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
				require.NoError(t, err)
				m.away.Store(true)
				require.ErrorIs(t, held.Posted(t.Context(), builds, "100.1"), state.ErrAway)
				require.ErrorIs(t, held.Finish(t.Context()), state.ErrAway)
				pass(away)
				m.away.Store(false)
				pass(time.Minute)
				assert.Empty(t, b.said())
				n, err := s.Intents.Len(t.Context())
				require.NoError(t, err)
				assert.Zero(t, n)
			})
		})
	}
}

// deafIntents do not hear of a command that begins.
type deafIntents struct{ state.Intents }

func (d deafIntents) PutClaimed(_ context.Context, now time.Time, i state.Intent, _ time.Duration) (state.Claim, bool, error) {
	return state.Claim{Intent: i, Token: "token"}, false, state.ErrAway
}

// renewed notes when a lease is first renewed.
type renewed struct {
	state.Intents
	at chan time.Time
}

func (r renewed) Renew(context.Context, time.Time, state.Claim, time.Duration) error {
	select {
	case r.at <- time.Now():
	default:
	}
	return nil
}

func TestACommandThatTheStoreMissedIsToldItBeforeItsLeaseIsDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := renewed{openState(t).Intents, make(chan time.Time, 1)}
		j := botReplica(t, deafIntents{r}, &fakeBot{})
		began := time.Now()
		_, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.ErrorIs(t, err, state.ErrAway)
		assert.Less(t, (<-r.at).Sub(began), time.Second, "a renewal makes up for what was not written")
	})
}

// lateIntents write, and say so when nobody waits any more.
type lateIntents struct{ state.Intents }

func (l lateIntents) PutClaimed(ctx context.Context, now time.Time, i state.Intent, lease time.Duration) (state.Claim, bool, error) {
	c, _, err := l.Intents.PutClaimed(ctx, now, i, lease)
	if err != nil {
		return c, false, err
	}
	<-ctx.Done()
	return c, false, ctx.Err()
}

func TestACommandThatWasWrittenTooLateIsHeldAllTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		j := botReplica(t, lateIntents{s.Intents}, b)
		botReplica(t, s.Intents, b)
		ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
		defer cancel()
		held, first, err := j.Begin(ctx, "env-1", []byte("fail web"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, first)
		pass(time.Minute)
		require.NoError(t, held.Finish(t.Context()))
		pass(time.Minute)
		assert.Empty(t, b.said())
	})
}

func TestAStoppingBotTellsWhatTheStoreMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		m := &mortal{Intents: s.Intents}
		j := botReplica(t, m, b)
		held, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		m.away.Store(true)
		require.ErrorIs(t, held.Finish(t.Context()), state.ErrAway)
		m.away.Store(false)
		giveBack(t, j)
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestAStoppingBotKeepsItsCommandsAndGivesBackTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		j := jobs.New(jobs.Options{Intents: s.Intents, Log: quiet(t)})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { j.Run(ctx) })
		botReplica(t, s.Intents, b)
		slow, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		_, _, err = j.Begin(t.Context(), "env-2", []byte("full web"))
		require.NoError(t, err)
		noted, _, err := j.Begin(t.Context(), "env-3", []byte("fail api"))
		require.NoError(t, err)
		require.NoError(t, noted.Posted(t.Context(), builds, "100.1"))
		cancel()
		pass(20 * time.Second) // the bot answers on
		assert.Empty(t, b.said(), "their leases are kept")
		require.NoError(t, slow.Finish(t.Context()))
		began := time.Now()
		giveBack(t, j)
		running.Wait()
		assert.Less(t, time.Since(began), time.Second)
		pass(2 * time.Second)
		assert.Equal(t, []string{"full web"}, b.said(), "at once, and no repeat")
		pass(20 * time.Second)
		assert.Equal(t, []string{"full web"}, b.said())
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestACommandThatCannotBeAnsweredGetsAnApology(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{fails: errors.New("no luck")}
		m := &mortal{Intents: s.Intents}
		j := botReplica(t, m, b)
		_, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		m.dead.Store(true)
		botReplica(t, s.Intents, b)
		pass(10 * time.Minute)
		assert.Equal(t, []string{"sorry: fail web"}, b.said())
	})
}

func TestWhatWasPostedIsStoredAlsoForACommandThatWasTakenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		m := &mortal{Intents: s.Intents}
		j := botReplica(t, m, &fakeBot{})
		held, first, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		assert.True(t, first)
		_, first, err = j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		assert.False(t, first)
		require.NoError(t, held.Posted(t.Context(), builds, "100.1"))
		i, err := s.Intents.Get(t.Context(), "command:env-1")
		require.NoError(t, err)
		assert.JSONEq(t, `{"channel":"C0BUILDS01","ts":"100.1"}`, string(i.Progress))
		require.NoError(t, held.Finish(t.Context()))
		require.NoError(t, held.Finish(t.Context()), "said again")
		_, err = s.Intents.Get(t.Context(), "command:env-1")
		require.ErrorIs(t, err, state.ErrNotFound)

		_, _, err = j.Begin(t.Context(), "env-2", []byte("fail api"))
		require.NoError(t, err)
		m.dead.Store(true)
		var noted error
		botReplica(t, s.Intents, &fakeBot{resuming: func(ctx context.Context, l *lease.Lease) {
			noted = l.Posted(ctx, builds, "100.2")
			i, err = s.Intents.Get(ctx, "command:env-2")
		}})
		pass(time.Minute)
		require.NoError(t, noted)
		require.NoError(t, err)
		assert.Contains(t, string(i.Progress), "100.2")
	})
}

// hanging is a store whose calls take a while, or as long as their context.
type hanging struct {
	state.Intents
	takes time.Duration // 0 takes none
}

func (h *hanging) wait(ctx context.Context) error {
	select {
	case <-time.After(h.takes):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hanging) Again(ctx context.Context, now time.Time, c state.Claim, due time.Time, p []byte) error {
	if err := h.wait(ctx); err != nil {
		return err
	}
	return h.Intents.Again(ctx, now, c, due, p)
}

func (h *hanging) Done(ctx context.Context, now time.Time, c state.Claim) error {
	if err := h.wait(ctx); err != nil {
		return err
	}
	return h.Intents.Done(ctx, now, c)
}

func TestAStoppingBotGivesBackWhatItCanInTwoSecondsAndNamesTheRest(t *testing.T) {
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
				store := &hanging{Intents: openState(t).Intents}
				log, logged := logtest.NewNullLogger()
				j := jobs.New(jobs.Options{Intents: store, Log: log})
				for i := range 100 {
					_, _, err := j.Begin(t.Context(), fmt.Sprint(i), []byte("fail web"))
					require.NoError(t, err)
				}
				store.takes = c.takes
				began := time.Now()
				giveBack(t, j)
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

func TestAStoppingBotNamesTheAnswersThatTheStoreDidNotHearOf(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &hanging{Intents: openState(t).Intents, takes: time.Hour}
		log, logged := logtest.NewNullLogger()
		j := jobs.New(jobs.Options{Intents: store, Log: log})
		held, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		hurried, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.Error(t, held.Finish(hurried))
		began := time.Now()
		giveBack(t, j)
		assert.LessOrEqual(t, time.Since(began), 2*time.Second)
		require.Len(t, logged.AllEntries(), 1)
		assert.Equal(t, "command:env-1", logged.LastEntry().Data["intent"])
	})
}
