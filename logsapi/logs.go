package logsapi

import (
	"context"
	"errors"
	"fmt"
	"time"

	"logbot/logsapi/dialect"
	"logbot/logsapi/pace"
	"logbot/logsapi/wire"
)

// Asking again for an empty page that has not moved.
const (
	maxEmptyAnswers   = 4
	maxEmptyPolls     = 2 // of a build that may be running, which is polled anyway
	maxEmptyEnds      = 2 // said to be the end of a log that has been written
	firstEmptyPause   = 500 * time.Millisecond
	longestEmptyPause = 30 * time.Second
)

// logs reads logs page by page.
type logs struct {
	wire  *wire.Requester
	waits waits
}

// Dialects are what has been seen of the hosts of CodeArts Build and CodeArts Check so
// far; their String says it in a line.
func (l *logs) Dialects() []dialect.Dialect {
	var all []dialect.Dialect
	for s := range wire.CheckService + 1 {
		all = append(all, l.wire.Dialect(s).Dialect())
	}
	return all
}

// Page reads one page of a log, in the dialect of its host.
//
// It asks again, with a pause and up to four times, for a page that is empty although
// more is to come, as the documentation says; and once for an empty last page of a
// log that must have text. A log that is refused for the moment is waited for, five
// seconds in all for the logs of one build; the error is then of kind ErrNotReady.
// Offsets that do not move on from r.At, or run backwards, are
// an error of kind ErrStalled; it is also an ErrNothingNew where the pages are
// just empty. A log that is shorter than it was is an error of kind ErrTruncated.
func (l *logs) Page(ctx context.Context, r PageRequest) (Page, error) {
	if r.Log == nil {
		return Page{}, wire.Invalid("read page", errors.New("no log was named"))
	}
	op := pageOp(r.Log)
	e, err := r.Log.endpoint()
	if err != nil {
		return Page{}, wire.Invalid("read page", err) // the log's name would repeat what is wrong
	}
	if err := r.check(); err != nil {
		return Page{}, wire.Invalid(op, err)
	}
	if _, ok := r.Log.(CheckDetail); ok {
		return l.detail(ctx, op, e, r)
	}
	host := l.wire.Dialect(e.service)
	page, err := l.fullPage(ctx, asking{l, op, e, r, host})
	if err != nil {
		return Page{}, err
	}
	if r.Order == Descending {
		page.Text = host.OldestFirst(page.Text)
	}
	return page, nil
}

// fullPage asks until the page has text, is the last one, or has moved on
// without text twice: then the service has filtered all its lines.
func (l *logs) fullPage(ctx context.Context, a asking) (Page, error) {
	r, most := a.r, maxEmptyAnswers
	if r.polls() {
		most = maxEmptyPolls
	}
	endedEmpty := false // the last answer was an empty end
	for n := 1; ; n++ {
		var got fetched
		late, err := l.waits.whenReady(ctx, l.wire, a.op, buildOf(r.Log), r.Once, func() (err error) {
			got, err = a.get(ctx)
			return err
		})
		if err != nil {
			return Page{}, err
		}
		if late {
			a.host.Note(func(d *dialect.Dialect) { d.NotReady = true })
		}
		page := got.Page
		if err := page.shrunk(r); err != nil {
			return Page{}, &Error{Op: a.op, Kind: ErrTruncated, Err: err,
				Summary: "the log has become shorter while it was read", Hint: "read it again from its beginning"}
		}
		nothingNew := page.Text == "" && r.Order == Ascending && page.Next.End == r.At.End
		stuck := moved(r.Order, r.At, page.Next)
		switch {
		case page.Last && (nothingNew || got.adrift()):
			stuck = nil
		case nothingNew:
			stuck = fmt.Errorf("%w: %d answers in a row are empty", ErrNothingNew, n)
		}
		ended := page.Last && !got.more()
		if endedEmpty && page.Text != "" {
			a.host.Note(func(d *dialect.Dialect) { d.LateText = true })
		}
		endedEmpty = ended && page.Text == ""
		switch {
		case endedEmpty && r.hasText() && n < maxEmptyEnds:
			// The documentation: "Request again if it is empty."
		case page.Text != "" || ended:
			// The first page is worth having even if it cannot be continued.
			if stuck != nil && r.At != (Cursor{}) {
				return Page{}, stalled(r, stuck)
			}
			return page, nil
		case n > 1 && (page.Last || stuck == nil):
			return page, nil
		case n == most:
			return Page{}, stalled(r, stuck)
		}
		if err := l.wire.Pause(ctx, a.op, pace.Backoff(n, firstEmptyPause, longestEmptyPause)); err != nil {
			return Page{}, err
		}
	}
}

// polls reports whether r asks for what a running build has written since.
func (r PageRequest) polls() bool {
	switch r.Log.(type) {
	case LiveLog, StepLog:
		return r.Order == Ascending && r.At != (Cursor{}) && !r.Finished
	}
	return false
}

// hasText reports whether an empty end is doubtful: the build has ended, or it is a
// check run, whose id is known only once it runs.
func (r PageRequest) hasText() bool {
	_, check := r.Log.(CheckLog)
	return (r.Finished || check) && !r.Once
}

// buildOf names the build that a log is of.
func buildOf(l Log) string {
	switch l := l.(type) {
	case StepLog:
		return LiveLog{TaskID: l.TaskID, Build: l.Build}.String()
	case FinishedStepLog:
		return LiveLog{TaskID: l.TaskID, Build: l.Build}.String()
	case FinishedLog:
		return LiveLog(l).String()
	}
	return l.String()
}
