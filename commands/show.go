package commands

import (
	"context"
	"strconv"

	"logbot/commands/texts"
	"logbot/logsapi"
)

var (
	linesFlag = flag{name: "lines", value: "N", does: texts.FlagLines.With(maxShownLines)}
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

func runShow(ctx context.Context, c *Commands, in *call) (Reply, error) {
	if err := in.checkPart(); err != nil {
		return Reply{}, err
	}
	t, build, err := c.build(ctx, in)
	if err != nil {
		return Reply{}, err
	}
	link := c.link(ctx, t, build)
	b := buildFacts{in: in, task: t, build: build, Record: c.record(ctx, t, build)}
	logs, what := buildLogs(t, build), texts.Plain(b.name())
	var beyond error
	if in.has("step") {
		s, err := c.step(ctx, in, b, in.flags["step"])
		if err != nil {
			return Reply{}, err
		}
		beyond = s.beyond
		logs = append([]logsapi.Log{logsapi.StepLog{TaskID: t.id, Build: build, Step: s.node}}, logs...)
		what = texts.StepOf.With(s.label(), b.name())
	}
	r, of, err := c.show(ctx, in, what, reading{finished: b.State.Finished(), logs: logs, meter: in.meter})
	b.link = link()
	if err != nil {
		return Reply{}, b.unreadable(err)
	}
	if beyond != nil && !ofStep(of) { // what there is, is of another step
		return Reply{}, beyond
	}
	if in.has("step") && of != nil && !ofStep(of) {
		r.Source = texts.Join(texts.Dot, r.Source, texts.NoStepLog).In(in.request.Lang)
	}
	r.Link, r.About = b.link, b.about()
	if of != nil {
		search := in.without("tail", "from", "lines", "grep", "context", "skip")
		r.Try = append(r.Try, b.wholeLog(), b.offer(search.line()+searchEnd, texts.DoesSearch, texts.Search, AskFirst))
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

// show answers with a part of the first log of r that has any text, which it
// returns too; nil where none has.
func (c *Commands) show(ctx context.Context, in *call, what texts.Phrase, r reading) (Reply, logsapi.Log, error) {
	if in.has("grep") {
		return c.search(ctx, in, what, r)
	}
	want, err := in.number("lines", shownLines, 1, maxShownLines)
	if err != nil {
		return Reply{}, nil, err
	}
	from, err := in.from(want)
	if err != nil {
		return Reply{}, nil, err
	}
	p := part{in: in, from: from, want: want, window: window{most: want}}
	if from > 0 {
		err = p.readForward(ctx, c, r)
	} else {
		err = p.readBackward(ctx, c, r)
	}
	if err != nil {
		return Reply{}, nil, err
	}
	reply, err := p.reply(what)
	return reply, p.seen.of, err
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
	if err != nil || n == 0 || abs(n) > maxPosition {
		return 0, wrong(texts.NoPosition.With(texts.Quote(text)), in.again("from", "1"))
	}
	return n, nil
}

// maxPosition is the furthest line that can be asked for.
const maxPosition = maxReadPages * logsapi.PageLines

// part is the lines of a log from one on.
type part struct {
	in           *call
	from, want   int // from is negative where it counts from the end
	window       window
	seen         seen
	older, newer bool // there are lines before and behind those shown
}

func (p *part) readForward(ctx context.Context, c *Commands, r reading) (err error) {
	p.older = p.from > 1
	p.seen, err = c.forward(ctx, r, p.from-1, func(number int, text string) bool {
		if !p.window.add(Line{Number: number, Text: text}) {
			p.newer = true
		}
		return !p.newer
	})
	return err
}

// readBackward fills the window from its last line on, so that for lack of room
// the older lines are missing, which Older shows.
func (p *part) readBackward(ctx context.Context, c *Commands, r reading) (err error) {
	last := min(p.from+p.want-1, -1)
	p.newer = last < -1
	p.seen, err = c.backward(ctx, r, -last-1, func(number int, text string) bool {
		if number < p.from || !p.window.add(Line{Number: number, Text: text}) {
			p.older = true
		}
		return !p.older
	})
	reverse(p.window.lines)
	return err
}

func reverse(lines []Line) {
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
}

func (p *part) reply(what texts.Phrase) (Reply, error) {
	in, shown := p.in, p.window.lines
	r := Reply{Lines: shown}
	switch {
	case in.has("tail"):
		r.Heading = in.say(texts.EndOf, what)
	case p.from == 1:
		r.Heading = in.say(texts.StartOf, what)
	default:
		r.Heading = in.say(texts.LogOf, what)
	}
	switch {
	case p.seen.of == nil:
		r.Body = in.say(texts.NoLogText)
		return r, nil
	case len(shown) == 0 && p.seen.limit:
		return Reply{}, wrong(texts.ReadLimit.With(texts.Page.Count(p.seen.pages), p.from), in.without("from").again("tail", ""))
	case len(shown) == 0:
		return Reply{}, wrong(texts.NoLine.With(texts.LineNoun.Count(p.seen.lines), p.from), in.without("from").again("tail", ""))
	}
	first, last := span(shown)
	var parts []any
	switch {
	case first < 0:
		parts = append(parts, texts.LinesFromEnd.With(-first, -last))
	case p.seen.whole:
		parts = append(parts, texts.LinesOf.With(first, last, texts.Thousands(p.seen.lines)))
	default:
		parts = append(parts, texts.LinesFrom.With(first, last))
	}
	if p.window.left {
		parts = append(parts, texts.NoRoom)
	}
	r.Source = texts.Join(texts.Dot, append(parts, wasRead(p.seen.pages, shown)...)...).In(in.request.Lang)
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
func (p *part) turn(from int, does, button texts.Text) Example {
	return Example{
		Line: p.in.without("tail").again("from", strconv.Itoa(from)),
		Does: p.in.say(does), Button: p.in.say(button), Place: InPlace,
	}
}
