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

// pages reads the first of the logs that has any text; an empty or refused one
// gives way to the next. No page and no error means that all are empty.
func (c *Commands) pages(ctx context.Context, order logsapi.Order, logs ...logsapi.Log) iter.Seq2[logsapi.Page, error] {
	return func(yield func(logsapi.Page, error) bool) {
		var refused error
		for _, log := range logs {
			began := false
			for page, err := range logsapi.Pages(ctx, c.logs, logsapi.PageRequest{Log: log, Order: order}) {
				if err != nil && (began || final(err)) {
					yield(logsapi.Page{}, err)
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
				if !yield(page, nil) {
					return
				}
			}
			if began {
				return
			}
		}
		if refused != nil {
			yield(logsapi.Page{}, refused)
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

// explained is the excerpt of a log, and how many pages were read for it.
type explained struct {
	excerpt.Excerpt
	pages int
}

// explain reads a log from its end until the failure is found. Pages pass the
// gate before a line is chosen, so that a masked block is masked whole.
func (c *Commands) explain(ctx context.Context, logs ...logsapi.Log) (explained, error) {
	finder, newer := excerpt.FromEnd(excerpt.Options{}), ""
	for page, err := range c.pages(ctx, logsapi.Descending, logs...) {
		if err != nil {
			return explained{}, err
		}
		text, _ := c.gate.Page([]byte(page.Text + logsapi.Seam(page.Text, newer)))
		newer = page.Text
		sure := finder.Prepend(text)
		if page.Last {
			finder.Started()
		}
		if sure {
			break
		}
	}
	return explained{Excerpt: finder.Excerpt(), pages: finder.Pages()}, nil
}

// recordOf asks for a build's record beside the reading of its log. The result
// waits at most recordGrace and is the zero Record where nothing is known.
func (c *Commands) recordOf(ctx context.Context, t task, build int64) func() logsapi.Record {
	ctx, cancel := context.WithCancel(ctx)
	found := make(chan logsapi.Record, 1)
	go func() {
		r, err := c.builds.Record(ctx, t.id, build)
		if err != nil {
			r = logsapi.Record{}
		}
		found <- r
	}()
	return func() logsapi.Record {
		defer cancel()
		select {
		case r := <-found:
			return r
		case <-time.After(recordGrace):
			return logsapi.Record{}
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
