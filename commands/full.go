package commands

import (
	"cmp"
	"context"
	"io"
	"strings"

	"logbot/commands/access"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

func fullVerb() *verb {
	return &verb{
		name:  "full",
		usage: "TASK BUILD [STEP] | RECORD STEP",
		does:  texts.FullDoes,
		more:  texts.FullMore,
		examples: []suggestion{
			{"full web 128 stage3", texts.FullExample.With()},
			{"full web 128", texts.FullExampleFail.With()},
		},
		flags: []flag{{name: "debug", does: texts.FlagDebug.With()}},
		min:   2, max: 3,
		run: runFull,
	}
}

// everyStep stands for the whole build in the place of a step.
const everyStep = "all"

func runFull(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	if logsapi.IsRecordID(strings.ToLower(in.words[0])) {
		return c.fullOfRecord(in)
	}
	t, build, err := c.build(ctx, in)
	if err != nil {
		return reply.Reply{}, err
	}
	link := c.link(ctx, t, build)
	r, err := c.full(ctx, in, buildFacts{in: in, task: t, build: build})
	r.Link, r.About = link(), reply.About{Task: t.id, Name: t.name, Build: build}
	return r, err
}

// full is the file of a build or of one of its steps.
func (c *Commands) full(ctx context.Context, in *call, b buildFacts) (reply.Reply, error) {
	if len(in.words) == 3 && strings.ToLower(in.words[2]) == everyStep {
		b.Record = c.record(ctx, b.task, b.build)
		return c.fullOfBuild(ctx, in, b)
	}
	if len(in.words) == 3 {
		return c.fullOfStep(ctx, in, b)
	}
	if b = c.facts(ctx, in, b.task, b.build); b.failedFile() {
		return c.stepFile(b, b.failed, in.has("debug")), nil
	}
	return c.fullOfBuild(ctx, in, b)
}

// fullOfBuild sends the log of all steps. Its first page decides whether there
// is anything to send, before a file is promised.
func (c *Commands) fullOfBuild(ctx context.Context, in *call, b buildFacts) (reply.Reply, error) {
	if in.has("debug") {
		return reply.Reply{}, wrong(texts.DebugStep.With(), b.line("full", "stage1", "--debug"))
	}
	whole := read.Request{Finished: b.State.Finished(), Logs: read.BuildLogs(b.task.id, b.build), Meter: in.meter}
	some, err := c.reader.HasText(ctx, whole)
	if err != nil {
		return reply.Reply{}, b.unreadable(err)
	}
	if !some {
		return reply.Reply{}, wrong(texts.EmptySoFar.With(b.name()), b.line("full", everyStep))
	}
	return reply.Reply{
		Heading: in.say(texts.WholeLogOf, b.name()),
		File:    c.wholeFile(in, fileName(b.task.name, itoa(b.build)), whole),
	}, nil
}

// fullOfStep maps task and build to the record whose files the service keeps.
func (c *Commands) fullOfStep(ctx context.Context, in *call, b buildFacts) (reply.Reply, error) {
	var err error
	if b.Record, err = c.builds.Record(ctx, b.task.id, b.build); err != nil || b.Record.ID == "" {
		return reply.Reply{}, c.withoutRecord(ctx, in, b, err)
	}
	s, err := c.step(ctx, in, b, in.words[2])
	if err = cmp.Or(err, s.beyond); err != nil {
		return reply.Reply{}, err
	}
	return c.stepFile(b, s, in.has("debug")), nil
}

// stepFile is the file of a step of a build whose record is known.
func (c *Commands) stepFile(b buildFacts, s step, debug bool) reply.Reply {
	name := []string{b.task.name, itoa(b.build), stage(s.position)}
	heading := texts.NumberedStep.With(s.position, b.name())
	if s.name != "" {
		name = append(name, strings.ToLower(s.name))
		heading = texts.NamedStep.With(texts.Quote(s.name), b.name())
	}
	return c.recordFile(b.in, logsapi.StepFile{RecordID: b.Record.ID, Step: s.position, Debug: debug}, heading, name...)
}

// withoutRecord says how to get the file where the service does not tell which
// record the build has. The step is named as a record's are: by its position.
func (c *Commands) withoutRecord(ctx context.Context, in *call, b buildFacts, err error) error {
	if err != nil && !logsapi.OutOfReach(err) {
		return b.unreadable(err)
	}
	named := "STEP"
	if s, unknown := c.step(ctx, in, b, in.words[2]); unknown == nil {
		named = stage(s.position)
	}
	p := wrong(texts.NoRecord.With(b.name()), typed("full", "RECORD", named), b.line("full", everyStep))
	p.cause = err
	return p
}

// fullOfRecord sends a step's file by the record's id. A record does not say
// which task it belongs to, so only those who may read every task get it.
func (c *Commands) fullOfRecord(in *call) (reply.Reply, error) {
	if len(in.words) != 2 {
		return reply.Reply{}, wrong(texts.RecordOneStep.With(), c.examples(in)...)
	}
	step, ok := stepPosition(in.words[1])
	if !ok {
		return reply.Reply{}, c.unknownStep(in, in.words[1], nil, nil)
	}
	record := strings.ToLower(in.words[0])
	allowed := c.access.Allows(in.request.Channel, in.request.User, access.Task{ID: record})
	in.noted(record, allowed)
	if !allowed {
		return reply.Reply{}, denied(in)
	}
	return c.recordFile(in, logsapi.StepFile{RecordID: record, Step: step, Debug: in.has("debug")},
		texts.StepOfRecord.With(step, record), record[:8], stage(step)), nil
}

func (c *Commands) recordFile(in *call, f logsapi.StepFile, title texts.Phrase, name ...string) reply.Reply {
	if f.Debug {
		name = append(name, "debug")
		title = texts.WithDebug.With(title)
	}
	return reply.Reply{Heading: title.In(in.request.Lang), File: c.file(in, fileName(name...), func(ctx context.Context, _ *read.Meter) (io.ReadCloser, error) {
		return c.reader.Logs.OpenStepFile(ctx, f)
	})}
}
