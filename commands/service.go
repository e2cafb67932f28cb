package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"logbot/commands/find"
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

// list begins to ask for the last builds of the command's task, which tell more of its
// build than the record does: who started it.
func (s service) list(ctx context.Context, in *command) (wait func() []logsapi.Build) {
	return later(ctx, func(ctx context.Context) ([]logsapi.Build, error) {
		return s.builds.Builds(ctx, in.task.ID(), find.RecentBuilds)
	})
}

// missing says why the log of the build cannot be shown. A build that a list names
// exists, whatever the record says.
func (s service) missing(ctx context.Context, b buildFacts, err error) error {
	if noLogCame(err) && !b.State.Finished() {
		b.adopt(s.list(ctx, b.in)())
	}
	return b.unreadable(err)
}

// adopt takes from a list what the record does not say of the build.
func (b *buildFacts) adopt(listed []logsapi.Build) {
	i := slices.IndexFunc(listed, func(l logsapi.Build) bool { return l.Number == b.in.build })
	if i < 0 {
		return
	}
	l := listed[i]
	b.listed = true
	b.Who, b.Message, b.Trigger = cmp.Or(b.Who, l.Who), cmp.Or(b.Message, l.Message), cmp.Or(b.Trigger, l.Trigger)
	b.Branch, b.Commit = cmp.Or(b.Branch, l.Branch), cmp.Or(b.Commit, l.Commit)
	if b.State == logsapi.Unknown { // else what the record does not say of times has a meaning
		b.State, b.Word = l.State, cmp.Or(b.Word, l.Word)
		b.Started, b.Duration = l.Started, cmp.Or(b.Duration, l.Duration)
	}
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

// page is the address of the page of the command's task; empty if it is unknown.
func (s service) page(ctx context.Context, in *command) string {
	s.console = strings.TrimSuffix(s.console, "/{build}")
	if strings.Contains(s.console, "{build}") {
		return ""
	}
	return s.link(ctx, in)()
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
