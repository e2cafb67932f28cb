package commands

import (
	"context"
	"strings"
	"time"

	"logbot/commands/find"
	"logbot/logsapi"
)

// buildSource tells of single builds.
type buildSource interface {
	Record(ctx context.Context, taskID string, build int64) (logsapi.Record, error)
	Steps(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error)
	Analysis(ctx context.Context, taskID string, build int64) (logsapi.Analysis, error)
	Task(ctx context.Context, taskID string) (logsapi.Task, error)
}

// service is what can be learned of builds besides their logs. All of it is
// optional.
type service struct {
	builds  buildSource
	console string // see Options.Console
}

// record asks for what the service knows of the command's build; it is empty if
// that does not come in time.
func (s service) record(ctx context.Context, in *command) buildFacts {
	b := buildFacts{in: in}
	b.Record = later(ctx, func(ctx context.Context) (logsapi.Record, error) { return s.builds.Record(ctx, in.task.ID(), in.build) })()
	return b
}

// facts asks for the record of the command's build and for its failed step. The
// step is asked for by the record, so the two cannot be asked at once.
func (s service) facts(ctx context.Context, in *command) buildFacts {
	b := s.record(ctx, in)
	if b.State == logsapi.Succeeded {
		return b
	}
	steps := later(ctx, func(ctx context.Context) ([]logsapi.Step, error) {
		return s.builds.Steps(ctx, in.task.ID(), in.build, b.Record.ID)
	})()
	for _, step := range steps {
		if step.State == logsapi.Failed {
			b.failed = find.StepOf(step)
			break
		}
	}
	return b
}

// analysis begins to ask for the service's own word on a failure.
func (s service) analysis(ctx context.Context, in *command) (wait func() logsapi.Analysis) {
	return later(ctx, func(ctx context.Context) (logsapi.Analysis, error) {
		return s.builds.Analysis(ctx, in.task.ID(), in.build)
	})
}

// link begins to find the address of the build's page. The result is empty if it
// is unknown. A pasted address is used as it is.
func (s service) link(ctx context.Context, in *command) (wait func() string) {
	address := strings.NewReplacer("{task}", in.task.ID(), "{build}", itoa(in.build)).Replace(s.console)
	switch {
	case in.task.Address() != "":
		return in.task.Address
	case !strings.Contains(address, "{project}"):
		return func() string { return address }
	}
	task := later(ctx, func(ctx context.Context) (logsapi.Task, error) { return s.builds.Task(ctx, in.task.ID()) })
	return func() string {
		if id := task().ProjectID; logsapi.IsTaskID(id) {
			return strings.ReplaceAll(address, "{project}", id)
		}
		return ""
	}
}

// laterWithin is how long an answer that is ready waits for what the service knows
// of the build besides its log.
const laterWithin = time.Second

// later asks for something optional while other work goes on. wait returns the
// zero value on an error, or if nothing came within laterWithin.
func later[T any](ctx context.Context, ask func(context.Context) (T, error)) (wait func() T) {
	ctx, cancel := context.WithCancel(ctx)
	found := make(chan T, 1)
	go func() {
		answer, err := ask(ctx)
		if err != nil {
			answer = *new(T)
		}
		found <- answer
	}()
	return func() T {
		defer cancel()
		select {
		case answer := <-found:
			return answer
		case <-time.After(laterWithin):
			return *new(T)
		}
	}
}
