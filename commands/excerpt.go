package commands

import (
	"cmp"
	"slices"
	"strconv"

	"logbot/commands/excerpt"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi/lines"
)

// explain adds an excerpt to the reply that it explains, of want lines, and an
// example that asks for more.
func (in *command) explain(r *reply.Reply, found read.Explained, want int, noStep bool) {
	r.Rateable = true
	r.Lines = chosen(in, found.Lines)
	switch {
	case found.Sure():
		r.Reason = found.Reason.Text
	case len(found.Reasons) > 0:
		mark(r.Lines, found.Reasons)
	}
	r.Source = in.source(r.Lines, found, noStep)
	r.Failure = failureOf(found.Cut)
	if found.More {
		more := min(max(2*want, 2*read.DefaultLines), read.MaxLines)
		r.Try = append(r.Try, reply.Example{
			Line: in.Again("lines", strconv.Itoa(more)),
			Does: in.say(texts.DoesMoreContext), Button: in.say(texts.MoreContext), Place: reply.InPlace,
		})
	}
}

// mark marks the lines of which one may say why.
func mark(shown []lines.Line, reasons []excerpt.Line) {
	for i := range shown {
		shown[i].Match = shown[i].Number != 0 && slices.ContainsFunc(reasons, func(r excerpt.Line) bool { return r.Number == shown[i].Number })
	}
}

// chosen turns the lines of an excerpt into those of a reply, with a line for
// what was folded behind them.
func chosen(in *command, from []excerpt.Line) []lines.Line {
	var out []lines.Line
	for _, l := range from {
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

// source is the truthful last line: which lines are shown, how much was read
// for them, and how many values are masked in them.
func (in *command) source(shown []lines.Line, found read.Explained, noStep bool) string {
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
	if !found.Sure() && slices.ContainsFunc(shown, func(l lines.Line) bool { return l.Match }) {
		parts = append(parts, texts.MayBeWhy)
	}
	parts = append(parts, wasRead(found.Pages, shown)...)
	if found.Cut != nil {
		parts = append(parts, texts.CutBefore.With(typed.Briefly(found.Cut)))
	}
	if noStep {
		parts = append(parts, texts.NoStepLog)
	}
	return texts.Join(texts.Dot, parts...).In(in.request.Lang)
}

// wasRead is how many pages were read for the shown lines, and how many values
// are hidden in them.
func wasRead(pages int, shown []lines.Line) []any {
	parts := []any{texts.ReadPages.With(texts.Page.Count(pages))}
	n := 0
	for _, l := range shown {
		n += redact.Masks(l.Text)
	}
	if n > 0 {
		parts = append(parts, texts.Hidden.With(texts.Value.Count(n)))
	}
	return parts
}

// wasWalked is wasRead of a walk, which may have been over a file.
func wasWalked(seen read.Walk, shown []lines.Line) []any {
	parts := wasRead(seen.Pages, shown)
	if seen.File {
		parts[0] = texts.ReadFile
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
