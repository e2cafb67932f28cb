package bot

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/bot/jobs/lease"
	"logbot/cache/patience"
	"logbot/commands"
	"logbot/commands/reply"
)

// budgetSpy records whose budget the steps of a command spend. It is the Commands,
// the Limiter and the Intents of a bot.
type budgetSpy struct {
	*memoryIntents
	steps chan step
}

type step struct {
	name   string
	budget *patience.Budget
}

func (s *budgetSpy) note(ctx context.Context, name string) { s.steps <- step{name, patience.Of(ctx)} }

func (s *budgetSpy) Run(ctx context.Context, _ commands.Request) reply.Reply {
	s.note(ctx, "run")
	return full()
}

func (s *budgetSpy) Take(ctx context.Context, _ string, _ float64, _ int) (time.Duration, error) {
	s.note(ctx, "pace")
	return 0, nil
}

func (s *budgetSpy) Pause(context.Context, string, time.Time) error { return nil }

func (s *budgetSpy) Begin(ctx context.Context, id string, payload []byte) (*lease.Lease, bool, error) {
	s.note(ctx, "begin")
	return s.memoryIntents.Begin(ctx, id, payload)
}

func TestTheStepsOfACommandShareOneBudgetAndItsEndNeedsNone(t *testing.T) {
	s := &budgetSpy{memoryIntents: newMemoryIntents(), steps: make(chan step, 99)}
	s.end = func(ctx context.Context) { s.note(ctx, "end") }
	h := newHarness(t, Options{Commands: s, Intents: s, Limiter: s})
	var seen []*patience.Budget
	for range 2 {
		h.slash(t, h.channel, "fail web 128")
		first := <-s.steps
		assert.NotNil(t, first.budget)
		seen = append(seen, first.budget)
		names := map[string]bool{}
		for at := first; ; at = <-s.steps {
			if at.name == "end" {
				assert.Nil(t, at.budget, "the end is told whatever is left")
				break
			}
			names[at.name] = true
			assert.Same(t, first.budget, at.budget, at.name)
		}
		assert.Equal(t, map[string]bool{"begin": true, "run": true, "pace": true}, names)
	}
	assert.NotSame(t, seen[0], seen[1])
}
