package jobs_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/lease"
	"logbot/cache/state"
)

// forgetful intents lose the first word that something is over, as a Redis does
// whose master fails before it told its replica.
type forgetful struct {
	state.Intents
	lost atomic.Bool
}

func (f *forgetful) Done(ctx context.Context, now time.Time, c state.Claim) error {
	if f.lost.CompareAndSwap(false, true) {
		return nil
	}
	return f.Intents.Done(ctx, now, c)
}

func TestAnAnswerWhoseEndTheStoreLostIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		j := botReplica(t, &forgetful{Intents: s.Intents}, b)
		botReplica(t, s.Intents, b)
		held, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		pass(4 * time.Second) // as long as it may be until its lease is renewed
		require.NoError(t, held.Finish(t.Context()))
		pass(time.Minute)
		assert.Empty(t, b.said())
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestAnAnswerThatWasTakenOverIsNotGivenAgainWhenItsEndIsMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		dead, away := &mortal{Intents: s.Intents}, &mortal{Intents: s.Intents}
		j := botReplica(t, dead, b)
		_, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		dead.dead.Store(true)
		other := &fakeBot{resuming: func(context.Context, *lease.Lease) {
			away.away.Store(true) // the store fails while the answer is posted
		}}
		botReplica(t, away, other)
		pass(20 * time.Second)
		require.Len(t, other.said(), 1)
		pass(8 * time.Second) // longer than a failover takes
		away.away.Store(false)
		botReplica(t, s.Intents, b)
		pass(time.Minute)
		assert.Len(t, append(b.said(), other.said()...), 1)
	})
}

func TestAHolderThatLostItsLeaseHearsOfItBeforeItAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		m := &mortal{Intents: s.Intents}
		j := botReplica(t, m, b)
		botReplica(t, s.Intents, b)
		held, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		lost, end := context.WithCancelCause(t.Context())
		defer end(nil)
		held.OnLost(end)
		require.NoError(t, held.Confirm(t.Context()))
		m.away.Store(true)
		pass(14 * time.Second)
		require.NoError(t, held.Confirm(t.Context()), "the lease holds yet")
		pass(6 * time.Second)
		require.Equal(t, []string{"fail web (repeat)"}, b.said(), "another replica could reach the store")
		require.NoError(t, held.Confirm(t.Context()), "nobody here can know; somebody has to answer")
		m.away.Store(false)
		require.ErrorIs(t, held.Confirm(t.Context()), state.ErrLeaseLost)
		require.ErrorIs(t, context.Cause(lost), state.ErrLeaseLost)
		require.ErrorIs(t, held.Confirm(t.Context()), state.ErrLeaseLost, "asked again")
		late, end := context.WithCancelCause(t.Context())
		defer end(nil)
		held.OnLost(end)
		require.ErrorIs(t, context.Cause(late), state.ErrLeaseLost)
		held.Abandon()
	})
}

func TestAHolderRenewsItsLeaseAsSoonAsTheStoreIsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		m := &mortal{Intents: s.Intents}
		j := botReplica(t, m, &fakeBot{})
		_, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		m.away.Store(true)
		pass(11 * time.Second)
		m.away.Store(false)
		pass(time.Second)
		i, err := s.Intents.Get(t.Context(), "command:env-1")
		require.NoError(t, err)
		assert.Greater(t, time.Until(i.LeasedUntil), 10*time.Second)
	})
}

// unrenewed intents let every lease end.
type unrenewed struct{ state.Intents }

func (unrenewed) Renew(context.Context, time.Time, state.Claim, time.Duration) error {
	return state.ErrAway
}

func TestAProcessThatClaimsWhatItWorksOnGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := openState(t)
		b := &fakeBot{}
		j := botReplica(t, unrenewed{s.Intents}, b)
		held, _, err := j.Begin(t.Context(), "env-1", []byte("fail web"))
		require.NoError(t, err)
		pass(time.Minute) // as after a machine slept
		assert.Empty(t, b.said())
		require.NoError(t, held.Confirm(t.Context()))
		require.NoError(t, held.Finish(t.Context()))
		pass(time.Minute)
		assert.Empty(t, b.said())
		n, err := s.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}
