package jobs_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
	"logbot/bot/jobs/lease"
	"logbot/cache/state"
)

// lossyIntents lose the first Done, as a Redis does whose master fails before it has
// replicated.
type lossyIntents struct {
	state.Intents
	lost atomic.Bool
}

func (f *lossyIntents) Done(ctx context.Context, now time.Time, c state.Claim) error {
	if f.lost.CompareAndSwap(false, true) {
		return nil
	}
	return f.Intents.Done(ctx, now, c)
}

func TestNoSecondAnswerAfterTheStoreLostTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		j := startBot(t, &lossyIntents{Intents: s.Intents}, b)
		startBot(t, s.Intents, b)
		l, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		jobstest.Pass(4 * time.Second) // as long as it may be until its lease is renewed
		require.NoError(t, l.Finish(t.Context()))
		jobstest.Pass(time.Minute)
		assert.Empty(t, b.said())
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestNoThirdAnswerAfterTheStoreMissedTheEndOfAResumedCommand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		dead, away := &jobstest.Intents{Intents: s.Intents}, &jobstest.Intents{Intents: s.Intents}
		j := startBot(t, dead, b)
		_, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		dead.Dead.Store(true)
		other := &fakeBot{resuming: func(context.Context, *lease.Lease) {
			away.Away.Store(true) // the store fails while the answer is posted
		}}
		startBot(t, away, other)
		jobstest.Pass(20 * time.Second)
		require.Len(t, other.said(), 1)
		jobstest.Pass(8 * time.Second) // longer than a failover takes
		away.Away.Store(false)
		startBot(t, s.Intents, b)
		jobstest.Pass(time.Minute)
		assert.Len(t, append(b.said(), other.said()...), 1)
	})
}

func TestALostLeaseIsNoticedBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		m := &jobstest.Intents{Intents: s.Intents}
		j := startBot(t, m, b)
		startBot(t, s.Intents, b)
		l, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		lost, end := context.WithCancelCause(t.Context())
		defer end(nil)
		l.OnLost(end)
		require.NoError(t, l.Confirm(t.Context()))
		m.Away.Store(true)
		jobstest.Pass(14 * time.Second)
		require.NoError(t, l.Confirm(t.Context()), "the lease holds yet")
		jobstest.Pass(6 * time.Second)
		require.Equal(t, []string{"fail web (repeat)"}, b.said(), "another replica could reach the store")
		require.NoError(t, l.Confirm(t.Context()), "nobody here can know; somebody has to answer")
		m.Away.Store(false)
		require.ErrorIs(t, l.Confirm(t.Context()), state.ErrLeaseLost)
		require.ErrorIs(t, context.Cause(lost), state.ErrLeaseLost)
		require.ErrorIs(t, l.Confirm(t.Context()), state.ErrLeaseLost, "asked again")
		late, end := context.WithCancelCause(t.Context())
		defer end(nil)
		l.OnLost(end)
		require.ErrorIs(t, context.Cause(late), state.ErrLeaseLost)
		l.Abandon()
	})
}

func TestALeaseIsRenewedAsSoonAsTheStoreIsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		m := &jobstest.Intents{Intents: s.Intents}
		j := startBot(t, m, &fakeBot{})
		_, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		m.Away.Store(true)
		jobstest.Pass(11 * time.Second)
		m.Away.Store(false)
		jobstest.Pass(time.Second)
		i, err := s.Intents.Get(t.Context(), "command:env-1")
		require.NoError(t, err)
		assert.Greater(t, time.Until(i.LeasedUntil), 10*time.Second)
	})
}

// unrenewableIntents let every lease end.
type unrenewableIntents struct{ state.Intents }

func (unrenewableIntents) Renew(context.Context, time.Time, state.Claim, time.Duration) error {
	return state.ErrAway
}

func TestAProcessThatClaimsItsOwnCommandGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := jobstest.OpenState(t)
		b := &fakeBot{}
		j := startBot(t, unrenewableIntents{s.Intents}, b)
		l, _, err := j.Commands().Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		jobstest.Pass(time.Minute) // as after a machine slept
		assert.Empty(t, b.said())
		require.NoError(t, l.Confirm(t.Context()))
		require.NoError(t, l.Finish(t.Context()))
		jobstest.Pass(time.Minute)
		assert.Empty(t, b.said())
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}
