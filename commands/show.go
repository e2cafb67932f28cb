package commands

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"logbot/logsapi"
)

const (
	// shownLines is how many lines one message shows unless more are asked for.
	shownLines = 20
	// maxShownLines keeps a message readable and under Slack's limits.
	maxShownLines = 100
	// maxShownChars is the room for log text in one message: what Slack takes
	// is about 13,000 characters (measured by others), our ceiling is 10,000
	// with the rest of the message.
	maxShownChars = 9000
	// maxSearchPages bounds a search: 1,000 pages are a million lines.
	maxSearchPages = 1000
)

var linesFlag = flag{name: "lines", value: "N", does: fmt.Sprintf("how many lines, at most %d", maxShownLines)}

func showVerb() *verb {
	return &verb{
		name:  "show",
		usage: "TASK BUILD",
		does:  "lines of the log: its start, its end, or what matches",
		examples: []Example{
			{Line: "show web 128 --tail", Does: "the last lines"},
			{Line: "show web 128 --grep timeout --context 2", Does: "every line that matches"},
		},
		flags: []flag{
			{name: "step", value: "S", does: "one step only: its name, 3 or stage3"},
			{name: "tail", does: "the end instead of the start"},
			linesFlag,
			{name: "grep", value: "RE", does: "only lines that match the expression"},
			{name: "context", value: "N", does: "lines around each match"},
		},
		min: 1, max: 2,
		run: runShow,
	}
}

func runShow(ctx context.Context, c *Commands, in *call) (Reply, error) {
	t, build, err := c.build(ctx, in)
	if err != nil {
		return Reply{}, err
	}
	b := buildFacts{task: t, build: build}
	logs, what := buildLogs(t, build), b.name()
	if in.has("step") {
		b.Record = c.record(ctx, t, build)
		s, err := c.step(ctx, in, b, in.flags["step"])
		if err != nil {
			return Reply{}, err
		}
		logs = append([]logsapi.Log{logsapi.StepLog{TaskID: t.id, Build: build, Step: s.node}}, logs...)
		what = s.label() + " of " + b.name()
	}
	r, of, err := c.show(ctx, in, what, logs)
	if err != nil {
		return Reply{}, b.unreadable(err)
	}
	if in.has("step") && of != nil && !ofStep(of) {
		r.Source += noStepLog
	}
	if len(r.Lines) > 0 {
		r.Try = append(r.Try, b.wholeLog())
	}
	return r, nil
}

// show answers with lines of the first log that has any, which it returns too.
func (c *Commands) show(ctx context.Context, in *call, what string, logs []logsapi.Log) (Reply, logsapi.Log, error) {
	switch {
	case in.has("grep"):
		r, of, err := c.search(ctx, in, logs...)
		r.Heading = fmt.Sprintf("%s in %s", quote(in.flags["grep"]), what)
		return r, of, err
	case in.has("context"):
		return Reply{}, nil, wrong("--context goes with --grep.", in.verb.name+" "+strings.Join(in.words, " ")+" --grep error --context 2")
	case in.has("tail"):
		r, of, err := c.tail(ctx, in, logs...)
		r.Heading = "The end of " + what
		return r, of, err
	}
	r, of, err := c.head(ctx, in, logs...)
	r.Heading = "The start of " + what
	return r, of, err
}

// head shows the first lines of a log.
func (c *Commands) head(ctx context.Context, in *call, logs ...logsapi.Log) (Reply, logsapi.Log, error) {
	want, err := in.number("lines", shownLines, 1, maxShownLines)
	if err != nil {
		return Reply{}, nil, err
	}
	w := window{most: want}
	pages, of, err := c.eachLine(ctx, func(number int, text string) bool {
		w.add(Line{Number: number, Text: text})
		return !w.full()
	}, logs...)
	return w.reply(pages), of, err
}

// tail shows the last lines of a log.
func (c *Commands) tail(ctx context.Context, in *call, logs ...logsapi.Log) (Reply, logsapi.Log, error) {
	want, err := in.number("lines", shownLines, 1, maxShownLines)
	if err != nil {
		return Reply{}, nil, err
	}
	var text string
	var all []string
	var of logsapi.Log
	pages := 0
	for page, err := range c.pages(ctx, reading{order: logsapi.Descending, logs: logs}) {
		if err != nil {
			return Reply{}, nil, err
		}
		pages, of = pages+1, page.of
		text = logsapi.Join(page.Text, text)
		masked, _ := c.gate.Page([]byte(text))
		all = all[:0]
		for line := range plainLines(masked) {
			all = append(all, line)
		}
		// One line more than wanted proves that the first wanted one is whole.
		if len(all) > want {
			break
		}
	}
	w := window{most: want}
	all = all[max(0, len(all)-want):]
	for i := len(all) - 1; i >= 0 && !w.full(); i-- {
		w.addFront(Line{Number: i - len(all), Text: all[i]})
	}
	return w.reply(pages), of, nil
}

// search shows the lines that match, with their neighbours, and counts all.
func (c *Commands) search(ctx context.Context, in *call, logs ...logsapi.Log) (Reply, logsapi.Log, error) {
	expression, err := regexp.Compile(in.flags["grep"])
	if err != nil {
		return Reply{}, nil, wrong(fmt.Sprintf("%s is no expression that can be searched for: %s.", quote(in.flags["grep"]), reasonOf(err)),
			in.again("grep", regexp.QuoteMeta(strings.Join(strings.Fields(in.flags["grep"]), "."))))
	}
	want, err := in.number("lines", shownLines, 1, maxShownLines)
	if err != nil {
		return Reply{}, nil, err
	}
	around, err := in.number("context", 0, 0, 10)
	if err != nil {
		return Reply{}, nil, err
	}
	w := window{most: want}
	var before []Line
	matches, after, read := 0, 0, 0
	pages, of, err := c.eachLine(ctx, func(number int, text string) bool {
		line := Line{Number: number, Text: text}
		read = number
		switch {
		case expression.MatchString(text):
			matches++
			for _, l := range before {
				w.add(l)
			}
			w.add(line)
			before, after = before[:0], around
		case after > 0:
			after--
			w.add(line)
		case around > 0:
			if len(before) == around {
				before = append(before[:0], before[1:]...)
			}
			before = append(before, line)
		}
		return true
	}, logs...)
	if err != nil {
		return Reply{}, nil, err
	}
	r := w.reply(pages)
	r.Source = count(matches, "match") + " in " + count(read, "line") + " · " + r.Source
	if matches == 0 {
		r.Body = "No line matches."
	}
	return r, of, nil
}

// reasonOf is what the expression parser had to say, without its prefix.
func reasonOf(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}

// eachLine reads a log from its start and gives out its lines with their
// numbers, until the visitor returns false or the search limit is reached.
func (c *Commands) eachLine(ctx context.Context, visit func(number int, text string) bool, logs ...logsapi.Log) (pages int, of logsapi.Log, err error) {
	number, rest := 0, ""
	emit := func(text string) bool {
		masked, _ := c.gate.Page([]byte(text))
		for line := range plainLines(masked) {
			number++
			if !visit(number, line) {
				return false
			}
		}
		return true
	}
	for page, err := range c.pages(ctx, reading{order: logsapi.Ascending, logs: logs}) {
		if err != nil {
			return pages, of, err
		}
		pages, of = pages+1, page.of
		text := logsapi.Join(rest, page.Text)
		whole := strings.LastIndexByte(text, '\n') + 1
		rest = text[whole:]
		if !emit(text[:whole]) || pages == maxSearchPages {
			return pages, of, nil
		}
	}
	emit(rest)
	return pages, of, nil
}

// window collects lines up to a number and to the room in a message.
type window struct {
	most  int
	chars int
	lines []Line
	left  bool // something was left out for lack of room
}

func (w *window) full() bool { return len(w.lines) >= w.most || w.left }

func (w *window) fits(l *Line) bool {
	l.Text = cutMiddle(l.Text, maxLineChars)
	n := len([]rune(l.Text)) + 8
	if w.full() || w.chars+n > maxShownChars {
		w.left = true
		return false
	}
	w.chars += n
	return true
}

func (w *window) add(l Line) {
	if w.fits(&l) {
		w.lines = append(w.lines, l)
	}
}

func (w *window) addFront(l Line) {
	if w.fits(&l) {
		w.lines = append([]Line{l}, w.lines...)
	}
}

func (w *window) reply(pages int) Reply {
	r := Reply{Lines: w.lines}
	if len(w.lines) == 0 {
		r.Body = "There is no log text so far."
		return r
	}
	r.Source = "read " + count(pages, "page")
	if w.left {
		r.Source = count(len(w.lines), "line") + " shown · " + r.Source
	}
	if n := hidden(w.lines); n > 0 {
		r.Source += " · " + count(n, "value") + " hidden"
	}
	return r
}

// maxLineChars is how much of one long line is shown.
const maxLineChars = 500

// cutMiddle shortens s to at most n characters, keeping its start and its end.
func cutMiddle(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	head := (n - 1) * 2 / 3
	return string(r[:head]) + "…" + string(r[len(r)-(n-1-head):])
}
