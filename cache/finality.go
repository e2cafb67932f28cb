package cache

import (
	"time"

	"logbot/logsapi"
)

// How long a page is kept. Logs only grow, so a page changes only where the log
// ends: the last page ascending, the first page descending. Every other page is
// final, also while the build runs; descending, such a page was asked at the
// offsets of one that was final or no longer exists.
//
// Whether the log has ended, only the request says (PageRequest.Finished). The
// end marker in the text does not count: a tool that prints the console of
// another build writes the same line, and its page would be served for days as
// the end. If the service does not tell the state of a build, each look therefore
// asks for the end of its log again.
//
// A build that is run again under its number has another log. Its record then says
// another end, and another beginning while it runs, by which its pages are kept
// (PageRequest.Edition). Without a record a log that is cut, emptied or rewritten is not noticed: its old pages are served until they
// expire, as are those of a log that the service has deleted.
const (
	finalTTL    = 7 * 24 * time.Hour // cannot change
	noLinesTTL  = 10 * time.Minute   // final and without a line: the service may still be storing the log
	growingTTL  = 2 * time.Second    // the end of a log that grows
	notYetTTL   = time.Second        // the same, without a line
	notFoundTTL = 30 * time.Second   // "no such build": builds appear
)

// lifetime is how a page is kept.
type lifetime struct {
	ttl time.Duration // 0: not at all

	// settled pages are as they will be, and go to every store. A request that
	// knows the build to be finished takes no other page: one fetched just before
	// the end lacks the last lines. The others are worth a write only where another
	// process may wait for them; who reads one there does not keep it, as its age
	// is not known.
	settled bool
}

func lifetimeOf(r logsapi.PageRequest, p logsapi.Page) lifetime {
	settled := r.Finished || !atEnd(r, p)
	empty := p.Text == ""
	switch {
	case !p.Last && (empty || p.Next == r.At):
		return lifetime{} // more to come from the same place: a fault, not to be repeated for a week
	case settled && empty:
		return lifetime{ttl: noLinesTTL, settled: true}
	case settled:
		return lifetime{ttl: finalTTL, settled: true}
	case empty:
		return lifetime{ttl: notYetTTL}
	default:
		return lifetime{ttl: growingTTL}
	}
}

// atEnd reports whether the page ends where the log did when it was asked for.
func atEnd(r logsapi.PageRequest, p logsapi.Page) bool {
	if r.Order == logsapi.Descending {
		return r.At == logsapi.Cursor{}
	}
	return p.Last
}
