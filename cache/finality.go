package cache

import (
	"bytes"
	"strings"
	"time"

	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// How long a page is kept. Logs only grow, so a page changes only where the log
// ends: the last page ascending, the first page descending. Every other page is
// final, also while the build runs; descending, such a page was asked at the
// offsets of one that was final or is now gone.
//
// A log that is cut, emptied or rewritten under its build number (the service
// documents nothing of the kind) is not noticed: its old pages live until they
// expire. A log that the service has deleted can be read from here as long.
const (
	finalTTL    = 7 * 24 * time.Hour // cannot change
	noLinesTTL  = 10 * time.Minute   // final and without a line: the log may still be on its way to its place
	growingTTL  = 2 * time.Second    // the end of a log that grows
	notYetTTL   = time.Second        // the same, without a line
	notFoundTTL = 30 * time.Second   // "no such build": builds appear
)

// lifetime says how a page is kept.
type lifetime struct {
	ttl time.Duration // 0: not at all

	// settled pages are as they will be. A request that knows the build to be
	// finished takes no other page: one fetched just before the end lacks the
	// last lines.
	settled bool

	// shared pages go to every store. The others are worth a write only where
	// another process may wait for them; who reads one there does not keep it, as
	// its age is not known.
	shared bool
}

func lifetimeOf(r logsapi.PageRequest, p logsapi.Page) lifetime {
	settled := r.Finished || !atEnd(r, p)
	empty := p.Text == ""
	switch {
	case !p.Last && (empty || p.Next == r.At):
		return lifetime{} // more to come from the same place: a fault, not to be repeated for a week
	case settled && empty:
		return lifetime{ttl: noLinesTTL, settled: true, shared: true}
	case settled:
		return lifetime{ttl: finalTTL, settled: true, shared: true}
	case empty:
		return lifetime{ttl: notYetTTL}
	case saysFinished(r.Log, p.Text):
		return lifetime{ttl: finalTTL, shared: true}
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

// saysFinished reports whether text, the end of a log, ends with the marker that
// CodeArts writes last: a stamp, no level, "Finished: FAILURE". A tool may print
// the same, so a page known by the marker alone is kept as if it were final but
// is not settled. The log of a step ends without the marker: there it can only
// be a tool's.
func saysFinished(log logsapi.Log, text string) bool {
	if _, ok := log.(logsapi.StepLog); ok {
		return false
	}
	text = strings.TrimRight(text, "\r\n ")
	last := []byte(text[strings.LastIndexByte(text, '\n')+1:])
	for {
		_, rest := lines.Cut(last)
		if len(rest) == 0 {
			break
		}
		last = rest
	}
	entry := lines.Parse(last)
	word, ok := bytes.CutPrefix(entry.Text, []byte("Finished: "))
	return ok && len(entry.Stamp) > 0 && !entry.Platform() && isOutcome(word)
}

// isOutcome reports whether word has the form of a Jenkins result: SUCCESS,
// FAILURE, NOT_BUILT.
func isOutcome(word []byte) bool {
	for _, c := range word {
		if (c < 'A' || c > 'Z') && c != '_' {
			return false
		}
	}
	return len(word) > 0
}
