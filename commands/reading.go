package commands

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"time"

	"logbot/commands/excerpt"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	// recordGrace is how long an answer that is ready waits for what the
	// service knows of the build besides its log.
	recordGrace = time.Second
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

// explained is the excerpt of a log, and what was read for it.
type explained struct {
	excerpt.Excerpt
	pages int
	log   logsapi.Log
}

// explain reads a log from its end until the failure is found. Pages pass the
// gate before a line is chosen, so that a masked block is masked whole.
func (c *Commands) explain(ctx context.Context, finished bool, logs ...logsapi.Log) (explained, error) {
	finder, newer := excerpt.FromEnd(excerpt.Options{Rules: c.rules}), ""
	var of logsapi.Log
	for page, err := range c.pages(ctx, reading{logsapi.Descending, finished, logs}) {
		if err != nil {
			return explained{}, err
		}
		text, _ := c.gate.Page([]byte(page.Text + logsapi.Seam(page.Text, newer)))
		newer, of = page.Text, page.of
		sure := finder.Prepend(text)
		if page.Last {
			finder.Started()
		}
		if sure {
			break
		}
	}
	return explained{Excerpt: finder.Excerpt(), pages: finder.Pages(), log: of}, nil
}

// later asks for something that is not needed while other work goes on. The
// result waits at most recordGrace, and is the zero value where nothing came.
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

// plainLines are the lines of a log text as people read them: without stamps, a
// platform entry led by its step, records that were glued together set apart by
// a blank.
func plainLines(text []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range bytes.Lines(text) {
			first, rest := lines.Cut(bytes.TrimRight(line, "\n"))
			plain := plainEntry(first)
			for len(rest) > 0 {
				first, rest = lines.Cut(rest)
				plain += " " + plainEntry(first)
			}
			if !yield(plain) {
				return
			}
		}
	}
}

func plainEntry(record []byte) string {
	e := lines.Parse(record)
	text := string(lines.Plain(nil, e.Text))
	if len(e.Step) > 0 {
		return "[" + stepName(string(e.Step)) + "] " + text
	}
	return text
}
