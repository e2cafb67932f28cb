package commands

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"logbot/commands/excerpt"
	"logbot/commands/green"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/testlog"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	// defaultTests is how many failed tests are shown, three lines each, and maxTests
	// how many may be asked for.
	defaultTests, maxTests = 8, 30
	// maxTestLog bounds what is read of a log, in bytes. The log streams through; this
	// bounds the time.
	maxTestLog = 512 << 20
	// testLine bounds a line about a test, in columns: two rows of a phone.
	testLine = 2 * phoneColumns
)

func testsVerb(s service, r read.Reader, g *green.Finder) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     "tests",
			Also:     []string{"测试", "测试结果", "用例", "单测"},
			Usage:    "TASK [BUILD]",
			Does:     texts.TestsDoes,
			More:     texts.TestsMore,
			Examples: []typed.Suggestion{{Line: "tests web", Does: texts.TestsExample.With()}},
			Flags:    []typed.Flag{{Name: "lines", Value: "N", Does: texts.FlagTests.With(maxTests)}},
			Min:      1, Max: 2,
		},
		names: aBuild,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			want, err := in.Number("lines", defaultTests, 1, maxTests)
			if err != nil {
				return reply.Reply{}, err
			}
			link, list := s.link(ctx, in), s.list(ctx, in)
			b := s.record(ctx, in)
			b.link = link()
			b.adopt(list())
			if !b.noLog().Empty() {
				return b.notRun(), nil
			}
			lines := &excerpt.Seen{}
			found, err := readTests(ctx, r, lines, read.Request{
				Finished: b.State.Finished(), Edition: b.Edition(), Logs: read.BuildLogs(in.task.ID(), in.build), Meter: in.meter, Record: b.Record.ID,
			})
			if err != nil {
				return reply.Reply{}, s.missing(ctx, b, err)
			}
			if b.State == logsapi.Succeeded && found.cut == nil && !found.limited {
				g.Keep(in.task.ID(), in.build, lines)
			}
			return b.testList(found, want), nil
		},
	}
}

// testsRead are the tests that a log tells of, and how much of it was read.
type testsRead struct {
	testlog.Report
	some    bool  // the log has text
	limited bool  // maxTestLog was read, and there is more
	cut     error // why the rest could not be read; nil if it could
}

// readTests reads a whole log, masked, and holds only what the collector and lines do.
func readTests(ctx context.Context, r read.Reader, lines *excerpt.Seen, what read.Request) (testsRead, error) {
	body := r.Open(ctx, what)
	defer body.Close()
	collector := testlog.New(nil)
	masked := r.Gate.Reader(body)
	n, err := io.Copy(io.MultiWriter(collector, lines), io.LimitReader(masked, maxTestLog))
	what.Meter.Expose(read.Found(masked.Findings(), false)...)
	switch {
	case ctx.Err() != nil:
		return testsRead{}, ctx.Err()
	case err != nil && (n == 0 || errors.Is(err, logsapi.ErrForbidden)):
		return testsRead{}, err
	}
	if err := lines.Close(); err != nil {
		return testsRead{}, err
	}
	return testsRead{Report: collector.Report(), some: n > 0, limited: n == maxTestLog, cut: err}, nil
}

// testList is the reply that names the failed tests.
func (b buildFacts) testList(found testsRead, want int) reply.Reply {
	in := b.in
	says := func(p texts.Phrase) string { return p.In(in.request.Lang) }
	r := reply.Reply{Context: b.contextParts(), Started: b.Started, Link: b.link, About: b.about()}
	counts := found.Counts
	failed := max(counts.Failed, len(found.Tests))
	all := failed + counts.Passed + counts.Skipped
	name := texts.Plain(b.name())
	if b.State != logsapi.Unknown {
		r.Sign = textsOf(b.State).sign
	}
	switch {
	case failed > 0 && counts.Whole:
		r.Heading = in.say(texts.TestsFailedOf, name, texts.Thousands(failed), texts.TestNoun.Count(all))
	case failed > 0:
		r.Heading = in.say(texts.TestsFailed, name, texts.TestNoun.Count(failed))
	case all == 0:
		r.Heading = in.say(texts.TestsNone, name)
	case counts.Skipped == all:
		r.Heading = in.say(texts.TestsSkipped, name, texts.TestNoun.Count(all))
	default:
		r.Heading = in.say(texts.TestsPassed, name)
	}

	var source, body []any
	switch {
	case all > 0 && counts.Whole:
		source = append(source, texts.TestsCounts.With(texts.Thousands(counts.Passed), texts.Thousands(counts.Skipped)))
	case all > 0:
		source = append(source, texts.TestsNotCounted)
	case found.some:
		body = append(body, texts.TestsUnknown.With(texts.Names(testlog.Embedded().Runners())))
	default:
		body = append(body, texts.NoLogText)
	}
	shown := found.Tests[:min(want, len(found.Tests))]
	if left := len(found.Tests) - len(shown); left > 0 {
		source = append(source, texts.TestsMoreNamed.With(texts.MoreTest.Count(left)))
	}
	if unnamed := failed - len(found.Tests); unnamed > 0 {
		source = append(source, texts.TestsUnnamed.With(texts.MoreTest.Count(unnamed)))
	}
	switch {
	case found.cut != nil:
		source = append(source, texts.TestsCut.With(typed.Briefly(found.cut)))
	case found.limited:
		source = append(source, texts.TestsLimit.With(strconv.Itoa(maxTestLog>>20)+" MB"))
	case !b.State.Finished() && b.State != logsapi.Unknown:
		body = append(body, texts.TestsSoFar)
	case failed == 0 && all > 0 && isBad(b.State):
		body = append(body, texts.TestsOther)
	}
	for _, t := range shown {
		r.Lines = append(r.Lines, testLines(t)...)
	}
	r.Source = says(texts.Join(texts.Dot, source...))
	r.Body = says(texts.Join(texts.Nothing, body...))
	full, left := b.wholeLog(), len(found.Tests) > len(shown) && want < maxTests
	if b.State != logsapi.Succeeded {
		r.Try = append(r.Try, b.offer(b.line(typed.Fail), texts.DoesWhy, texts.Why, reply.InThread))
		if left {
			full.Menu = worthStepLog
		}
	}
	r.Try = append(r.Try, full)
	if left {
		r.Try = append(r.Try, reply.Example{
			Line: in.Again("lines", strconv.Itoa(min(len(found.Tests), maxTests))), Does: in.say(texts.DoesMoreTests), Button: in.say(texts.MoreTests), Place: reply.InPlace,
		})
	}
	r.Try = append(r.Try, b.menu(worthSteps, b.line("steps"), texts.StepsDoes.With(), texts.AllSteps.With(), reply.InThread))
	return r
}

// testLines say a failed test in at most three lines: its name, where it is, what it
// says.
func testLines(t testlog.Test) []lines.Line {
	out := []lines.Line{{Text: within("✗ "+t.Name, testLine)}}
	suite := t.Suite
	if strings.HasPrefix(t.At, suite) {
		suite = ""
	}
	if at := dotted(suite, t.At); at != "" {
		out = append(out, lines.Line{Text: within("  "+at, testLine)})
	}
	if t.Says != "" {
		out = append(out, lines.Line{Text: within("  "+t.Says, testLine)})
	}
	return out
}
