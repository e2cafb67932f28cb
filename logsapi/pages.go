package logsapi

import (
	"context"
	"fmt"
	"iter"
)

const (
	// maxPages ends a walk over a log that never ends; 100,000 pages are about
	// 11 GB at the 114 bytes a line that the documentation's example shows.
	maxPages = 100_000
	// maxEmptyPages ends a walk over pages that move on but bring nothing. The
	// service filters lines, so a page may be empty, but hardly a hundred in a row.
	maxEmptyPages = 100
)

// Pages walks a log page by page in the order of first, beginning at first.At:
// the zero Cursor begins at the first line ascending, at the last descending.
//
// The walk ends after the page that is Last, or with one error. It ends with an
// error of kind ErrStalled when the offsets do not move on, so that a walk
// always ends, and of kind ErrTruncated when the log shrinks meanwhile. A caller
// that has seen enough just stops; a page that cannot be continued is still
// delivered before the error.
func Pages(ctx context.Context, p Pager, first PageRequest) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		r := first
		empty := 0
		for range maxPages {
			page, err := p.Page(ctx, r)
			if err != nil {
				yield(Page{}, err)
				return
			}
			if !yield(page, nil) || page.Last {
				return
			}
			empty++
			if page.Text != "" {
				empty = 0
			}
			if empty == maxEmptyPages {
				yield(Page{}, stalled(r, fmt.Errorf("%d pages in a row are empty", empty)))
				return
			}
			if err := moved(r.Order, r.At, page.Next); err != nil {
				yield(Page{}, stalled(r, err))
				return
			}
			r.At = page.Next
		}
		yield(Page{}, stalled(r, fmt.Errorf("no end after %d pages", maxPages)))
	}
}

// moved reports why next does not continue a log from at. Ascending the end
// offset must grow, descending the start offset must fall; a descending walk
// begins at the zero Cursor with the end of the log wherever that is.
func moved(order Order, at, next Cursor) error {
	switch {
	case next == at:
		return fmt.Errorf("offsets %d and %d stay where they are", at.Start, at.End)
	case order == Ascending && next.End < at.End, order == Ascending && next.End == at.End && next.Start < at.Start:
		return fmt.Errorf("offsets run backwards from %d to %d", at.End, next.End)
	case order == Descending && at != (Cursor{}) && next.Start > at.Start:
		return fmt.Errorf("offsets run backwards from %d to %d", at.Start, next.Start)
	case order == Descending && at != (Cursor{}) && next.Start == at.Start && next.End > at.End:
		return fmt.Errorf("offsets run backwards from %d to %d", at.End, next.End)
	}
	return nil
}

// shrunk reports that a page shows that the log has become shorter than r.At: it
// ends before, or a part between its end and r.At is missing.
func (p Page) shrunk(r PageRequest) error {
	switch {
	case r.Order == Ascending && p.Last && p.Text == "" && p.Next.End < r.At.End:
		return fmt.Errorf("it was read to offset %d and ends at %d", r.At.End, p.Next.End)
	case r.Order == Descending && r.At.Start > 0 && p.Text != "" && p.Next.Start < p.Next.End && p.Next.End < r.At.Start:
		return fmt.Errorf("offsets %d to %d are missing", p.Next.End, r.At.Start)
	case r.Order == Descending && r.At.Start > 0 && p.Next.End > r.At.Start && p.Next != r.At && p.Next.End-p.Next.Start == int64(len(p.Text)):
		return fmt.Errorf("offsets %d to %d come twice", r.At.Start, p.Next.End) // offsets that the text bears out
	}
	return nil
}

func stalled(r PageRequest, err error) *Error {
	return &Error{Op: pageOp(r.Log), Kind: ErrStalled, Err: err,
		Summary: "the service promises more of the log but does not send it",
		Hint:    "what was read so far is right; try again later for the rest"}
}

func pageOp(l Log) string { return "read page of " + l.String() }
