package read

import (
	"context"
	"errors"
	"iter"
	"strings"

	"logbot/logsapi"
)

// logPage is a page and the log it is from.
type logPage struct {
	logsapi.Page
	Log logsapi.Log
}

// pages reads the first log of what that has any text: an empty or refused log gives
// way to the next. It yields nothing if all logs are empty.
func (r Reader) pages(ctx context.Context, what Request, order logsapi.Order) iter.Seq2[logPage, error] {
	return func(yield func(logPage, error) bool) {
		var refused error
		for _, log := range r.Habits.inOrder(what.Logs) {
			began := false
			for page, err := range r.pagesOf(ctx, what, logsapi.PageRequest{Log: log, Order: order, Finished: what.Finished, Edition: what.Edition, Whole: what.Uncut}) {
				if err != nil && (began || repeats(err)) {
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
				what.Meter.page(page.Text)
				if what.Whole && what.Meter.wantsSize() && !page.Last {
					what.Meter.About = r.size(ctx, what, page.Log, page.Page)
				}
				if !yield(page, nil) {
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

// pagesOf walks one log. If its first page is small, it looks once whether LiveLog sends
// larger ones of the same text, and then goes on with that.
func (r Reader) pagesOf(ctx context.Context, what Request, first logsapi.PageRequest) iter.Seq2[logPage, error] {
	return func(yield func(logPage, error) bool) {
		began := false
		for page, err := range logsapi.Pages(ctx, r.Logs, first) {
			p := logPage{page, first.Log}
			if !yield(p, err) || err != nil {
				return
			}
			if began || page.Text == "" {
				continue
			}
			began = true
			if larger, ok := r.larger(ctx, what, p, first); ok {
				r.goOn(ctx, larger, first, yield)
				return
			}
		}
	}
}

// goOn yields a page and those that follow it in its log.
func (r Reader) goOn(ctx context.Context, page logPage, q logsapi.PageRequest, yield func(logPage, error) bool) {
	if !yield(page, nil) || page.Last {
		return
	}
	q.Log, q.At = page.Log, page.Next
	for next, err := range logsapi.Pages(ctx, r.Logs, q) {
		if !yield(logPage{next, page.Log}, err) {
			return
		}
	}
}

// larger is what the first page of LiveLog has more than small, the first page of
// FinishedLog. ok is false if it is not known to be the same text, or not much more.
func (r Reader) larger(ctx context.Context, what Request, small logPage, q logsapi.PageRequest) (more logPage, ok bool) {
	if r.Habits == nil || !isSmall(small) || r.Habits.seen(largerLive) != unseen {
		return logPage{}, false
	}
	live := logsapi.LiveLog(small.Log.(logsapi.FinishedLog))
	q.Log = live
	page, err := r.Logs.Page(ctx, q)
	if err != nil {
		r.Habits.note(largerLive, false)
		return logPage{}, false
	}
	var rest string
	if q.Order == logsapi.Ascending {
		rest, ok = strings.CutPrefix(page.Text, small.Text)
	} else {
		rest, ok = strings.CutSuffix(page.Text, small.Text)
	}
	ok = ok && len(rest) >= len(small.Text)
	r.Habits.note(largerLive, ok)
	page.Text = rest
	return logPage{page, live}, ok
}

// worthwhile reports whether what was read before err answers the caller, who is told
// what is missing: some was read, the caller waits, and the account may read on.
func worthwhile(ctx context.Context, pages int, err error) bool {
	return pages > 0 && ctx.Err() == nil && !errors.Is(err, context.Canceled) && !errors.Is(err, logsapi.ErrForbidden)
}

// repeats reports whether another endpoint would answer with the same error.
func repeats(err error) bool {
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

// size estimates the bytes of a log from the last page read; 0 if it cannot. It
// assumes that offsets grow with the text, which is good enough for progress and
// used for nothing else. It asks for the last page of the log, which a look at the
// failure has mostly asked for before.
func (r Reader) size(ctx context.Context, what Request, log logsapi.Log, page logsapi.Page) int64 {
	end, err := r.Logs.Page(ctx, logsapi.PageRequest{Log: log, Order: logsapi.Descending, Finished: what.Finished, Edition: what.Edition})
	if err != nil || page.Next.End <= 0 || end.Next.End <= page.Next.End {
		return 0
	}
	return int64(float64(what.Meter.Bytes) * float64(end.Next.End) / float64(page.Next.End))
}
