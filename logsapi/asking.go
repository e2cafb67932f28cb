package logsapi

import (
	"context"
	"errors"
	"net/http"

	"logbot/logsapi/dialect"
	"logbot/logsapi/wire"
)

// asking is one page that is asked for, in as many requests as the dialect of the
// host takes to find out.
type asking struct {
	*logs
	op   string
	e    endpoint
	r    PageRequest
	host *dialect.Host
}

// fetched is what came for a page: the result, and the page in it.
type fetched struct {
	*pageResult
	Page
}

// once makes one request. word asks for ascending order.
func (a asking) once(ctx context.Context, word string, ranges bool) (fetched, error) {
	r := a.r
	if ranges {
		r.At = rangeBehind(r.Order, r.At)
	}
	q := wire.Request{Op: a.op, Service: a.e.service, Path: a.e.path, Query: a.e.pageQuery(r, word), Cut: !r.Whole, Whole: r.Whole}
	// Nobody waits for a page behind the first of a log that is read from its
	// beginning; a search for a failure reads descending.
	q.Bulk = r.Order == Ascending && r.At != (Cursor{})
	result, err := wire.Get[pageResult](ctx, a.wire, q)
	if err != nil {
		return fetched{}, err
	}
	page, err := result.page(a.r, a.host)
	if err != nil {
		return fetched{}, &Error{Op: a.op, Kind: ErrProtocol, Summary: "the service sent a page that makes no sense", Err: err}
	}
	return fetched{result, page}, nil
}

// surely is once, and once more if the page is empty: an empty page decides nothing.
func (a asking) surely(ctx context.Context, word string, ranges bool) (fetched, error) {
	got, err := a.once(ctx, word, ranges)
	if err == nil && got.Text == "" {
		return a.once(ctx, word, ranges)
	}
	return got, err
}

// get asks for the page as the host wants it, and tries other ways where the answer
// shows that this one is not understood.
func (a asking) get(ctx context.Context) (fetched, error) {
	word, proven := a.host.Word()
	ranges, known := a.host.Ranges()
	got, err := a.once(ctx, word, ranges)
	if a.r.Order == Ascending && !proven {
		got, err = a.inOrder(ctx, word, ranges, got, err)
	}
	if err == nil && a.r.At != (Cursor{}) && got.Text != "" && !known {
		if got.Next == a.r.At {
			return a.asRange(ctx, got)
		}
		a.host.SetRanges(false)
	}
	return got, err
}

// inOrder tries the other words for ascending order if the answer to word is a
// refusal of the parameters, or not in ascending order. Without a better one, the
// answer stands.
func (a asking) inOrder(ctx context.Context, word string, ranges bool, got fetched, err error) (fetched, error) {
	if !a.misordered(got, err) {
		if err == nil && got.inOrder(a.r) {
			a.host.Proved(word)
		}
		return got, err
	}
	for _, other := range a.host.OtherWords(word) {
		better, otherErr := a.surely(ctx, other, ranges)
		if ctx.Err() != nil {
			return fetched{}, otherErr
		}
		if otherErr == nil && better.Text != "" && !a.misordered(better, nil) {
			if better.inOrder(a.r) {
				a.host.Proved(other)
			} else if err != nil {
				a.host.Prefer(other) // a page that holds a whole log proves no order
			}
			return better, nil
		}
		if err != nil && otherErr == nil {
			got, err = better, nil
		}
	}
	switch {
	case err != nil || a.r.At != (Cursor{}):
		return got, err
	case got.start().Value > 0:
		return got, a.endOnly(ctx, got)
	}
	got.Text = a.host.OldestFirst(got.Text) // it begins the log, with its lines turned around
	return got, nil
}

// misordered reports whether an answer can be the reply to a word that the service
// does not take for ascending.
func (a asking) misordered(got fetched, err error) bool {
	var refused *Error
	switch {
	case errors.As(err, &refused):
		return refused.Status == http.StatusBadRequest && errors.Is(err, ErrRefused)
	case err != nil:
		return false
	case a.r.At == (Cursor{}):
		return dialect.StartsLate(got.start().Value, got.Text)
	}
	return got.Next.End < a.r.At.End || a.r.Finished && got.Text == "" && got.Last
}

// inOrder reports whether an answer proves ascending order: it begins a log of which
// more follows, or continues it.
func (g fetched) inOrder(r PageRequest) bool {
	switch {
	case g.Text == "" || !g.end().Set:
		return false
	case r.At == (Cursor{}):
		return g.more() && g.Next.Start == 0
	}
	return g.Next.End > r.At.End && (g.more() || g.start().Set && g.Next.Start == r.At.End)
}

// endOnly tells a log whose beginning was deleted from a service that gives the end
// of a log whatever is asked for. Both answer a request for the beginning with a
// page that starts behind it; the latter has text before that page.
func (a asking) endOnly(ctx context.Context, got fetched) error {
	before := a
	before.r.Order, before.r.At = Descending, got.Next
	page, err := before.surely(ctx, "", false)
	if err == nil && page.Next == got.Next {
		page, err = before.surely(ctx, "", true)
	}
	if err != nil || page.Text == "" || page.Next == got.Next { // a page that always comes shows nothing
		return err
	}
	return &Error{Op: a.op, Kind: ErrProtocol,
		Summary: "the service sends the end of the log in place of its beginning",
		Hint:    "read it from its end"}
}

// asRange asks for what follows a page that came twice with offsets that are a range.
// The page stands if that is not the answer either.
func (a asking) asRange(ctx context.Context, twice fetched) (fetched, error) {
	word, _ := a.host.Word()
	got, err := a.surely(ctx, word, true)
	if err != nil {
		if ctx.Err() != nil {
			return fetched{}, err
		}
		return twice, nil
	}
	if !follows(a.r, got) {
		return twice, nil
	}
	a.host.SetRanges(true)
	return got, nil
}

// follows reports whether an answer continues exactly at the end of the page before.
func follows(r PageRequest, got fetched) bool {
	start, end := got.start(), got.end()
	switch {
	case !start.Set || !end.Set || start.Value > end.Value:
		return false
	case r.Order == Descending:
		return end.Value == r.At.Start && (start.Value < end.Value || got.Text == "")
	}
	return start.Value == r.At.End && (start.Value < end.Value || got.Text == "")
}

// rangeBehind is the range that follows the page at a cursor: from its end without
// an end, or from the beginning of the log to its start.
func rangeBehind(o Order, at Cursor) Cursor {
	switch {
	case at == Cursor{}:
		return at
	case o == Descending:
		return Cursor{0, at.Start}
	}
	return Cursor{at.End, 0}
}
