package commands

import (
	"context"
	"strings"

	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
)

// maskedBuilds are Builds whose texts are masked as they come: a commit's message, a
// branch, the name of a step or task. Replies cut such texts to fit a row, and of a secret
// that was cut the gate at the end knows the rest no more.
//
// Executors get the names by which the workspace shows them, as far as the configuration
// maps them to its users. These are names to read: nobody is mentioned.
type maskedBuilds struct {
	told
	gate   *redact.Gate
	people executors
	named  func(ctx context.Context, user string) string // may be nil
}

// told are Builds under a name that differs from that of a method.
type told = Builds

// cutWord is what the client left of a word where it cut a long text: what it was can
// no longer be told.
var cutWord = lazyregexp.New(`[!-~]{8,}…$`)

func (m maskedBuilds) mask(texts ...*string) {
	for _, text := range texts {
		*text = cutWord.ReplaceAllString(m.gate.Text(*text), "…")
	}
}

// masked are copies of what the service told, as others may hold it, too.
func masked[T any](list []T, err error, mask func(*T)) ([]T, error) {
	if list == nil {
		return nil, err
	}
	all := make([]T, len(list))
	for i := range list {
		all[i] = list[i]
		mask(&all[i])
	}
	return all, err
}

func (m maskedBuilds) maskBuild(ctx context.Context) func(*logsapi.Build) {
	return func(b *logsapi.Build) {
		m.name(ctx, &b.Who)
		m.mask(&b.Word, &b.Branch, &b.Commit, &b.Message, &b.Who, &b.Trigger)
	}
}

// name replaces the name of an executor by that of the workspace. If Slack does not tell
// it, the executor's stays.
func (m maskedBuilds) name(ctx context.Context, who *string) {
	if m.named == nil {
		return
	}
	for executor, user := range m.people {
		if !strings.EqualFold(executor, *who) {
			continue
		}
		if shown := m.named(ctx, user); shown != "" && shown != user {
			*who = shown
		}
		return
	}
}

func (m maskedBuilds) Tasks(ctx context.Context) ([]logsapi.Task, error) {
	all, err := m.told.Tasks(ctx)
	return masked(all, err, func(t *logsapi.Task) { m.mask(&t.Name) })
}

func (m maskedBuilds) CheckTasks(ctx context.Context) ([]logsapi.CheckTask, error) {
	all, err := m.told.CheckTasks(ctx)
	return masked(all, err, func(t *logsapi.CheckTask) { m.mask(&t.Name) })
}

func (m maskedBuilds) PipelineSteps(ctx context.Context, projectID, pipelineID, runID string) ([]logsapi.PipelineStep, error) {
	all, err := m.told.PipelineSteps(ctx, projectID, pipelineID, runID)
	return masked(all, err, func(s *logsapi.PipelineStep) { m.mask(&s.Name) })
}

func (m maskedBuilds) Builds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error) {
	all, err := m.told.Builds(ctx, taskID, n)
	return masked(all, err, m.maskBuild(ctx))
}

func (m maskedBuilds) NewestBuilds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error) {
	all, err := m.told.NewestBuilds(ctx, taskID, n)
	return masked(all, err, m.maskBuild(ctx))
}

func (m maskedBuilds) Steps(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error) {
	all, err := m.told.Steps(ctx, taskID, build, recordID)
	return masked(all, err, func(s *logsapi.Step) { m.mask(&s.Name) })
}

func (m maskedBuilds) Record(ctx context.Context, taskID string, build int64) (logsapi.Record, error) {
	r, err := m.told.Record(ctx, taskID, build)
	m.name(ctx, &r.Who)
	m.mask(&r.Word, &r.Branch, &r.Commit, &r.Message, &r.Who, &r.Trigger, &r.Error)
	return r, err
}

func (m maskedBuilds) Analysis(ctx context.Context, taskID string, build int64) (logsapi.Analysis, error) {
	a, err := m.told.Analysis(ctx, taskID, build)
	steps, _ := masked(a.Steps, nil, func(s *string) { m.mask(s) })
	a.Steps = steps
	m.mask(&a.Message)
	return a, err
}

func (m maskedBuilds) Task(ctx context.Context, taskID string) (logsapi.Task, error) {
	t, err := m.told.Task(ctx, taskID)
	m.mask(&t.Name)
	return t, err
}
