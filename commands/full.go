package commands

import (
	"context"
	"errors"
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
		does:  "the log as a file: one step, or the whole build",
		more:  "STEP is its position in the build: 3 or stage3. RECORD is the 36-character id of one build.",
		examples: []Example{
			{Line: "full web 128 stage3", Does: "the log file of step 3"},
			{Line: "full web 128", Does: "the log of all steps"},
		},
		flags: []flag{{name: "debug", does: "the step's file with debug lines"}},
		min:   2, max: 3,
		run: runFull,
	}
}

func runFull(ctx context.Context, c *Commands, in *call) (Reply, error) {
	if logsapi.IsRecordID(strings.ToLower(in.words[0])) {
		return c.fullOfRecord(in)
	}
	t, build, err := c.build(in)
	if err != nil {
		return Reply{}, err
	}
	b := buildFacts{task: t, build: build}
	if len(in.words) == 3 {
		return c.fullOfStep(ctx, in, b)
	}
	if in.has("debug") {
		return Reply{}, wrong("--debug needs a step: the debug lines are in the files of the steps.", b.line("full", "stage1", "--debug"))
	}
	// The first page decides whether there is anything to send, before a file
	// is promised.
	logs := buildLogs(t, build)
	next, stop := iter.Pull2(c.pages(ctx, logsapi.Ascending, logs...))
	_, err, some := next()
	stop()
	if err != nil {
		return Reply{}, b.unreadable(err)
	}
	if !some {
		return Reply{}, wrong(fmt.Sprintf("The log of %s is empty so far.", b.name()), b.line("full"))
	}
	return Reply{
		Heading: "The whole log of " + b.name(),
		File: c.file(fileName(t.name, fmt.Sprint(build)), func(ctx context.Context) (io.ReadCloser, error) {
			return c.openPages(ctx, logs...)
		}),
	}, nil
}

// fullOfStep maps task and build to the record whose files the service keeps.
func (c *Commands) fullOfStep(ctx context.Context, in *call, b buildFacts) (Reply, error) {
	step, err := stepNumber(in, in.words[2])
	if err != nil {
		return Reply{}, err
	}
	record, err := c.builds.Record(ctx, b.task.id, b.build)
	if err != nil || record.ID == "" {
		return Reply{}, b.withoutRecord(err, step)
	}
	return c.stepFile(logsapi.StepFile{RecordID: record.ID, Step: step, Debug: in.has("debug")},
		fmt.Sprintf("Step %d of %s", step, b.name()), b.task.name, fmt.Sprint(b.build), fmt.Sprintf("stage%d", step)), nil
}

// withoutRecord says how to get the file where the service does not tell which
// record the build has.
func (b buildFacts) withoutRecord(err error, step int) error {
	if errors.Is(err, logsapi.ErrNotFound) {
		return b.unreadable(err)
	}
	p := wrong(fmt.Sprintf("The file of a step needs the record id of %s, and the service did not tell it. Give the record id (36 characters) yourself, or take the whole log:", b.name()),
		fmt.Sprintf("full RECORD stage%d", step), b.line("full"))
	p.cause = err
	return p
}

// fullOfRecord sends a step's file by the record's id. A record does not say
// which task it belongs to, so only those who may read every task get it.
func (c *Commands) fullOfRecord(in *call) (Reply, error) {
	if len(in.words) != 2 {
		return Reply{}, wrong("A record needs one step: full RECORD STEP.", exampleLines(in.verb)...)
	}
	step, err := stepNumber(in, in.words[1])
	if err != nil {
		return Reply{}, err
	}
	record := strings.ToLower(in.words[0])
	if !c.access.Allows(in.request.Channel, in.request.User, access.Task{ID: record}) {
		return Reply{}, denied(in)
	}
	return c.stepFile(logsapi.StepFile{RecordID: record, Step: step, Debug: in.has("debug")},
		fmt.Sprintf("Step %d of record %s", step, record), record[:8], fmt.Sprintf("stage%d", step)), nil
}

func (c *Commands) stepFile(f logsapi.StepFile, title string, name ...string) Reply {
	if f.Debug {
		name = append(name, "debug")
		title += ", with debug lines"
	}
	return Reply{Heading: title, File: c.file(fileName(name...), func(ctx context.Context) (io.ReadCloser, error) {
		return c.logs.OpenStepFile(ctx, f)
	})}
}

// openPages reads the first of the logs that has text from its start, page by
// page, as one stream.
func (c *Commands) openPages(ctx context.Context, logs ...logsapi.Log) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(ctx)
	next, stop := iter.Pull2(c.pages(ctx, logsapi.Ascending, logs...))
	return &pageReader{next: next, stop: func() { cancel(); stop() }}, nil
}

// pageReader is a log as a stream. It holds one page at a time.
type pageReader struct {
	next func() (logsapi.Page, error, bool)
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
