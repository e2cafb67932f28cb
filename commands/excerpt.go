package commands

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"logbot/commands/excerpt"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/testlog"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/commands/verdict"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
	"logbot/logsapi/lines"
)

// notes are what is to be said of the log that an excerpt is from.
type notes struct {
	noStep bool            // the step has no log of its own
	early  bool            // its end is missing
	tests  *testlog.Report // those that it tells of; nil if they were not looked for
	// verdict says what is known of the failure besides it, in so many columns, as
	// verdict.Says does; nil for nothing.
	verdict func(lang texts.Lang, columns int) verdict.Said
}

// explain completes the card that an excerpt explains: the reason, the modules and the
// tests that failed, and the lines. If the caller did not ask for a number of lines, as
// many of them as have room on a phone, and a button for the rest. green is the build of
// which the card says by then that it succeeded; 0 for none.
func (in *command) explain(r *reply.Reply, found read.Explained, want int, n notes) (green int64) {
	r.Rateable = true
	chosen := excerptOf{Lines: slices.Clone(found.Lines)}
	if found.Sure() {
		r.Reason, chosen.reason = bareReason(found.Reason.Text), found.Reason.Number
	}
	if modules := modulesIn(found.Text, found.Whole); len(modules) > 0 {
		chosen.add(r, modules)
		names := make(texts.Names, len(modules))
		for i, m := range modules {
			names[i] = m.says().In(in.request.Lang)
		}
		says := in.say(texts.ThatFailed, texts.ModuleNoun.Count(len(modules)), names)
		r.Parts = dotted(r.Parts, says)
	}
	if n.tests == nil {
		tests := testsIn(found)
		n.tests = &tests
	}
	r.Tests = in.testsLine(*n.tests, found.Whole)
	var said verdict.Said
	r.FitVerdict(func(columns int) (string, time.Time) {
		if n.verdict != nil {
			said = n.verdict(in.request.Lang, columns)
		}
		return said.Line, said.Since
	})
	if r.Verdict == said.Line { // else it was cut
		green = said.Green
	}

	all := chosen.all(in)
	r.Lines = all
	if !in.Has("lines") {
		r.Lines = chosen.fitting(reply.CardRows-r.HeadRowsTaken(), r.Reason)
	}
	whole := slices.Equal(r.Lines, all)
	if r.Reason == "" {
		mark(r.Lines, found.Reasons)
	}
	r.Source = in.source(*r, found, n)
	r.Failure = failureOf(found.Cut)
	if !whole || found.More {
		r.Try = append(r.Try, in.more(want, whole, texts.DoesMoreContext)...)
	}
	return green
}

// more offers the same with more lines, in place of the message: first the whole of
// what was found, then what stands around it. want is how many lines were asked for, and
// whole says that what was found is shown.
func (in *command) more(want int, whole bool, around texts.Text) []reply.Example {
	lines, does := read.DefaultLines, texts.DoesMore
	if whole {
		if want >= read.MaxLines {
			return nil
		}
		lines, does = min(max(2*want, 2*read.DefaultLines), read.MaxLines), around
	}
	return []reply.Example{{Line: in.Again("lines", strconv.Itoa(lines)), Does: in.say(does), Button: in.say(texts.More), Place: reply.InPlace}}
}

// excerptOf are the lines of an excerpt, in the order of the log.
type excerptOf struct {
	Lines  []excerpt.Line
	reason int // number of the line that says why; 0 if it is not known
}

// add puts in what failed first in each module, before all other lines. The first of
// them becomes the reason.
func (e *excerptOf) add(r *reply.Reply, modules []module) {
	first := true
	for rank, m := range modules {
		switch {
		case m.first.Text == "":
			continue
		case first:
			first = false
			r.Reason, e.reason = bareReason(m.first.Text), m.first.Number
		}
		at, known := slices.BinarySearchFunc(e.Lines, m.first.Number, func(l excerpt.Line, n int) int { return cmp.Compare(l.Number, n) })
		if !known {
			e.Lines = slices.Insert(e.Lines, at, excerpt.Line{Number: m.first.Number, Text: lines.ShortenMiddle(m.first.Text, reply.LineRows*reply.Columns)})
		}
		e.Lines[at].Rank = rank - len(modules)
	}
}

// all are all lines but that of the reason, with a line for what was folded behind
// them.
func (e excerptOf) all(in *command) []lines.Line {
	var out []lines.Line
	for _, l := range e.Lines {
		if l.Number == e.reason {
			continue
		}
		out = append(out, lines.Line{Number: l.Number, Text: l.Text})
		if l.Folded > 0 {
			out = append(out, lines.Line{Text: in.say(texts.MoreLikeThis, texts.MoreLines.Count(l.Folded))})
		}
		if l.Frames > 0 {
			out = append(out, lines.Line{Text: in.say(texts.FramesLeft, texts.Frame.Count(l.Frames))})
		}
	}
	return out
}

// onlyFailed is a line that says no more than the state of the build does.
var onlyFailed = lazyregexp.New(`^(?:\[\w+\] )?\s*(?:(?:Script|Process|Command) exited with (?:status|code) \d+\.?|BUILD FAILURE|BUILD FAILED|FAIL|FAILED)$`)

// fitting are the lines that explain most, but that of the reason, as far as they have
// room in so many rows of a phone, at least three. What says no more than the head does
// comes last.
func (e excerptOf) fitting(rows int, reason string) []lines.Line {
	margin := 0
	if reason == "" { // the lines that may say why are marked
		margin = len("> ")
	}
	marks := margin
	ranked := slices.DeleteFunc(slices.Clone(e.Lines), func(l excerpt.Line) bool { return l.Number == e.reason })
	for i, l := range ranked {
		margin = max(margin, marks+len(strconv.Itoa(l.Number))+1)
		if l.Rank >= 0 && sameSaid(l.Text, reason) || onlyFailed.MatchString(l.Text) {
			ranked[i].Rank += excerpt.DefaultLines
		}
	}
	slices.SortStableFunc(ranked, func(a, b excerpt.Line) int { return cmp.Compare(a.Rank, b.Rank) })
	var out []lines.Line
	for _, l := range ranked {
		text := reply.CutMiddle(l.Text, reply.LineRows*reply.Columns-margin)
		rows -= reply.Rows(strings.Repeat(" ", margin) + text)
		if rows < 0 && len(out) >= reply.LeastLines {
			break
		}
		out = append(out, lines.Line{Number: l.Number, Text: text})
	}
	slices.SortFunc(out, func(a, b lines.Line) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

// lastFitting are the last lines that have room in so many rows of a phone, at least
// three.
func lastFitting(all []lines.Line, rows int) []lines.Line {
	margin, from := 0, len(all)
	for _, l := range all {
		margin = max(margin, len(strconv.Itoa(l.Number))+1)
	}
	out := slices.Clone(all)
	for i := range slices.Backward(out) {
		out[i].Text = reply.CutMiddle(out[i].Text, reply.LineRows*reply.Columns-margin)
		rows -= reply.Rows(strings.Repeat(" ", margin) + out[i].Text)
		if rows < 0 && len(out)-from >= reply.LeastLines {
			break
		}
		from = i
	}
	return out[from:]
}

// sameSaid reports whether a line ends as the reason does, so that it says little more:
// runners print an assertion where it failed and once more in their summary.
func sameSaid(line, reason string) bool {
	line, reason = strings.TrimSpace(line), strings.TrimSpace(reason)
	same := 0
	for a, b := line, reason; a != "" && b != ""; same++ {
		ra, na := utf8.DecodeLastRuneInString(a)
		rb, nb := utf8.DecodeLastRuneInString(b)
		if ra != rb {
			break
		}
		a, b = a[:len(a)-na], b[:len(b)-nb]
	}
	const least = 16 // characters
	return same >= least && 2*same >= utf8.RuneCountInString(reason)
}

// mark marks the lines of which one may say why.
func mark(shown []lines.Line, reasons []excerpt.Line) {
	for i := range shown {
		shown[i].Match = shown[i].Number != 0 && slices.ContainsFunc(reasons, func(r excerpt.Line) bool { return r.Number == shown[i].Number })
	}
}

// testsIn are the tests that the text that was read tells of.
func testsIn(found read.Explained) testlog.Report {
	c := testlog.New(nil)
	_, _ = c.Write(found.Text) // never fails
	return c.Report()
}

// testsLine says which tests failed; empty if none did. If the log was not read from
// its start, they are not counted.
func (in *command) testsLine(found testlog.Report, whole bool) string {
	var names texts.Names
	for _, t := range found.Tests {
		if !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	counts := found.Counts
	failed := max(counts.Failed, len(names))
	switch all := failed + counts.Passed + counts.Skipped; {
	case failed == 0:
		return ""
	case whole && counts.Whole && len(names) > 0:
		return in.say(texts.FailedTests, texts.Thousands(failed), texts.TestNoun.Count(all), names)
	case whole && counts.Whole:
		return in.say(texts.FailedUnnamed, texts.Thousands(failed), texts.TestNoun.Count(all))
	case whole && failed == len(names):
		return in.say(texts.ThatFailed, texts.TestNoun.Count(failed), names)
	case len(names) > 0:
		return in.say(texts.FailedUncounted, names)
	}
	return ""
}

// source is the truthful line below the excerpt: what may change what its reader
// concludes from it.
func (in *command) source(r reply.Reply, found read.Explained, n notes) string {
	var parts []any
	if !found.Sure() && slices.ContainsFunc(r.Lines, func(l lines.Line) bool { return l.Match }) {
		parts = append(parts, texts.MayBeWhy)
	}
	if found.Cut != nil {
		parts = append(parts, texts.CutBefore.With(typed.Briefly(found.Cut)))
	}
	if n.early {
		parts = append(parts, texts.MissingAtEnd)
	}
	if n.noStep {
		parts = append(parts, texts.NoStepLog)
	}
	return texts.Join(texts.Dot, append(parts, hidden(r)...)...).In(in.request.Lang)
}

// hidden says how many values are masked in what a reply shows of a log.
func hidden(r reply.Reply) []any {
	n := redact.Masks(r.Reason)
	for _, l := range r.Lines {
		n += redact.Masks(l.Text)
	}
	if n == 0 {
		return nil
	}
	return []any{texts.Hidden.With(texts.Value.Count(n))}
}

// endsEarly reports whether the log of a build that has ended lacks the marker with
// which the service ends it.
func endsEarly(found read.Explained) bool {
	if read.IsStep(found.Log) || found.Log == nil {
		return false
	}
	if _, check := found.Log.(logsapi.CheckLog); check {
		return false
	}
	end := bytes.TrimRight(found.Text, "\r\n ")
	stamped := lines.HasStamp(end[bytes.LastIndexByte(end, '\n')+1:])
	for range endLines {
		last := bytes.LastIndexByte(end, '\n')
		if lines.EndMarker(end[last+1:]) != "" {
			return false
		}
		if last < 0 {
			break
		}
		end = bytes.TrimRight(end[:last], "\r\n ")
	}
	return stamped
}

// endLines is in how many of the last lines of a log its end marker is looked for.
const endLines = 5

// span is the numbers of the first and the last of the lines that have one.
func span(shown []lines.Line) (first, last int) {
	for _, l := range shown {
		if l.Number != 0 {
			first, last = cmp.Or(first, l.Number), l.Number
		}
	}
	return first, last
}
