package lease

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/state"
)

// fakeStore answers every call with err and counts them. Its claims are numbered.
type fakeStore struct {
	mu    sync.Mutex
	err   error
	calls map[string]int
}

func (s *fakeStore) call(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[name]++
	return s.err
}

func (s *fakeStore) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *fakeStore) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[name]
}

func (s *fakeStore) PutClaimed(_ context.Context, now time.Time, i state.Intent, d time.Duration) (state.Claim, bool, error) {
	i.LeasedUntil = now.Add(d)
	err := s.call("put")
	return state.Claim{Intent: i, Token: "first"}, err == nil, err
}

func (s *fakeStore) Renew(context.Context, time.Time, state.Claim, time.Duration) error {
	return s.call("renew")
}

func (s *fakeStore) Note(context.Context, time.Time, state.Claim, []byte) error {
	return s.call("note")
}

func (s *fakeStore) Again(context.Context, time.Time, state.Claim, time.Time, []byte) error {
	return s.call("again")
}

func (s *fakeStore) Done(context.Context, time.Time, state.Claim) error { return s.call("done") }

func (s *fakeStore) Cancel(context.Context, time.Time, string) (bool, error) {
	return true, s.call("cancel")
}

// newHolder returns a Holder that runs until the test ends.
func newHolder(t *testing.T, durable bool) (*Holder, *fakeStore) {
	t.Helper()
	store := &fakeStore{calls: map[string]int{}}
	log, _ := logtest.NewNullLogger()
	h := NewHolder(store, durable, log)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return h, store
}

func begin(t *testing.T, h *Holder) *Lease {
	t.Helper()
	l, first, err := h.Begin(t.Context(), state.Intent{ID: "a"})
	require.NoError(t, err)
	require.True(t, first)
	return l
}

func claimed(token string) state.Claim {
	return state.Claim{Intent: state.Intent{ID: "a", LeasedUntil: time.Now().Add(Duration)}, Token: token}
}

func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (l *Lease) now() status {
	l.holder.mu.Lock()
	defer l.holder.mu.Unlock()
	return l.status
}

func (h *Holder) all() map[string]*Lease {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.leases)
}

// TestStatusChanges has the table of the package comment.
func TestStatusChanges(t *testing.T) {
	t.Parallel()
	away := func(_ *Holder, s *fakeStore, _ *Lease) { s.fail(state.ErrAway) }
	back := func(_ *Holder, s *fakeStore, _ *Lease) { s.fail(nil) }
	refused := func(_ *Holder, s *fakeStore, _ *Lease) { s.fail(state.ErrLeaseLost) }
	pass := func(d time.Duration) func(*Holder, *fakeStore, *Lease) {
		return func(*Holder, *fakeStore, *Lease) { wait(d) }
	}
	finish := func(_ *Holder, _ *fakeStore, l *Lease) { _ = l.Finish(context.Background()) }
	abandon := func(_ *Holder, _ *fakeStore, l *Lease) { l.Abandon() }
	adopt := func(h *Holder, _ *fakeStore, _ *Lease) { h.Adopt(claimed("second")) }
	release := func(h *Holder, _ *fakeStore, _ *Lease) { h.Release(context.Background()) }
	type steps []func(*Holder, *fakeStore, *Lease)
	for name, c := range map[string]struct {
		do   steps
		want status
	}{
		"a command that is kept":                  {steps{pass(time.Hour)}, active},
		"the store is away":                       {steps{away, pass(time.Hour)}, unsure},
		"the store is back":                       {steps{away, pass(time.Hour), back, pass(retryEvery)}, active},
		"refused":                                 {steps{refused, pass(renewEvery)}, lost},
		"refused after the store was away":        {steps{away, pass(renewEvery), refused, pass(retryEvery)}, lost},
		"lost and claimed here again":             {steps{refused, pass(renewEvery), back, adopt, pass(time.Hour)}, active},
		"lost and abandoned":                      {steps{refused, pass(renewEvery), abandon}, closed},
		"finished while the store is away":        {steps{away, finish, pass(time.Hour)}, finished},
		"finished, and the store is back":         {steps{away, finish, pass(time.Hour), back, pass(retryEvery)}, confirmed},
		"finished":                                {steps{finish}, confirmed},
		"finished and told once more":             {steps{finish, pass(repeatAfter + retryEvery)}, closed},
		"finished and refused":                    {steps{refused, finish}, closed},
		"finished after it was lost, and refused": {steps{refused, pass(renewEvery), finish}, closed},
		"finished, claimed here again":            {steps{finish, away, adopt, pass(time.Hour)}, finished},
		"finished, claimed here again, told":      {steps{finish, adopt, pass(retryEvery)}, confirmed},
		"finished again":                          {steps{finish, finish}, confirmed},
		"finished and abandoned":                  {steps{finish, abandon}, confirmed},
		"abandoned":                               {steps{abandon}, closed},
		"abandoned and finished":                  {steps{abandon, finish}, closed},
		"given back":                              {steps{release}, closed},
		"given back while the store is away":      {steps{away, pass(time.Hour), release}, closed},
		"given back after the end was missed":     {steps{away, finish, back, release}, confirmed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, store := newHolder(t, false)
				l := begin(t, h)
				for _, do := range c.do {
					do(h, store, l)
				}
				assert.Equal(t, c.want, l.now())
				_, known := h.all()["a"]
				assert.Equal(t, c.want != closed, known)
			})
		})
	}
}

func TestTheLeaseOfClaimedWorkIsLostWhenItEndsUnrenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, store := newHolder(t, false)
		lost := make(chan error, 1)
		l := h.Hold(claimed("first"), func(err error) { lost <- err })
		store.fail(state.ErrAway)
		wait(Duration - time.Second)
		require.Empty(t, lost)
		wait(time.Second + retryEvery)
		assert.ErrorIs(t, <-lost, state.ErrLeaseLost)
		assert.ErrorIs(t, l.Confirm(t.Context()), state.ErrLeaseLost)
		assert.False(t, h.Adopt(claimed("second")), "it is done again from the start")
	})
}

func TestWorkThatIsClaimedAgainHereIsLostByItsFirstRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := newHolder(t, false)
		var why error
		h.Hold(claimed("first"), func(err error) { why = err })
		second := h.Hold(claimed("second"), func(error) { t.Error("lost") })
		assert.ErrorIs(t, why, state.ErrLeaseLost)
		wait(time.Hour)
		assert.Equal(t, active, second.now())
	})
}

func TestADurableStoreIsToldOnceThatWorkIsDone(t *testing.T) {
	t.Parallel()
	for durable, times := range map[bool]int{true: 1, false: 2} {
		synctest.Test(t, func(t *testing.T) {
			h, store := newHolder(t, durable)
			require.NoError(t, begin(t, h).Finish(t.Context()))
			wait(time.Hour)
			assert.Equal(t, times, store.count("done"))
			assert.Empty(t, h.all())
		})
	}
}

func TestACommandThatIsHeldHereIsNotBegunAgainThoughTheStoreLostIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, store := newHolder(t, false)
		begin(t, h)
		l, first, err := h.Begin(t.Context(), state.Intent{ID: "a"}) // the store would take it
		require.NoError(t, err)
		assert.False(t, first)
		assert.Nil(t, l)
		assert.Equal(t, 1, store.count("put"))
	})
}

func TestAStoreThatRefusesACommandLeavesItWithoutALease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, store := newHolder(t, false)
		store.fail(state.ErrFull)
		l, first, err := h.Begin(t.Context(), state.Intent{ID: "a"})
		require.ErrorIs(t, err, state.ErrFull)
		assert.True(t, first, "it is to be answered")
		l.OnLost(func(error) {})
		require.NoError(t, l.Confirm(t.Context()))
		require.NoError(t, l.Posted(t.Context(), "C1", "1.2", false))
		require.NoError(t, l.Finish(t.Context()))
		l.Abandon()
		assert.Empty(t, h.all())
	})
}

func TestAnAnsweredCommandIsNotGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, store := newHolder(t, false)
		require.NoError(t, begin(t, h).Posted(t.Context(), "C1", "1.2", false))
		idle := h.Idle()
		h.Release(t.Context())
		assert.Zero(t, store.count("again"))
		<-idle
	})
}

func TestACallThatItsCallerGaveUpChangesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, store := newHolder(t, false)
		l := begin(t, h)
		store.fail(errors.New("no time"))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.NoError(t, l.renew(ctx))
		assert.Equal(t, active, l.now())
	})
}
