package logsapi

import (
	"context"
	"fmt"
)

// PageLines is how many lines a page holds at most: the services' documented
// default, and for LiveLog the only value they accept.
const PageLines = 1000

// Order is the direction in which the pages of a log are read.
type Order int

const (
	Ascending  Order = iota // from the first line towards the last
	Descending              // from the last line towards the first
)

// Cursor is the pair of offsets that continues a log after a page. The zero
// Cursor starts: at the first line ascending, at the last line descending.
// Offsets are compared and sent back, nothing else; that they count bytes is
// an assumption nothing relies on.
type Cursor struct {
	Start int64 // start_offset
	End   int64 // end_offset
}

// PageRequest asks for one page of a log.
type PageRequest struct {
	Log   Log
	Order Order
	At    Cursor
	Size  int // lines, 1 to PageLines; 0 is PageLines. FinishedLog has no size and ignores it

	// Finished says that the build was known to be finished before this
	// request. It changes nothing in the request; a cache may keep the last
	// page of a log only when it is set.
	Finished bool

	// Once says that a log that is refused for the moment is not waited for, such as
	// that of a build that has not begun.
	Once bool

	// Edition is Record.Edition of the build, if that is known. Like Finished it is for
	// a cache: pages of another edition are not those of this log.
	Edition string

	// Whole says that no line may be cut, as for a file. Otherwise a page of more than
	// 16 MiB comes with its long lines cut; with Whole, one of more than 64 MiB is an
	// error.
	Whole bool
}

// Page is what one request returned.
type Page struct {
	Text string // whole or cut lines, oldest first whatever the order of the request
	Next Cursor // continues in the same order; after the Last page ascending, where a running build's log will
	Cut  bool   // the ends of long lines are left out, because the page was too large
	Last bool   // nothing follows in this order (yet, for the log of a running build)
}

// Pager reads single pages: a Client, or a cache in front of one.
type Pager interface {
	// Page returns one page, or an error that is or wraps *Error when the
	// service refused. It is safe for concurrent use.
	Page(ctx context.Context, r PageRequest) (Page, error)
}

// check reports what is wrong with a request before anything is sent.
func (r PageRequest) check() error {
	switch {
	case r.Order != Ascending && r.Order != Descending:
		return fmt.Errorf("order %d is neither Ascending nor Descending", r.Order)
	case r.At.Start < 0 || r.At.End < 0:
		return fmt.Errorf("offsets %d and %d must not be negative", r.At.Start, r.At.End)
	case r.Size < 0 || r.Size > PageLines:
		return fmt.Errorf("size %d is not between 0 and %d lines", r.Size, PageLines)
	}
	return nil
}
