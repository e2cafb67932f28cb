package cache

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/logsapi"
)

func TestHowLongAPageIsKept(t *testing.T) {
	var (
		next    = logsapi.Cursor{Start: 100, End: 200}
		at      = logsapi.Cursor{Start: 1, End: 100}
		final   = lifetime{finalTTL, true}
		noLines = lifetime{noLinesTTL, true}
		growing = lifetime{ttl: growingTTL}
		notYet  = lifetime{ttl: notYetTTL}
		not     = lifetime{}
	)
	const asc, desc = logsapi.Ascending, logsapi.Descending
	for _, c := range []struct {
		name     string
		log      logsapi.Log
		order    logsapi.Order
		at       logsapi.Cursor
		finished bool
		page     logsapi.Page
		want     lifetime
	}{
		{"ascending, more follows", liveLog, asc, logsapi.Cursor{}, false, logsapi.Page{Text: textLine, Next: next}, final},
		{"ascending, more follows, finished", liveLog, asc, at, true, logsapi.Page{Text: textLine, Next: next}, final},
		{"ascending, last, running", liveLog, asc, at, false, logsapi.Page{Text: textLine, Next: next, Last: true}, growing},
		{"ascending, last, finished", liveLog, asc, at, true, logsapi.Page{Text: textLine, Next: next, Last: true}, final},
		{"ascending, last, with the marker", liveLog, asc, at, false, logsapi.Page{Text: textLine + endMarker, Next: next, Last: true}, growing},
		{"ascending, last, marker and finished", liveLog, asc, at, true, logsapi.Page{Text: textLine + endMarker, Next: next, Last: true}, final},
		{"ascending, last, empty, running", liveLog, asc, at, false, logsapi.Page{Next: at, Last: true}, notYet},
		{"ascending, last, empty, finished", liveLog, asc, at, true, logsapi.Page{Next: at, Last: true}, noLines},
		{"ascending, more follows, empty", liveLog, asc, at, false, logsapi.Page{Next: next}, not},
		{"ascending, more follows, empty, finished", liveLog, asc, at, true, logsapi.Page{Next: next}, not},
		{"ascending, more follows at the same place", liveLog, asc, at, false, logsapi.Page{Text: textLine, Next: at}, not},
		{"descending, the end, running", liveLog, desc, logsapi.Cursor{}, false, logsapi.Page{Text: textLine, Next: next}, growing},
		{"descending, the end, running, nothing before it", liveLog, desc, logsapi.Cursor{}, false, logsapi.Page{Text: textLine, Next: next, Last: true}, growing},
		{"descending, the end, finished", liveLog, desc, logsapi.Cursor{}, true, logsapi.Page{Text: textLine, Next: next}, final},
		{"descending, the end with the marker", finishedLog, desc, logsapi.Cursor{}, false, logsapi.Page{Text: textLine + endMarker, Next: next}, growing},
		{"descending, the end, empty, running", liveLog, desc, logsapi.Cursor{}, false, logsapi.Page{Last: true}, notYet},
		{"descending, the end, empty, finished", finishedLog, desc, logsapi.Cursor{}, true, logsapi.Page{Last: true}, noLines},
		{"descending, before the end, running", liveLog, desc, at, false, logsapi.Page{Text: textLine, Next: next}, final},
		{"descending, the first line, running", liveLog, desc, at, false, logsapi.Page{Text: textLine, Next: next, Last: true}, final},
		{"a step, with a marker", stepLog, asc, at, false, logsapi.Page{Text: textLine + endMarker, Next: next, Last: true}, growing},
		{"a step, finished", stepLog, asc, at, true, logsapi.Page{Text: textLine, Next: next, Last: true}, final},
		{"a check run, with the marker", checkLog, asc, at, false, logsapi.Page{Text: endMarker, Next: next, Last: true}, growing},
		{"a check run, without", checkLog, asc, at, false, logsapi.Page{Text: textLine, Next: next, Last: true}, growing},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := logsapi.PageRequest{Log: c.log, Order: c.order, At: c.at, Finished: c.finished}
			assert.Equal(t, c.want, lifetimeOf(r, c.page))
		})
	}
}
