package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

func fullVerb(s service, names *find.Names, r read.Reader) *verb {
	f := full{service: s, names: names, reader: r}
	return &verb{
		Verb: typed.Verb{
			Name:  "full",
			Also:  []string{"完整日志", "全部日志", "下载", "文件"},
			Usage: "TASK [BUILD] [STEP] | RECORD STEP",
			Does:  texts.FullDoes,
			More:  texts.FullMore,
			Examples: []typed.Suggestion{
				{Line: "full web", Does: texts.FullExample.With()},
				{Line: "full web last all", Does: texts.FullExampleAll.With()},
			},
			Flags: []typed.Flag{{Name: "debug", Does: texts.FlagDebug.With()}},
			Min:   1, Max: 3,
		},
		sendsFile: true,
		names: func(ctx context.Context, n *find.Names, in *command) error {
			if isRecord(in) {
				return nil // answer checks the access
			}
			if len(in.Words) == 2 && isStepWord(in.Words[1]) { // the build is left out
				in.Words = []string{in.Words[0], find.LastWord, in.Words[1]}
			}
			return aBuild(ctx, n, in)
		},
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			if isRecord(in) {
				return f.ofRecord(in)
			}
			link := s.link(ctx, in)
			r, err := f.ofWords(ctx, in)
			r.Link, r.About = link(), buildFacts{in: in}.about()
			return r, err
		},
	}
}

// isRecord reports whether the command names a step by the id of its record.
func isRecord(in *command) bool { return logsapi.IsRecordID(strings.ToLower(in.Words[0])) }

// isStepWord reports whether a word names a step and cannot be a build.
func isStepWord(word string) bool {
	_, isStep := typed.StepPosition(word)
	return isEveryStep(word) || isStep && !typed.LikeBuild(word)
}

func isEveryStep(word string) bool {
	return slices.Contains([]string{everyStep, "全部", "所有"}, strings.ToLower(word))
}

// full finds the files of builds and steps.
type full struct {
	service service
	names   *find.Names
	reader  read.Reader
}

// ofWords is the file of a build or of one of its steps.
func (f full) ofWords(ctx context.Context, in *command) (reply.Reply, error) {
	if len(in.Words) == 3 && isEveryStep(in.Words[2]) {
		return f.ofBuild(ctx, f.service.record(ctx, in))
	}
	if len(in.Words) == 3 {
		return f.ofStep(ctx, buildFacts{in: in})
	}
	b := f.service.facts(ctx, in)
	if b.failedFile() {
		return f.stepFile(b, b.broke), nil
	}
	return f.ofBuild(ctx, b)
}

// ofBuild sends the log of all steps. Its first page decides whether there is
// anything to send, before a file is promised.
func (f full) ofBuild(ctx context.Context, b buildFacts) (reply.Reply, error) {
	in := b.in
	if in.Has("debug") {
		return reply.Reply{}, typed.Wrong(texts.DebugStep.With(), b.line("full", "stage1", "--debug"))
	}
	if !b.noLog().Empty() {
		return reply.Reply{}, b.unreadable(nil)
	}
	whole := read.Request{Finished: b.State.Finished(), Edition: b.Edition(), Logs: read.BuildLogs(in.task.ID(), in.build), Meter: in.meter, Record: b.Record.ID}
	some, err := b.reads(f.reader).HasText(ctx, whole)
	if err != nil {
		return reply.Reply{}, f.service.missing(ctx, b, err)
	}
	if !some {
		return reply.Reply{}, typed.Wrong(texts.EmptySoFar.With(b.name()), b.line("full", everyStep))
	}
	return reply.Reply{
		Heading: in.say(texts.WholeLogOf, b.name()),
		File:    wholeLog(f.reader, in, fileName(in.task.Name, itoa(in.build)), whole),
	}, nil
}

// ofStep maps task and build to the record whose files the service has.
func (f full) ofStep(ctx context.Context, b buildFacts) (reply.Reply, error) {
	in := b.in
	var err error
	if b.Record, err = f.service.builds.Record(ctx, in.task.ID(), in.build); err != nil || b.Record.ID == "" || b.elsewhere() {
		return reply.Reply{}, f.withoutRecord(ctx, b, err)
	}
	if err := f.refuseUnrun(ctx, b); err != nil {
		return reply.Reply{}, err
	}
	s, err := f.names.Step(ctx, in.Query, in.task, in.build, b.Record.ID, in.Words[2])
	if err = cmp.Or(err, s.Beyond); err != nil {
		return reply.Reply{}, err
	}
	return f.stepFile(b, s), nil
}

// refuseUnrun is why a build of which nothing ran has no file of a step. A record that
// tells no start is believed if there is no log.
func (f full) refuseUnrun(ctx context.Context, b buildFacts) error {
	if !b.noLog().Empty() {
		return b.unreadable(nil)
	}
	if !b.unbegun() {
		return nil
	}
	whole := read.Request{Finished: true, Edition: b.Edition(), Logs: read.BuildLogs(b.in.task.ID(), b.in.build), Meter: &read.Meter{}}
	if _, err := b.reads(f.reader).HasText(ctx, whole); noLogCame(err) {
		return b.unreadable(err)
	}
	return nil
}

// stepFile is the file of a step of a build whose record is known.
func (f full) stepFile(b buildFacts, s find.Step) reply.Reply {
	name := []string{b.in.task.Name, itoa(b.in.build), find.Stage(s.Position)}
	heading := texts.NumberedStep.With(s.Position, b.name())
	if s.Name != "" {
		name = append(name, strings.ToLower(s.Name))
		heading = texts.NamedStep.With(texts.Quote(s.Name), b.name())
	}
	var logs []logsapi.Log
	if s.Mapped {
		logs = read.StepLogs(b.in.task.ID(), b.in.build, s.Node, true)
	}
	return f.recordFile(b.in, b.Record.ID, s.Position, logs, heading, name...)
}

// withoutRecord says how to get the file if the service does not tell the record
// of the build. The step is named as a record's are: by its position.
func (f full) withoutRecord(ctx context.Context, b buildFacts, err error) error {
	if err != nil && !logsapi.OutOfReach(err) {
		return f.service.missing(ctx, b, err)
	}
	in, step := b.in, "STEP"
	if s, unknown := f.names.Step(ctx, in.Query, in.task, in.build, b.Record.ID, in.Words[2]); unknown == nil {
		step = find.Stage(s.Position)
	}
	p := typed.Wrong(texts.NoRecord.With(b.name()), typed.Line("full", "RECORD", step), b.line("full", everyStep))
	p.Cause = err
	return p
}

// ofRecord sends a step's file by the record's id.
func (f full) ofRecord(in *command) (reply.Reply, error) {
	if len(in.Words) != 2 {
		return reply.Reply{}, typed.Wrong(texts.RecordOneStep.With(), "full RECORD STEP")
	}
	step, err := f.names.StepNumber(in.Query, in.Words[1])
	if err != nil {
		return reply.Reply{}, err
	}
	record := strings.ToLower(in.Words[0])
	if err := f.names.Record(in.Query, record); err != nil {
		return reply.Reply{}, err
	}
	return f.recordFile(in, record, step, nil, texts.StepOfRecord.With(step, record), record[:8], find.Stage(step)), nil
}

// recordFile is the file of a step; logs are the same in pages, if they are known.
func (f full) recordFile(in *command, record string, step int, logs []logsapi.Log, title texts.Phrase, name ...string) reply.Reply {
	debug, plain := in.Has("debug"), fileName(name...)
	if debug {
		name = append(name, "debug")
		title = texts.WithDebug.With(title)
	}
	return reply.Reply{
		Heading: title.In(in.request.Lang),
		File:    stepFile(f.reader, in, fileName(name...), plain, logsapi.StepFile{RecordID: record, Step: step, Debug: debug}, logs),
	}
}
