package commands

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	// recordGrace is how long an answer that is ready waits for what the
	// service knows of the build besides its log.
	recordGrace = time.Second
	// maxReadPages bounds what one command reads of a log: 1,000 pages are a
	// million lines.
	maxReadPages = 1000
	// maxCarry bounds a line that goes over several pages, in bytes. Of a longer
	// one nothing is shown.
	maxCarry = 1 << 20
	// tooLong stands for such a line.
	tooLong = "…"
)

// buildLogs are the logs that hold a whole build, in the order they are tried.
func buildLogs(t task, build int64) []logsapi.Log {
	return []logsapi.Log{
		logsapi.FinishedLog{TaskID: t.id, Build: build},
		logsapi.LiveLog{TaskID: t.id, Build: build},
	}
}

// logPage is a page and the log it is from.
type logPage struct {
	logsapi.Page
	of logsapi.Log
}

// reading is what to read and how.
type reading struct {
	order    logsapi.Order
	finished bool // the build is known to have ended
	logs     []logsapi.Log
	meter    *meter
	whole    bool // it will be read to its end, ascending
}

// pages reads the first of the logs that has any text; an empty or refused one
// gives way to the next. No page and no error means that all are empty.
func (c *Commands) pages(ctx context.Context, r reading) iter.Seq2[logPage, error] {
	return func(yield func(logPage, error) bool) {
		var refused error
		for _, log := range r.logs {
			began := false
			for page, err := range logsapi.Pages(ctx, c.logs, logsapi.PageRequest{Log: log, Order: r.order, Finished: r.finished}) {
				if err != nil && (began || final(err)) {
					yield(logPage{}, err)
					return
				}
				if err != nil {
					refused = clearer(refused, err)
					break
				}
				if page.Text == "" {
					continue
				}
				began = true
				if r.meter.page(page.Text); r.whole && r.meter.tell != nil && r.meter.Pages == aboutAfter && !page.Last {
					r.meter.About = c.about(ctx, r, log, page)
				}
				if !yield(logPage{page, log}, nil) {
					return
				}
			}
			if began {
				return
			}
		}
		if refused != nil {
			yield(logPage{}, refused)
		}
	}
}

// final reports whether an error would only repeat on another endpoint.
func final(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, logsapi.ErrUnauthorized) || errors.Is(err, logsapi.ErrThrottled)
}

// clearer is the error of two that tells the user more: that a build does not
// exist is worth more than that an endpoint does not.
func clearer(a, b error) error {
	if a == nil || errors.Is(b, logsapi.ErrNotFound) && !errors.Is(a, logsapi.ErrNotFound) {
		return b
	}
	return a
}

// later asks for something that is not needed while other work goes on. The
// result waits at most recordGrace, and is the zero value where nothing came. The
// asking ends with the wait, at the latest with ctx, that is with the verb.
func later[T any](ctx context.Context, ask func(context.Context) (T, error)) (wait func() T) {
	ctx, cancel := context.WithCancel(ctx)
	found := make(chan T, 1)
	go func() {
		answer, err := ask(ctx)
		if err != nil {
			answer = *new(T)
		}
		found <- answer
	}()
	return func() T {
		defer cancel()
		select {
		case answer := <-found:
			return answer
		case <-time.After(recordGrace):
			return *new(T)
		}
	}
}

// seen is what a walk over the lines of a log has come by.
type seen struct {
	of    logsapi.Log // which log had text; nil where none had any
	pages int
	lines int  // passed or visited
	whole bool // the walk came to the other end of the log
	limit bool // it ended because a command reads no more
}

// forward walks over a log from its start and gives out its lines with their
// numbers, but for the first skip ones, until the visitor returns false. Lines
// pass the gate whole, before they are seen.
func (c *Commands) forward(ctx context.Context, r reading, skip int, visit func(number int, text string) bool) (seen, error) {
	r.order = logsapi.Ascending
	var s seen
	emit := func(text string) bool {
		masked, _ := c.gate.Page([]byte(text))
		if n := countLines(masked); s.lines+n <= skip {
			s.lines += n
			return true
		}
		for line := range bytes.Lines(masked) {
			if s.lines++; s.lines > skip && !visit(s.lines, plainLine(line)) {
				return false
			}
		}
		return true
	}
	rest, long := "", false // the start of a line that is not complete
	for page, err := range c.pages(ctx, r) {
		if err != nil {
			return s, err
		}
		s.pages, s.of = s.pages+1, page.of
		text := logsapi.Join(rest, page.Text)
		whole := strings.LastIndexByte(text, '\n') + 1
		if whole > 0 && long {
			text, long = tooLong+text[strings.IndexByte(text, '\n'):], false
			whole = strings.LastIndexByte(text, '\n') + 1
		}
		rest = text[whole:]
		if len(rest) > maxCarry {
			rest, long = tooLong, true
		}
		if !emit(text[:whole]) {
			return s, nil
		}
		if err := ctx.Err(); err != nil {
			return s, err
		}
		if s.pages == maxReadPages && !page.Last {
			s.limit = true
			return s, nil
		}
	}
	if long {
		rest = tooLong
	}
	s.whole = emit(rest)
	return s, nil
}

// backward is forward from the end of the log towards its start; the last line
// has the number -1.
func (c *Commands) backward(ctx context.Context, r reading, skip int, visit func(number int, text string) bool) (seen, error) {
	r.order = logsapi.Descending
	var s seen
	emit := func(text string) bool {
		masked, _ := c.gate.Page([]byte(text))
		if n := countLines(masked); s.lines+n <= skip {
			s.lines += n
			return true
		}
		var all [][]byte
		for line := range bytes.Lines(masked) {
			all = append(all, line)
		}
		for i := len(all) - 1; i >= 0; i-- {
			if s.lines++; s.lines > skip && !visit(-s.lines, plainLine(all[i])) {
				return false
			}
		}
		return true
	}
	newer, rest, long := "", "", false // the page behind, and its first line, which may be cut
	for page, err := range c.pages(ctx, r) {
		if err != nil {
			return s, err
		}
		s.pages, s.of = s.pages+1, page.of
		text := page.Text + logsapi.Seam(page.Text, newer) + rest
		newer, rest = page.Text, ""
		if begin := strings.LastIndexByte(page.Text, '\n') + 1; long && (begin > 0 || page.Last) {
			text, long = page.Text[:begin]+tooLong+"\n", false
		}
		if !page.Last {
			first := strings.IndexByte(text, '\n') + 1
			if first == 0 {
				first = len(text)
			}
			if rest, text = text[:first], text[first:]; len(rest) > maxCarry || long {
				rest, long = "", true
			}
		}
		if !emit(text) {
			return s, nil
		}
		if err := ctx.Err(); err != nil {
			return s, err
		}
		if s.pages == maxReadPages && !page.Last {
			s.limit = true
			return s, nil
		}
	}
	if long {
		rest = tooLong
	}
	s.whole = emit(rest)
	return s, nil
}

// countLines is how many lines bytes.Lines gives out.
func countLines(text []byte) int {
	n := bytes.Count(text, []byte{'\n'})
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}

// plainLine is a line of a log as people read it: without stamps, a platform
// entry led by its step, records that were glued together set apart by a blank.
func plainLine(line []byte) string {
	first, rest := lines.Cut(bytes.TrimRight(line, "\n"))
	plain := plainEntry(first)
	for len(rest) > 0 {
		first, rest = lines.Cut(rest)
		plain += " " + plainEntry(first)
	}
	return plain
}

func plainEntry(record []byte) string {
	e := lines.Parse(record)
	text := string(lines.Plain(nil, e.Text))
	if len(e.Step) > 0 {
		return "[" + stepName(string(e.Step)) + "] " + text
	}
	return text
}
