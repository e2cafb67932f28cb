package bot

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/jobs/lease"
	"logbot/bot/render"
	"logbot/bot/slacksim"
	"logbot/bot/work"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/read"
	"logbot/commands/reply"
)

// memoryIntents is an Intents in memory that records the calls of leases. Its leases are
// real.
type memoryIntents struct {
	leases *lease.Holder

	mu      sync.Mutex
	open    map[string][]byte
	calls   []string
	begin   func(context.Context) error // before Begin; may be nil
	end     func(context.Context)       // at Done; may be nil
	unsure  bool                        // PutClaimed stores, and does not say so
	expired bool                        // leases have ended when they begin
	lost    bool                        // Renew says so
}

func newMemoryIntents() *memoryIntents {
	l := &memoryIntents{open: map[string][]byte{}}
	log, _ := logtest.NewNullLogger()
	l.leases = lease.NewHolder(leaseStore{memoryIntents: l}, true, log)
	return l
}

func (l *memoryIntents) Begin(ctx context.Context, id string, payload []byte) (*lease.Lease, bool, error) {
	if l.begin != nil {
		if err := l.begin(ctx); err != nil {
			return nil, false, err
		}
	}
	return l.leases.Begin(ctx, state.Intent{ID: id, Payload: payload})
}

func (l *memoryIntents) Open(_ context.Context, id string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open[id], nil
}

func (l *memoryIntents) Cancel(_ context.Context, id string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, found := l.open[id]
	delete(l.open, id)
	return found, nil
}

func (l *memoryIntents) did() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls)
}

func (l *memoryIntents) left() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

// leaseStore is the store of the leases of a memoryIntents.
type leaseStore struct {
	*memoryIntents
	lease.Store // the rest is not called
}

func (l leaseStore) PutClaimed(_ context.Context, now time.Time, i state.Intent, d time.Duration) (state.Claim, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, "begin")
	if _, known := l.open[i.ID]; known {
		return state.Claim{}, false, nil
	}
	l.open[i.ID] = i.Payload
	i.LeasedUntil = now.Add(d)
	if l.expired {
		i.LeasedUntil = now
	}
	c := state.Claim{Intent: i, Token: "token"}
	if l.unsure {
		return c, false, state.ErrAway
	}
	return c, true, nil
}

func (l leaseStore) Renew(context.Context, time.Time, state.Claim, time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost {
		return state.ErrLeaseLost
	}
	return nil
}

func (l leaseStore) Note(_ context.Context, _ time.Time, _ state.Claim, progress []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, "posted "+string(progress))
	return nil
}

func (l leaseStore) Done(ctx context.Context, _ time.Time, c state.Claim) error {
	if l.end != nil {
		l.end(ctx)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, "end")
	delete(l.open, c.ID)
	return nil
}

func (l leaseStore) Again(context.Context, time.Time, state.Claim, time.Time, []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, "given back")
	return nil
}

func (l leaseStore) Cancel(context.Context, time.Time, string) (bool, error) { return false, nil }

func TestACommandIsStoredUntilItIsAnswered(t *testing.T) {
	l := newMemoryIntents()
	settled := make(chan string, 9)
	h := newHarness(t, Options{Commands: &sampleRunner{}, Intents: l, Answered: func(e string) { settled <- e }})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	<-settled
	assert.Zero(t, l.left())
	assert.Equal(t, []string{"begin", "end"}, l.calls, "the end follows the answer at once")

	l.calls = nil
	h.press(t, h.user, m, "Full log")
	<-settled
	require.Len(t, l.calls, 3)
	assert.Contains(t, l.calls[1], `posted {"channel":"`+h.channel, "the message is changed after the answer: %v", l.calls)
}

func TestACommandWhoseCallerWasToldOfARefusalIsDone(t *testing.T) {
	for _, refusal := range []string{"team_access_not_granted", "is_archived"} {
		t.Run(refusal, func(t *testing.T) {
			f, err := slacksim.ParseFault("call-error@chat.postMessage=" + refusal)
			require.NoError(t, err)
			l := newMemoryIntents()
			settled := make(chan string, 9)
			h := newHarnessIn(t, slacksim.Config{Faults: []slacksim.Fault{f}}, Options{Commands: &sampleRunner{}, Intents: l, Answered: func(e string) { settled <- e }})
			h.slash(t, h.channel, "fail web 128")
			<-settled
			l.leases.Release(t.Context())
			assert.Equal(t, []string{"begin", "end"}, l.calls)
			assert.Zero(t, l.left())
			assert.Contains(t, h.Render(h.channel, h.user), "Only you see this answer.")
		})
	}
}

func TestAStoreThatDoesNotAnswerDelaysNoAcknowledgement(t *testing.T) {
	l := newMemoryIntents()
	l.begin = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	h := newHarness(t, Options{Commands: &sampleRunner{}, Intents: l})
	i := h.slash(t, h.channel, "fail web 128")
	h.posted(t, h.channel, 1)
	require.NoError(t, i.Settled(t.Context()))
	assert.False(t, i.Status().Late)
	assert.Less(t, beginWithin, 300*time.Millisecond)
}

func TestACommandThatIsStoredAlreadyIsNotAnsweredAgain(t *testing.T) {
	l := newMemoryIntents()
	settled := make(chan string, 9)
	h := newHarness(t, Options{Commands: &sampleRunner{}, Intents: l, Answered: func(e string) { settled <- e }})
	l.begin = func(context.Context) error { return nil }
	said, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	<-settled
	l.mu.Lock()
	l.open[said.Event.ID] = []byte("{}") // another replica has it
	l.mu.Unlock()
	h.bot.receiver.known.Remove(said.Event.ID)
	before := len(h.Messages(h.channel))
	j := job{ID: said.Event.ID}
	_, first := h.bot.answerer.leases.begin(t.Context(), j)
	assert.False(t, first)
	assert.Len(t, h.Messages(h.channel), before)
}

func TestAnotherProcessAnswersAStoredCommand(t *testing.T) {
	l := newMemoryIntents()
	s := newSlowRunner(read.Progress{})
	h := newHarness(t, Options{Commands: s, Intents: l, DrainWithin: time.Millisecond})
	h.slash(t, h.channel, "fail web 128")
	<-s.started
	h.stop() // as if it died: the command is not finished
	require.NoError(t, <-h.ended)
	l.leases.Release(t.Context())
	require.Equal(t, []string{"begin", "given back"}, l.did(), "another process will answer")
	shown := h.Render(h.channel, h.user)
	assert.Contains(t, shown, "your answer comes right after")
	assert.NotContains(t, shown, "type it again")

	h.wait(t, "the sockets to close", func() bool { return h.Connections() == 0 })
	h.restart(t, Options{Commands: &sampleRunner{}, Intents: l})
	for _, payload := range l.open {
		require.NoError(t, h.bot.Resume(t.Context(), nil, payload, true))
		require.NoError(t, h.bot.Apologise(t.Context(), payload))
	}
	assert.Contains(t, h.posted(t, h.channel, 1)[0].Text, "web #128 failed")
	assert.Contains(t, h.Render(h.channel, h.user), "this may be a repeat · 2 values hidden")
	assert.Equal(t, 1, l.left(), "it is ended by whoever had it resumed")
	assert.Contains(t, h.Render(h.channel, h.user), "couldn't answer this. Please type it again:\n  [/logs fail web 128]")
	assert.Error(t, h.bot.Resume(t.Context(), nil, []byte("nonsense"), true))
	assert.Error(t, h.bot.Apologise(t.Context(), []byte("nonsense")))
}

func TestACommandWhoseLeaseIsLostIsNotAnsweredHere(t *testing.T) {
	for name, c := range map[string]struct {
		unsure, expired bool
		then            func(*slowRunner) // once the lease is lost
	}{
		"while it is worked on":         {unsure: true, then: func(*slowRunner) {}},
		"found before the answer posts": {expired: true, then: func(s *slowRunner) { close(s.release) }},
	} {
		t.Run(name, func(t *testing.T) {
			l, s := newMemoryIntents(), newSlowRunner(read.Progress{})
			l.unsure, l.expired = c.unsure, c.expired
			settled := make(chan string, 1)
			h := newHarness(t, Options{Commands: s, Intents: l, Answered: func(e string) { settled <- e }})
			h.slash(t, h.channel, "fail web 128")
			<-s.started
			l.mu.Lock()
			l.lost = true
			l.mu.Unlock()
			if l.unsure {
				keeping, stop := context.WithCancel(t.Context())
				var keeper sync.WaitGroup
				keeper.Go(func() { l.leases.Run(keeping) })
				defer func() { stop(); keeper.Wait() }()
			}
			c.then(s)
			<-settled
			l.leases.Release(t.Context())
			assert.Empty(t, h.posted(t, h.channel, 0))
			assert.Empty(t, h.Ephemerals(h.channel, h.user))
			assert.Equal(t, []string{"begin"}, l.did(), "its end is the other's to tell")
		})
	}
}

func TestAResumedCommandThatIsCancelledIsNotAnswered(t *testing.T) {
	s := newSlowRunner(read.Progress{})
	h := newHarness(t, Options{Commands: s, Intents: newMemoryIntents()})
	payload, err := json.Marshal(job{ID: "E1", Text: "fail web 128", To: delivery.Address{Channel: h.channel, User: h.user}})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	resumed := make(chan error, 1)
	go func() { resumed <- h.bot.Resume(ctx, nil, payload, true) }()
	<-s.started
	stop()
	require.Error(t, <-resumed, "else its intent would be ended")
	assert.Empty(t, h.posted(t, h.channel, 0))
}

func TestAPostThatARestartInterruptsIsRepeatedAndMarked(t *testing.T) {
	f, err := slacksim.ParseFault("post-reset") // the message is posted, and the bot cannot know
	require.NoError(t, err)
	l := newMemoryIntents()
	h := newHarnessIn(t, slacksim.Config{Faults: []slacksim.Fault{f}}, Options{Commands: &sampleRunner{}, Intents: l, DrainWithin: time.Millisecond})
	h.slash(t, h.channel, "fail web 128")
	h.posted(t, h.channel, 1)
	h.stop()
	require.NoError(t, <-h.ended)
	l.leases.Release(t.Context())
	assert.Equal(t, []string{"begin"}, l.did(), "given back it would be answered as if for the first time")
}

func TestARepeatedWhisperIsMarked(t *testing.T) {
	h := newHarness(t, Options{Commands: runnerFunc(func(context.Context, commands.Request) reply.Reply {
		r := explained()
		r.Private = true
		return r
	})})
	payload, err := json.Marshal(job{ID: "E1", Text: "fail web 128 --me", To: delivery.Address{Channel: h.channel, User: h.user}})
	require.NoError(t, err)
	require.NoError(t, h.bot.Resume(t.Context(), nil, payload, true))
	h.whispers(t, h.channel, 1)
	assert.Contains(t, h.Render(h.channel, h.user), "this may be a repeat · 2 values hidden")
}

func TestAJobIsTheSameAfterItWasStored(t *testing.T) {
	j := job{
		ID: "E1", Text: "fail web 128", Again: "/logs fail web 128", Alone: true, Closed: true, Repeat: true,
		To:       delivery.Address{Channel: "C1", Thread: "1.2", User: "U1", ResponseURL: "https://x"},
		Received: time.Date(2026, 11, 20, 6, 2, 8, 0, time.UTC),
		Press: &press{Action: "run-0", At: "1.3", Label: "Full log", Place: reply.InThread, TS: "1.2", Text: "t",
			Blocks: slack.Blocks{BlockSet: render.Message(full(), render.Options{Origin: render.Origin{Asker: "U1"}}).Blocks}},
	}
	raw, err := json.Marshal(j)
	require.NoError(t, err)
	var back job
	require.NoError(t, json.Unmarshal(raw, &back))
	again, err := json.Marshal(back)
	require.NoError(t, err)
	assert.JSONEq(t, string(raw), string(again))
}

func TestCallersOfUnfinishedCommandsAreTold(t *testing.T) {
	s := newSlowRunner(read.Progress{})
	h := newHarness(t, Options{Commands: s, DrainWithin: time.Millisecond})
	for range slots + 3 { // some of them wait
		require.NoError(t, h.slash(t, h.channel, "show web 128 --grep x").Settled(t.Context()))
	}
	for range slots {
		<-s.started
	}
	h.stop()
	require.NoError(t, <-h.ended)
	told := h.Ephemerals(h.channel, h.user)
	assert.Len(t, told, slots+3)
	assert.Contains(t, h.Render(h.channel, h.user), "logbot is restarting and couldn't finish this. Please type it again:\n  [/logs show web 128 --grep x]")
	assert.Empty(t, h.posted(t, h.channel, 0))
}

func TestAPanicAfterAPressCostsNothingElse(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	assert.True(t, h.bot.urgent.Submit(func(context.Context) { panic(errors.New("broken")) }))
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	for range 2 * work.UrgentWorkers {
		h.bot.urgent.Submit(func(context.Context) { panic("broken") })
	}
	h.openForm(t, bob, m)
}
