package commands

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"logbot/commands/excerpt"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

func failVerb() *verb {
	return &verb{
		name:  "fail",
		usage: "TASK [BUILD]",
		does:  texts.FailDoes,
		more:  texts.FailMore,
		examples: []suggestion{
			{"fail web 128", texts.FailExample.With()},
			{"web 128 --me", texts.FailExampleMe.With()},
		},
		flags: []flag{linesFlag},
		min:   1, max: 2,
		run: runFail,
	}
}

func runFail(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	t, build, err := c.build(ctx, in)
	if err != nil {
		return reply.Reply{}, err
	}
	want, err := in.number("lines", read.DefaultLines, 1, read.MaxLines)
	if err != nil {
		return reply.Reply{}, err
	}
	link := c.link(ctx, t, build)
	analysis := later(ctx, func(ctx context.Context) (logsapi.Analysis, error) { return c.builds.Analysis(ctx, t.id, build) })
	b := c.facts(ctx, in, t, build)
	logs := read.BuildLogs(t.id, build)
	if b.failed.mapped {
		logs = append([]logsapi.Log{logsapi.StepLog{TaskID: t.id, Build: build, Step: b.failed.node}}, logs...)
	}
	found, err := c.reader.Explain(ctx, read.Request{Finished: b.State.Finished(), Logs: logs, Meter: in.meter}, want)
	b.analysis, b.link = analysis(), link()
	if err != nil {
		return reply.Reply{}, b.unreadable(err)
	}
	return b.failure(found, want), nil
}

// record is what the service knows of a build; zero where it does not tell in
// time.
func (c *Commands) record(ctx context.Context, t task, build int64) logsapi.Record {
	return later(ctx, func(ctx context.Context) (logsapi.Record, error) { return c.builds.Record(ctx, t.id, build) })()
}

// facts asks for the record of a build and for its failed step.
func (c *Commands) facts(ctx context.Context, in *call, t task, build int64) buildFacts {
	b := buildFacts{in: in, task: t, build: build}
	b.Record = c.record(ctx, t, build)
	if b.State == logsapi.Succeeded {
		return b
	}
	steps := later(ctx, func(ctx context.Context) ([]logsapi.Step, error) {
		return c.builds.Steps(ctx, t.id, build, b.Record.ID)
	})()
	for _, s := range steps {
		if s.State == logsapi.Failed {
			b.failed = stepOf(s)
			break
		}
	}
	return b
}

// buildFacts is what is known of a build besides its log.
type buildFacts struct {
	in    *call // who asks, and how
	task  task
	build int64
	logsapi.Record
	failed   step             // the step that failed; zero when that is not told
	analysis logsapi.Analysis // the service's own word on the failure
	link     string           // address of its page; empty when unknown
}

// failedFile reports whether the file of the step that failed can be had: its
// position and the record are known.
func (b buildFacts) failedFile() bool { return b.failed.position > 0 && b.Record.ID != "" }

// name is "web #128".
func (b buildFacts) name() string { return b.task.name + " #" + itoa(b.build) }

// about is the build for buttons and records.
func (b buildFacts) about() reply.About {
	return reply.About{Task: b.task.id, Name: b.task.name, Build: b.build}
}

// line is "fail web 128" and alike, for lines to type.
func (b buildFacts) line(verb string, more ...string) string {
	return typed(append([]string{verb, b.task.word, itoa(b.build)}, more...)...)
}

// offer is an example of this build.
func (b buildFacts) offer(line string, does, button texts.Text, place reply.Place) reply.Example {
	return reply.Example{Line: line, Does: b.in.say(does), Button: b.in.say(button), Place: place}
}

// unreadable says why the log of the build cannot be shown.
func (b buildFacts) unreadable(err error) error {
	var own *problem
	if errors.As(err, &own) || !errors.Is(err, logsapi.ErrNotFound) {
		return err
	}
	return &problem{
		says:  texts.NoBuild.With(b.task.name, b.build),
		try:   []suggestion{{typed("builds", b.task.word), texts.BuildsDoes.With()}, {typed("fail", b.task.word, "NUMBER"), texts.NumberOnPage.With()}},
		cause: err,
	}
}

// failure is the reply that explains why the build failed, or says that it did
// not.
func (b buildFacts) failure(found read.Explained, want int) reply.Reply {
	r := b.answer(found)
	switch {
	case found.Read == 0:
		r.Body = b.in.say(texts.LogEmpty)
		r.Try = []reply.Example{{Line: b.line("fail")}}
		if b.State != logsapi.Unknown && !b.State.Finished() && b.in.verb.name != followVerb().name {
			r.Try = []reply.Example{{Line: b.line("follow"), Does: b.in.say(texts.FollowDoes)}}
		}
		return r
	case b.outcome(found.Outcome) == logsapi.Succeeded:
		r.Body = b.in.say(texts.NothingFailed)
		r.Try = []reply.Example{{Line: b.line("show", "--tail"), Does: b.in.say(texts.DoesEnd)}}
		return r
	}
	r.Rateable = true
	r.Reason = found.Reason.Text
	r.Lines = chosen(b.in, found.Lines)
	r.Source = b.in.source(r.Lines, found, b.failed.mapped && !read.IsStep(found.Log))
	if b.analysis.Message != "" {
		r.Body = b.in.say(texts.CodeArtsSays, strings.TrimSpace(b.analysis.Message+" ("+b.analysis.Code+")"))
	}
	if found.More {
		r.Try = append(r.Try, b.offer(b.in.again("lines", itoa(int64(moreThan(want)))), texts.DoesMoreContext, texts.MoreContext, reply.InPlace))
	}
	if b.failedFile() {
		r.Try = append(r.Try, b.offer(b.line("full", stage(b.failed.position)), texts.DoesStepLog, texts.StepLog, reply.InThread))
	}
	r.Try = append(r.Try, b.wholeLog(), b.search())
	return r
}

// moreThan is how many lines More context asks for.
func moreThan(shown int) int { return min(max(2*shown, 2*read.DefaultLines), read.MaxLines) }

// wholeLog offers the log of all steps.
func (b buildFacts) wholeLog() reply.Example {
	return b.offer(b.line("full", everyStep), texts.DoesFullLog, texts.FullLog, reply.InThread)
}

// search offers to look for something in the log of all steps.
func (b buildFacts) search() reply.Example {
	return b.offer(b.line("show")+searchEnd, texts.DoesSearch, texts.Search, reply.AskFirst)
}

// reply is the heading and context that every reply about a build has.
func (b buildFacts) answer(found read.Explained) reply.Reply {
	outcome := b.outcome(found.Outcome)
	parts := []any{texts.BuildStands.With(b.name(), stateWords(outcome))}
	if step := cmp.Or(b.failed.name, read.StepName(found.Step)); step != "" && outcome != logsapi.Succeeded {
		parts = append(parts, texts.InStep.With(texts.Quote(step)))
	}
	if b.Duration > 0 {
		parts = append(parts, texts.TookTime.With(texts.Duration(b.Duration)))
	}
	return reply.Reply{
		Heading: texts.Join(texts.Nothing, parts...).In(b.in.request.Lang),
		Context: b.context(), Started: b.Started, Link: b.link, About: b.about(),
	}
}

// outcome is the state of the record where there is one, else what the end of
// the log says.
func (b buildFacts) outcome(seen excerpt.Outcome) logsapi.State {
	if b.State != logsapi.Unknown {
		return b.State
	}
	switch seen {
	case excerpt.Failed:
		return logsapi.Failed
	case excerpt.Succeeded:
		return logsapi.Succeeded
	case excerpt.Aborted:
		return logsapi.Aborted
	}
	return logsapi.Unknown
}

func stateWords(s logsapi.State) texts.Text {
	switch s {
	case logsapi.Failed:
		return texts.Failed
	case logsapi.Succeeded:
		return texts.Succeeded
	case logsapi.Aborted:
		return texts.WasAborted
	case logsapi.TimedOut:
		return texts.TimedOut
	case logsapi.Running:
		return texts.Running
	case logsapi.Queued:
		return texts.Waiting
	case logsapi.Unscheduled:
		return texts.Unscheduled
	}
	return texts.SaidNothing
}

func (b buildFacts) context() []string {
	var parts []string
	if revision := revision(b.Branch, b.Commit); revision != "" {
		parts = append(parts, revision)
	}
	if b.Trigger != "" {
		parts = append(parts, triggerWords(b.Trigger).In(b.in.request.Lang))
	}
	return parts
}

// revision is "main@1f0c2d9", or what of it is known.
func revision(branch, commit string) string {
	commit = short(commit, 7)
	if branch != "" && commit != "" {
		return branch + "@" + commit
	}
	return branch + commit
}

// source is the truthful last line: which lines are shown, how much was read
// for them, and how many values are masked in them.
func (in *call) source(shown []lines.Line, found read.Explained, noStep bool) string {
	first, last := span(shown)
	var parts []any
	step := read.IsStep(found.Log)
	switch {
	case first < 0 && step:
		parts = append(parts, texts.OfTheStep.With(texts.LinesFromEnd.With(-first, -last)))
	case first < 0:
		parts = append(parts, texts.LinesFromEnd.With(-first, -last))
	case first > 0 && step:
		parts = append(parts, texts.LinesOfStep.With(first, last, texts.Thousands(found.Read)))
	case first > 0:
		parts = append(parts, texts.LinesOf.With(first, last, texts.Thousands(found.Read)))
	}
	parts = append(parts, wasRead(found.Pages, shown)...)
	if noStep {
		parts = append(parts, texts.NoStepLog)
	}
	return texts.Join(texts.Dot, parts...).In(in.request.Lang)
}

// wasRead is how many pages were read for the shown lines, and how many values
// are hidden in them.
func wasRead(pages int, shown []lines.Line) []any {
	parts := []any{texts.ReadPages.With(texts.Page.Count(pages))}
	if n := hidden(shown); n > 0 {
		parts = append(parts, texts.Hidden.With(texts.Value.Count(n)))
	}
	return parts
}

// span is the numbers of the first and the last of the lines that have one.
func span(shown []lines.Line) (first, last int) {
	for _, l := range shown {
		if l.Number != 0 {
			first, last = cmp.Or(first, l.Number), l.Number
		}
	}
	return first, last
}

// triggerWords says who or what started a build, by the service's trigger_type.
func triggerWords(trigger string) texts.Phrase {
	switch strings.ToLower(trigger) {
	case "0", "manual", "user", "self":
		return texts.ByHand.With()
	case "1", "timer", "schedule", "scheduled", "crontab":
		return texts.BySchedule.With()
	case "2", "webhook", "scm", "push", "push_event", "commit", "codehub":
		return texts.ByPush.With()
	case "pipeline":
		return texts.ByPipeline.With()
	}
	return texts.ByOther.With(trigger)
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

// chosen turns the lines of an excerpt into those of a reply, with a line for
// what was folded behind them.
func chosen(in *call, from []excerpt.Line) []lines.Line {
	var out []lines.Line
	for _, l := range from {
		out = append(out, lines.Line{Number: l.Number, Text: l.Text})
		if l.Folded > 0 {
			out = append(out, lines.Line{Text: in.say(texts.MoreLikeThis, texts.MoreLines.Count(l.Folded))})
		}
	}
	return out
}

// hidden counts the masks among the shown texts.
func hidden(shown []lines.Line) int {
	n := 0
	for _, l := range shown {
		n += strings.Count(l.Text, redact.Mask)
	}
	return n
}
