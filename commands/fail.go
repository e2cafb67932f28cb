package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"logbot/commands/excerpt"
	"logbot/logsapi"
)

func failVerb() *verb {
	return &verb{
		name:  "fail",
		usage: "TASK [BUILD]",
		does:  "why the build failed: the lines that matter",
		more:  "The word fail may be left out. TASK is a short name, a 32-digit id or the address of the task's page.",
		examples: []Example{
			{Line: "fail web 128", Does: "why build 128 of web failed"},
			{Line: "web 128 --me", Does: "the same, for me alone"},
		},
		min: 1, max: 2,
		run: runFail,
	}
}

func runFail(ctx context.Context, c *Commands, in *call) (Reply, error) {
	t, build, err := c.build(ctx, in)
	if err != nil {
		return Reply{}, err
	}
	analysis := later(ctx, func(ctx context.Context) (logsapi.Analysis, error) { return c.builds.Analysis(ctx, t.id, build) })
	b := c.facts(ctx, t, build)
	logs := buildLogs(t, build)
	if b.failed.mapped {
		logs = append([]logsapi.Log{logsapi.StepLog{TaskID: t.id, Build: build, Step: b.failed.node}}, logs...)
	}
	found, err := c.explain(ctx, b.State.Finished(), logs...)
	b.analysis = analysis()
	if err != nil {
		return Reply{}, b.unreadable(err)
	}
	return b.failure(found), nil
}

// record is what the service knows of a build; zero where it does not tell in
// time.
func (c *Commands) record(ctx context.Context, t task, build int64) logsapi.Record {
	return later(ctx, func(ctx context.Context) (logsapi.Record, error) { return c.builds.Record(ctx, t.id, build) })()
}

// facts asks for the record of a build and for its failed step.
func (c *Commands) facts(ctx context.Context, t task, build int64) buildFacts {
	b := buildFacts{task: t, build: build}
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
	task  task
	build int64
	logsapi.Record
	failed   step             // the step that failed; zero when that is not told
	analysis logsapi.Analysis // the service's own word on the failure
}

// failedFile reports whether the file of the step that failed can be had: its
// position and the record are known.
func (b buildFacts) failedFile() bool { return b.failed.position > 0 && b.Record.ID != "" }

// name is "web #128".
func (b buildFacts) name() string { return fmt.Sprintf("%s #%d", b.task.name, b.build) }

// line is "fail web 128" and alike, for lines to type.
func (b buildFacts) line(verb string, more ...string) string {
	return strings.Join(append([]string{verb, b.task.word, fmt.Sprint(b.build)}, more...), " ")
}

// unreadable says why the log of the build cannot be shown.
func (b buildFacts) unreadable(err error) error {
	if !errors.Is(err, logsapi.ErrNotFound) {
		return err
	}
	return &problem{
		says:  fmt.Sprintf("%s has no build %d, or its log is gone.", b.task.name, b.build),
		try:   []Example{{Line: "fail " + b.task.word + " NUMBER", Does: "with a number that the page of the task shows"}},
		cause: err,
	}
}

// failure is the reply that explains why the build failed, or says that it did
// not.
func (b buildFacts) failure(found explained) Reply {
	r := b.reply(found)
	switch {
	case found.Read == 0:
		r.Body = "Its log is empty so far."
		r.Try = []Example{{Line: b.line("fail")}}
		return r
	case b.outcome(found.Outcome) == logsapi.Succeeded:
		r.Body = "Nothing failed, so there is nothing to explain."
		r.Try = []Example{{Line: b.line("show", "--tail"), Does: "the end of its log"}}
		return r
	}
	r.Reason = found.Reason.Text
	r.Lines = chosen(found.Lines)
	r.Source = source(r.Lines, found)
	if b.failed.mapped && !ofStep(found.log) {
		r.Source += noStepLog
	}
	if b.analysis.Message != "" {
		r.Body = "CodeArts says: " + strings.TrimSpace(b.analysis.Message+" ("+b.analysis.Code+")")
	}
	r.Try = []Example{b.wholeLog()}
	if b.failedFile() {
		r.Try = append([]Example{{
			Line: b.line("full", stage(b.failed.position)), Does: "the log of this step as a file", Button: "Log of this step",
		}}, r.Try...)
	}
	return r
}

// wholeLog offers the log of all steps.
func (b buildFacts) wholeLog() Example {
	return Example{Line: b.line("full", everyStep), Does: "the whole log as a file", Button: "Full log"}
}

// reply is the heading and context that every reply about a build has.
func (b buildFacts) reply(found explained) Reply {
	heading := b.name() + " " + stateWords(b.outcome(found.Outcome))
	if step := cmp.Or(b.failed.name, stepName(found.Step)); step != "" && b.outcome(found.Outcome) != logsapi.Succeeded {
		heading += fmt.Sprintf(" in %q", step)
	}
	if b.Duration > 0 {
		heading += " after " + duration(b.Duration)
	}
	return Reply{Heading: heading, Context: b.context(), Started: b.Started}
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

func stateWords(s logsapi.State) string {
	switch s {
	case logsapi.Failed:
		return "failed"
	case logsapi.Succeeded:
		return "succeeded"
	case logsapi.Aborted:
		return "was aborted"
	case logsapi.TimedOut:
		return "timed out"
	case logsapi.Running:
		return "is still running"
	case logsapi.Queued:
		return "is waiting to run"
	case logsapi.Unscheduled:
		return "could not be scheduled"
	}
	return "has not said how it ended"
}

func (b buildFacts) context() []string {
	var parts []string
	if revision := revision(b.Branch, b.Commit); revision != "" {
		parts = append(parts, revision)
	}
	if words := triggerWords(b.Trigger); words != "" {
		parts = append(parts, words)
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
func source(shown []Line, found explained) string {
	first, last := 0, 0
	for _, l := range shown {
		if l.Number != 0 {
			if first == 0 {
				first = l.Number
			}
			last = l.Number
		}
	}
	var parts []string
	of := ""
	if ofStep(found.log) {
		of = " of the step"
	}
	switch {
	case first < 0:
		parts = append(parts, fmt.Sprintf("lines %d-%d from the end", -first, -last)+of)
	case first > 0:
		parts = append(parts, fmt.Sprintf("lines %d-%d of %s", first, last, thousands(found.Read))+of)
	}
	parts = append(parts, "read "+count(found.pages, "page"))
	if n := hidden(shown); n > 0 {
		parts = append(parts, count(n, "value")+" hidden")
	}
	return strings.Join(parts, " · ")
}

// noStepLog says that a step's own log was empty or refused.
const noStepLog = " · the step has no log of its own, so this is from the whole log"

func ofStep(log logsapi.Log) bool {
	_, is := log.(logsapi.StepLog)
	return is
}

// stepName is the part of a step that people gave it: "Maven test" of
// "Maven test:maven".
func stepName(step string) string {
	name, _, _ := strings.Cut(step, ":")
	return name
}

// triggerWords says who or what started a build, by the service's trigger_type.
func triggerWords(trigger string) string {
	switch strings.ToLower(trigger) {
	case "":
		return ""
	case "0", "manual", "user", "self":
		return "started by hand"
	case "1", "timer", "schedule", "scheduled", "crontab":
		return "started by its schedule"
	case "2", "webhook", "scm", "push", "push_event", "commit", "codehub":
		return "started by a push"
	case "pipeline":
		return "started by a pipeline"
	}
	return "started by " + trigger
}

// duration is "3 min 12 s", "1 h 5 min".
func duration(d time.Duration) string {
	d = d.Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h > 0:
		return fmt.Sprintf("%d h %d min", h, m)
	case m > 0:
		return fmt.Sprintf("%d min %d s", m, s)
	}
	return fmt.Sprintf("%d s", s)
}
