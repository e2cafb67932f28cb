package commands

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode"

	"logbot/commands/access"
	"logbot/logsapi"
)

func fullVerb() *verb {
	return &verb{
		name:  "full",
		usage: "TASK BUILD [STEP], or full RECORD STEP",
		does:  "the log of a step as a file",
		more:  "STEP is its name or its position in the build: 3 or stage3; left out it is the step that failed, or the whole build where the service does not tell. STEP may also be all, for the whole build. RECORD is the 36-character id of one build.",
		examples: []Example{
			{Line: "full web 128 stage3", Does: "the log file of step 3"},
			{Line: "full web 128", Does: "that of the step that failed"},
		},
		flags: []flag{{name: "debug", does: "the step's file with debug lines"}},
		min:   2, max: 3,
		run: runFull,
	}
}

// everyStep stands for the whole build in the place of a step.
const everyStep = "all"

func runFull(ctx context.Context, c *Commands, in *call) (Reply, error) {
	if logsapi.IsRecordID(strings.ToLower(in.words[0])) {
		return c.fullOfRecord(in)
	}
	t, build, err := c.build(ctx, in)
	if err != nil {
		return Reply{}, err
	}
	b := buildFacts{task: t, build: build}
	if len(in.words) == 3 && strings.ToLower(in.words[2]) == everyStep {
		return c.fullOfBuild(ctx, in, b)
	}
	if len(in.words) == 3 {
		return c.fullOfStep(ctx, in, b)
	}
	if b = c.facts(ctx, t, build); b.failedFile() {
		return c.stepFile(b, b.failed, in.has("debug")), nil
	}
	return c.fullOfBuild(ctx, in, b)
}

// fullOfBuild sends the log of all steps. Its first page decides whether there
// is anything to send, before a file is promised.
func (c *Commands) fullOfBuild(ctx context.Context, in *call, b buildFacts) (Reply, error) {
	if in.has("debug") {
		return Reply{}, wrong("--debug needs a step: the debug lines are in the files of the steps.", b.line("full", "stage1", "--debug"))
	}
	whole := reading{logsapi.Ascending, b.State.Finished(), buildLogs(b.task, b.build)}
	next, stop := iter.Pull2(c.pages(ctx, whole))
	_, err, some := next()
	stop()
	if err != nil {
		return Reply{}, b.unreadable(err)
	}
	if !some {
		return Reply{}, wrong(fmt.Sprintf("The log of %s is empty so far.", b.name()), b.line("full", everyStep))
	}
	return Reply{
		Heading: "The whole log of " + b.name(),
		File: c.file(fileName(b.task.name, fmt.Sprint(b.build)), func(ctx context.Context) (io.ReadCloser, error) {
			return c.openPages(ctx, whole)
		}),
	}, nil
}

// fullOfStep maps task and build to the record whose files the service keeps.
func (c *Commands) fullOfStep(ctx context.Context, in *call, b buildFacts) (Reply, error) {
	var err error
	if b.Record, err = c.builds.Record(ctx, b.task.id, b.build); err != nil || b.Record.ID == "" {
		return Reply{}, b.withoutRecord(err, in.words[2])
	}
	s, err := c.step(ctx, in, b, in.words[2])
	if err != nil {
		return Reply{}, err
	}
	return c.stepFile(b, s, in.has("debug")), nil
}

// stepFile is the file of a step of a build whose record is known.
func (c *Commands) stepFile(b buildFacts, s step, debug bool) Reply {
	name := []string{b.task.name, fmt.Sprint(b.build), stage(s.position)}
	if s.name != "" {
		name = append(name, strings.ToLower(s.name))
	}
	heading := fmt.Sprintf("Step %d of %s", s.position, b.name())
	if s.name != "" {
		heading = fmt.Sprintf("Step %q of %s", s.name, b.name())
	}
	return c.recordFile(logsapi.StepFile{RecordID: b.Record.ID, Step: s.position, Debug: debug}, heading, name...)
}

// withoutRecord says how to get the file where the service does not tell which
// record the build has.
func (b buildFacts) withoutRecord(err error, step string) error {
	if err != nil && !logsapi.OutOfReach(err) {
		return b.unreadable(err)
	}
	p := wrong(fmt.Sprintf("The file of a step needs the record id of %s, and the service did not tell it. Give the record id (36 characters) yourself, or take the whole log:", b.name()),
		"full RECORD "+step, b.line("full", everyStep))
	p.cause = err
	return p
}

// fullOfRecord sends a step's file by the record's id. A record does not say
// which task it belongs to, so only those who may read every task get it.
func (c *Commands) fullOfRecord(in *call) (Reply, error) {
	if len(in.words) != 2 {
		return Reply{}, wrong("A record needs one step: full RECORD STEP.", exampleLines(in.verb)...)
	}
	step, ok := stepPosition(in.words[1])
	if !ok {
		return Reply{}, unknownStep(in, in.words[1], nil, nil)
	}
	record := strings.ToLower(in.words[0])
	if !c.access.Allows(in.request.Channel, in.request.User, access.Task{ID: record}) {
		return Reply{}, denied(in)
	}
	return c.recordFile(logsapi.StepFile{RecordID: record, Step: step, Debug: in.has("debug")},
		fmt.Sprintf("Step %d of record %s", step, record), record[:8], stage(step)), nil
}

func (c *Commands) recordFile(f logsapi.StepFile, title string, name ...string) Reply {
	if f.Debug {
		name = append(name, "debug")
		title += ", with debug lines"
	}
	return Reply{Heading: title, File: c.file(fileName(name...), func(ctx context.Context) (io.ReadCloser, error) {
		return c.logs.OpenStepFile(ctx, f)
	})}
}

// openPages reads a log page by page as one stream.
func (c *Commands) openPages(ctx context.Context, r reading) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(ctx)
	next, stop := iter.Pull2(c.pages(ctx, r))
	return &pageReader{next: next, stop: func() { cancel(); stop() }}, nil
}

// pageReader is a log as a stream. It holds one page at a time.
type pageReader struct {
	next func() (logPage, error, bool)
	stop func()
	last string // the page before rest
	rest string
	err  error
}

func (r *pageReader) Read(p []byte) (int, error) {
	for r.rest == "" && r.err == nil {
		page, err, ok := r.next()
		switch {
		case !ok:
			r.err = io.EOF
		case err != nil:
			r.err = err
		default:
			r.rest = logsapi.Seam(r.last, page.Text) + page.Text
			r.last = page.Text
		}
	}
	if r.rest == "" {
		return 0, r.err
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *pageReader) Close() error {
	r.stop()
	return nil
}

// fileName joins the parts to a name that every system accepts: letters and
// digits of any script, dots and underscores stay, all else becomes a hyphen.
func fileName(parts ...string) string {
	safe := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, strings.Join(parts, "-"))
	return strings.Trim(safe, "-.") + ".log"
}
