package commands

import (
	"context"
	"slices"
	"strconv"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// partFlags say which part of a log is shown.
func partFlags() []typed.Flag {
	return []typed.Flag{
		{Name: "tail", Does: texts.FlagTail.With()},
		{Name: "from", Value: "N", Does: texts.FlagFrom.With()},
		linesFlag(),
		{Name: "grep", Value: "RE", Does: texts.FlagGrep.With()},
		{Name: "context", Value: "N", Does: texts.FlagContext.With()},
		{Name: "skip", Value: "N", Does: texts.FlagSkip.With()},
	}
}

func linesFlag() typed.Flag {
	return typed.Flag{Name: "lines", Value: "N", Does: texts.FlagLines.With(read.MaxLines)}
}

// checkPart refuses flags that contradict each other.
func checkPart(in *command) error {
	for _, pair := range [][2]string{{"tail", "from"}, {"grep", "tail"}, {"grep", "from"}} {
		if in.Has(pair[0]) && in.Has(pair[1]) {
			return typed.Wrong(texts.Together.With(pair[0], pair[1]), in.Without(pair[1]).Line())
		}
	}
	for _, with := range []string{"context", "skip"} {
		if in.Has(with) && !in.Has("grep") {
			return typed.Wrong(texts.GoesWith.With(with, "grep"), in.Again("grep", "error"))
		}
	}
	return nil
}

// showPart answers with the part of the first log of what that has any text. It
// returns that log, too; nil if none has.
func showPart(ctx context.Context, r read.Reader, in *command, name texts.Phrase, what read.Request) (reply.Reply, logsapi.Log, error) {
	if in.Has("grep") {
		return showMatches(ctx, r, in, name, what)
	}
	want, err := in.Number("lines", read.DefaultLines, 1, read.MaxLines)
	if err != nil {
		return reply.Reply{}, nil, err
	}
	from, err := in.firstLine(want)
	if err != nil {
		return reply.Reply{}, nil, err
	}
	p := part{in: in, from: from, want: want, window: read.Window{Most: want}}
	if from > 0 {
		err = p.readForward(ctx, r, what)
	} else {
		err = p.readBackward(ctx, r, what)
	}
	if err != nil {
		return reply.Reply{}, nil, err
	}
	answer, err := p.answer(name)
	return answer, p.seen.Log, err
}

// firstLine is the number of the first line to show.
func (in *command) firstLine(want int) (int, error) {
	text, ok := in.Flags["from"]
	switch {
	case in.Has("tail"):
		return -want, nil
	case !ok:
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n == 0 || n > maxPosition || n < -maxPosition {
		return 0, typed.Wrong(texts.NoPosition.With(texts.Quote(text)), in.Again("from", "1"))
	}
	return n, nil
}

// maxPosition is the furthest line that can be asked for.
const maxPosition = read.MaxPages * logsapi.PageLines

// part is the lines of a log from one on.
type part struct {
	in           *command
	from, want   int // from is negative if it counts from the end
	window       read.Window
	seen         read.Walk
	older, newer bool // there are lines before and behind those shown
}

func (p *part) readForward(ctx context.Context, r read.Reader, what read.Request) (err error) {
	p.older = p.from > 1
	p.seen, err = r.Forward(ctx, what, p.from-1, func(number int, text string) bool {
		if !p.window.Add(lines.Line{Number: number, Text: text}) {
			p.newer = true
		}
		return !p.newer
	})
	return err
}

// readBackward fills the window from its last line on, so that for lack of room
// the older lines are missing, which Older shows.
func (p *part) readBackward(ctx context.Context, r read.Reader, what read.Request) (err error) {
	last := min(p.from+p.want-1, -1)
	p.newer = last < -1
	p.seen, err = r.Backward(ctx, what, -last-1, func(number int, text string) bool {
		if number < p.from || !p.window.Add(lines.Line{Number: number, Text: text}) {
			p.older = true
		}
		return !p.older
	})
	slices.Reverse(p.window.Lines)
	return err
}

func (p *part) answer(name texts.Phrase) (reply.Reply, error) {
	in, shown := p.in, p.window.Lines
	r := reply.Reply{Lines: shown}
	switch {
	case in.Has("tail"):
		r.Heading = in.say(texts.EndOf, name)
	case p.from == 1:
		r.Heading = in.say(texts.StartOf, name)
	default:
		r.Heading = in.say(texts.LogOf, name)
	}
	switch {
	case p.seen.Log == nil:
		r.Body = in.say(texts.NoLogText)
		return r, nil
	case len(shown) == 0 && p.seen.Limited:
		return reply.Reply{}, typed.Wrong(texts.ReadLimit.With(texts.Page.Count(p.seen.Pages), p.from), in.Without("from").Again("tail", ""))
	case len(shown) == 0 && p.seen.Cut != nil:
		return reply.Reply{}, p.seen.Cut
	case len(shown) == 0:
		return reply.Reply{}, typed.Wrong(texts.NoLine.With(texts.LineNoun.Count(p.seen.Lines), p.from), in.Without("from").Again("tail", ""))
	}
	first, last := span(shown)
	var parts []any
	switch {
	case first < 0:
		parts = append(parts, texts.LinesFromEnd.With(-first, -last))
	case p.seen.Whole:
		parts = append(parts, texts.LinesOf.With(first, last, texts.Thousands(p.seen.Lines)))
	default:
		parts = append(parts, texts.LinesFrom.With(first, last))
	}
	switch {
	case p.seen.Cut != nil && first < 0:
		parts = append(parts, texts.CutBefore.With(typed.Briefly(p.seen.Cut)))
	case p.seen.Cut != nil:
		p.newer = true // perhaps on the next try
		parts = append(parts, texts.CutAfter.With(typed.Briefly(p.seen.Cut)))
	}
	if p.window.Left {
		parts = append(parts, texts.NoRoom)
	}
	r.Failure = failureOf(p.seen.Cut)
	r.Source = texts.Join(texts.Dot, append(parts, hidden(r)...)...).In(in.request.Lang)
	if p.older {
		before := first - p.want
		if first > 0 {
			before = max(1, before)
		}
		r.Try = append(r.Try, p.page(before, texts.DoesOlder, texts.Older))
	}
	if p.newer {
		r.Try = append(r.Try, p.page(last+1, texts.DoesNewer, texts.Newer))
	}
	return r, nil
}

// page is a button to another part of the log.
func (p *part) page(from int, does, button texts.Text) reply.Example {
	return reply.Example{
		Line: p.in.Without("tail").Again("from", strconv.Itoa(from)),
		Does: p.in.say(does), Button: p.in.say(button), Place: reply.InPlace,
	}
}
