package logsapi

import (
	"context"
	"errors"
	"fmt"
	"time"

	"logbot/logsapi/pace"
	"logbot/logsapi/wire"
)

// Asking again for an empty page that has not moved.
const (
	maxEmptyAnswers   = 4
	maxEmptyPolls     = 2 // of a build that may be running, which is polled anyway
	firstEmptyPause   = 500 * time.Millisecond
	longestEmptyPause = 30 * time.Second
)

// logs reads logs page by page.
type logs struct {
	wire  *wire.Requester
	order [wire.CheckService + 1]proof // of the lines in descending pages, by service
}

// Page reads one page of a log. It asks again, with a pause and up to four
// times, for a page that is empty although more is to come, as the documentation
// says. Offsets that do not move on from r.At, or run backwards, are
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
	page, err := l.fullPage(ctx, op, e, r)
	if err != nil {
		return Page{}, err
	}
	// Some pages are too short to prove the order of their lines; earlier ones do.
	if r.Order == Descending && l.order[e.service].settle(page.Text) == newestFirst {
		page.Text = reversed(page.Text)
	}
	return page, nil
}

// fullPage asks until the page has text, is the last one, or has moved on
// without text twice: then the service has filtered all its lines.
func (l *logs) fullPage(ctx context.Context, op string, e endpoint, r PageRequest) (Page, error) {
	most := maxEmptyAnswers
	if r.polls() {
		most = maxEmptyPolls
	}
	q := wire.Request{Op: op, Service: e.service, Path: e.path, Query: e.pageQuery(r), Cut: !r.Whole, Whole: r.Whole}
	// Nobody waits for a page behind the first of a log that is read from its
	// beginning; a search for a failure reads descending.
	q.Bulk = r.Order == Ascending && r.At != (Cursor{})
	for n := 1; ; n++ {
		result, err := wire.Get[pageResult](ctx, l.wire, q)
		if err != nil {
			return Page{}, err
		}
		page, err := result.page(r)
		if err != nil {
			return Page{}, &Error{Op: op, Kind: ErrProtocol, Summary: "the service sent a page that makes no sense", Err: err}
		}
		if err := page.shrunk(r); err != nil {
			return Page{}, &Error{Op: op, Kind: ErrTruncated, Err: err,
				Summary: "the log has become shorter while it was read", Hint: "read it again from its beginning"}
		}
		nothingNew := page.Text == "" && r.Order == Ascending && page.Next.End == r.At.End
		stuck := moved(r.Order, r.At, page.Next)
		switch {
		case page.Last && (nothingNew || result.adrift()):
			stuck = nil
		case nothingNew:
			stuck = fmt.Errorf("%w: %d answers in a row are empty", ErrNothingNew, n)
		}
		switch {
		case page.Text != "" || page.Last && !result.more():
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
		if err := l.wire.Pause(ctx, op, pace.Backoff(n, firstEmptyPause, longestEmptyPause)); err != nil {
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
