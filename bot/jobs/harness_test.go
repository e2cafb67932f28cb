package jobs_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/jobs"
	"logbot/bot/jobs/jobstest"
	"logbot/bot/jobs/lease"
	"logbot/cache/redistest"
	"logbot/cache/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

// fakeBot records its answers.
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

func (b *fakeBot) Settle(_ context.Context, payload []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return b.fails
	}
	b.answers = append(b.answers, string(payload)+" (without an answer)")
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

// startBot starts a process with a bot. It ends with the test.
func startBot(t *testing.T, intents state.Intents, b *fakeBot) *jobs.Jobs {
	t.Helper()
	j := jobs.New(jobs.Options{Intents: intents, Log: jobstest.Log(t)})
	j.Handle(jobs.Command, jobs.Answers(b))
	jobstest.RunUntilEnd(t, j)
	return j
}

// release is what a process does when its bot has stopped.
func release(t *testing.T, j *jobs.Jobs) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	j.Release(ctx)
}

// handler is a jobs.Handler of functions.
type handler struct {
	run    func(context.Context, *jobs.Work) (jobs.Next, error)
	giveUp func(*jobs.Work)
}

func (d handler) Run(ctx context.Context, w *jobs.Work) (jobs.Next, error) { return d.run(ctx, w) }

func (d handler) GiveUp(_ context.Context, w *jobs.Work) (jobs.Next, error) {
	if d.giveUp != nil {
		d.giveUp(w)
	}
	return jobs.Done(), nil
}

// start runs a Jobs with one kind of work until the test ends.
func start(t *testing.T, intents state.Intents, workers int, h jobs.Handler) (j *jobs.Jobs, stop func()) {
	t.Helper()
	j = jobs.New(jobs.Options{Intents: intents, Log: jobstest.Log(t), Workers: workers})
	j.Handle("work", h)
	return j, jobstest.RunUntilEnd(t, j)
}

func put(t *testing.T, j *jobs.Jobs, id string, due time.Duration) {
	t.Helper()
	added, err := j.Schedule(t.Context(), state.Intent{ID: id, Kind: "work", Due: time.Now().Add(due), Payload: []byte("0")})
	require.NoError(t, err)
	require.True(t, added)
}
