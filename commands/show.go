package commands

import (
	"context"
	"slices"
	"strconv"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

var (
	linesFlag = flag{name: "lines", value: "N", does: texts.FlagLines.With(read.MaxLines)}
	grepFlag  = flag{name: "grep", value: "RE", does: texts.FlagGrep.With()}
)

// partFlags say which part of a log is shown.
func partFlags() []flag {
	return []flag{
		{name: "tail", does: texts.FlagTail.With()},
		{name: "from", value: "N", does: texts.FlagFrom.With()},
		linesFlag,
		grepFlag,
		{name: "context", value: "N", does: texts.FlagContext.With()},
		{name: "skip", value: "N", does: texts.FlagSkip.With()},
	}
}

func showVerb() *verb {
	return &verb{
		name:  "show",
		usage: "TASK [BUILD]",
		does:  texts.ShowDoes,
		more:  texts.ShowMore,
		examples: []suggestion{
			{"show web 128 --tail", texts.ShowExampleTail.With()},
			{"show web 128 --grep timeout --context 2", texts.ShowExampleGrep.With()},
		},
		flags: append([]flag{{name: "step", value: "S", does: texts.FlagStep.With()}}, partFlags()...),
		min:   1, max: 2,
		run: runShow,
	}
}

func runShow(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	if err := in.checkPart(); err != nil {
		return reply.Reply{}, err
	}
	t, build, err := c.build(ctx, in)
	if err != nil {
		return reply.Reply{}, err
	}
	link := c.link(ctx, t, build)
	b := buildFacts{in: in, task: t, build: build, Record: c.record(ctx, t, build)}
	logs, what := read.BuildLogs(t.id, build), texts.Plain(b.name())
	var beyond error
	if in.has("step") {
		s, err := c.step(ctx, in, b, in.flags["step"])
		if err != nil {
			return reply.Reply{}, err
		}
		beyond = s.beyond
		logs = append([]logsapi.Log{logsapi.StepLog{TaskID: t.id, Build: build, Step: s.node}}, logs...)
		what = texts.StepOf.With(s.label(), b.name())
	}
	r, of, err := c.show(ctx, in, what, read.Request{Finished: b.State.Finished(), Logs: logs, Meter: in.meter})
	b.link = link()
	if err != nil {
		return reply.Reply{}, b.unreadable(err)
	}
	if beyond != nil && !read.IsStep(of) { // what there is, is of another step
		return reply.Reply{}, beyond
	}
	if in.has("step") && of != nil && !read.IsStep(of) {
		r.Source = texts.Join(texts.Dot, r.Source, texts.NoStepLog).In(in.request.Lang)
	}
	r.Link, r.About = b.link, b.about()
	if of != nil {
		search := in.without("tail", "from", "lines", "grep", "context", "skip")
		r.Try = append(r.Try, b.wholeLog(), b.offer(search.line()+searchEnd, texts.DoesSearch, texts.Search, reply.AskFirst))
	}
	return r, nil
}

// checkPart refuses flags that contradict each other.
func (in *call) checkPart() error {
	for _, pair := range [][2]string{{"tail", "from"}, {"grep", "tail"}, {"grep", "from"}} {
		if in.has(pair[0]) && in.has(pair[1]) {
			return wrong(texts.Together.With(pair[0], pair[1]), in.without(pair[1]).line())
		}
	}
	for _, with := range []string{"context", "skip"} {
		if in.has(with) && !in.has("grep") {
			return wrong(texts.GoesWith.With(with, "grep"), in.again("grep", "error"))
		}
	}
	return nil
}

// show answers with a part of the first log of r that has any text. It returns
// that log, too; nil if none has.
func (c *Commands) show(ctx context.Context, in *call, what texts.Phrase, r read.Request) (reply.Reply, logsapi.Log, error) {
	if in.has("grep") {
		return c.search(ctx, in, what, r)
	}
	want, err := in.number("lines", read.DefaultLines, 1, read.MaxLines)
	if err != nil {
		return reply.Reply{}, nil, err
	}
	from, err := in.from(want)
	if err != nil {
		return reply.Reply{}, nil, err
	}
	p := part{in: in, from: from, want: want, window: read.Window{Most: want}}
	if from > 0 {
		err = p.readForward(ctx, c, r)
	} else {
		err = p.readBackward(ctx, c, r)
	}
	if err != nil {
		return reply.Reply{}, nil, err
	}
	answer, err := p.answer(what)
	return answer, p.seen.Log, err
}

// from is the number of the first line to show.
func (in *call) from(want int) (int, error) {
	text, ok := in.flags["from"]
	switch {
	case in.has("tail"):
		return -want, nil
	case !ok:
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n == 0 || n > maxPosition || n < -maxPosition {
		return 0, wrong(texts.NoPosition.With(texts.Quote(text)), in.again("from", "1"))
	}
	return n, nil
}

// maxPosition is the furthest line that can be asked for.
const maxPosition = read.MaxPages * logsapi.PageLines

// part is the lines of a log from one on.
type part struct {
	in           *call
	from, want   int // from is negative where it counts from the end
	window       read.Window
	seen         read.Walk
	older, newer bool // there are lines before and behind those shown
}

func (p *part) readForward(ctx context.Context, c *Commands, r read.Request) (err error) {
	p.older = p.from > 1
	p.seen, err = c.reader.Forward(ctx, r, p.from-1, func(number int, text string) bool {
		if !p.window.Add(lines.Line{Number: number, Text: text}) {
			p.newer = true
		}
		return !p.newer
	})
	return err
}

// readBackward fills the window from its last line on, so that for lack of room
// the older lines are missing, which Older shows.
func (p *part) readBackward(ctx context.Context, c *Commands, r read.Request) (err error) {
	last := min(p.from+p.want-1, -1)
	p.newer = last < -1
	p.seen, err = c.reader.Backward(ctx, r, -last-1, func(number int, text string) bool {
		if number < p.from || !p.window.Add(lines.Line{Number: number, Text: text}) {
			p.older = true
		}
		return !p.older
	})
	slices.Reverse(p.window.Lines)
	return err
}

func (p *part) answer(what texts.Phrase) (reply.Reply, error) {
	in, shown := p.in, p.window.Lines
	r := reply.Reply{Lines: shown}
	switch {
	case in.has("tail"):
		r.Heading = in.say(texts.EndOf, what)
	case p.from == 1:
		r.Heading = in.say(texts.StartOf, what)
	default:
		r.Heading = in.say(texts.LogOf, what)
	}
	switch {
	case p.seen.Log == nil:
		r.Body = in.say(texts.NoLogText)
		return r, nil
	case len(shown) == 0 && p.seen.Limited:
		return reply.Reply{}, wrong(texts.ReadLimit.With(texts.Page.Count(p.seen.Pages), p.from), in.without("from").again("tail", ""))
	case len(shown) == 0:
		return reply.Reply{}, wrong(texts.NoLine.With(texts.LineNoun.Count(p.seen.Lines), p.from), in.without("from").again("tail", ""))
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
	if p.window.Left {
		parts = append(parts, texts.NoRoom)
	}
	r.Source = texts.Join(texts.Dot, append(parts, wasRead(p.seen.Pages, shown)...)...).In(in.request.Lang)
	if p.older {
		before := first - p.want
		if first > 0 {
			before = max(1, before)
		}
		r.Try = append(r.Try, p.turn(before, texts.DoesOlder, texts.Older))
	}
	if p.newer {
		r.Try = append(r.Try, p.turn(last+1, texts.DoesNewer, texts.Newer))
	}
	return r, nil
}

// turn is a button to another part of the log.
func (p *part) turn(from int, does, button texts.Text) reply.Example {
	return reply.Example{
		Line: p.in.without("tail").again("from", strconv.Itoa(from)),
		Does: p.in.say(does), Button: p.in.say(button), Place: reply.InPlace,
	}
}
