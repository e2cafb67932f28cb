package commands

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"logbot/logsapi"
)

// service is what can be learned of builds besides their logs. All of it is
// optional.
type service struct {
	builds  Builds
	console string // see Options.Console
}

// record asks for what the service knows of the command's build; it is empty if
// that does not come in time, or if it is of another project than the pasted address.
func (s service) record(ctx context.Context, in *command) buildFacts {
	b := buildFacts{in: in}
	b.Record = later(ctx, func(ctx context.Context) (logsapi.Record, error) { return s.builds.Record(ctx, in.task.ID(), in.build) })()
	if b.elsewhere() {
		b.Record = logsapi.Record{}
	}
	return b
}

// elsewhere reports whether the record is of another project than the pasted address.
func (b buildFacts) elsewhere() bool {
	of := b.in.task.Project()
	return of != "" && b.Project != "" && !strings.EqualFold(of, b.Project)
}

// facts asks for the record of the command's build and for the step that ended it.
// The steps are asked for by the record, so the two cannot be asked at once.
func (s service) facts(ctx context.Context, in *command) buildFacts {
	b := s.record(ctx, in)
	if b.State == logsapi.Succeeded || !b.noLog().Empty() {
		return b
	}
	steps := later(ctx, func(ctx context.Context) ([]logsapi.Step, error) {
		return s.builds.Steps(ctx, in.task.ID(), in.build, b.Record.ID)
	})()
	b.blame = blameOf(b.State, steps)
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

// What a template of addresses may name.
var consoleParts = []string{"{project}", "{task}", "{build}"}

// CheckConsole reports what is wrong with a template of the addresses of builds,
// as Options take it.
func CheckConsole(template string) error {
	filled := template
	for _, part := range consoleParts {
		filled = strings.ReplaceAll(filled, part, "1")
	}
	u, err := url.Parse(filled)
	switch {
	case template == "":
		return nil
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return fmt.Errorf("%q is not a web address", template)
	case strings.ContainsAny(filled, "{}"):
		return fmt.Errorf("%q: only %s are filled in", template, strings.Join(consoleParts, ", "))
	case !strings.Contains(template, "{task}"):
		return errors.New("{task} is missing in it")
	}
	return nil
}
