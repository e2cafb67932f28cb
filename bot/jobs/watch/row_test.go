package watch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/logsapi"
)

func TestBuildsAreListedOnlyWhereAFailureMayBe(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	at := func(d time.Duration) int64 { return began.Add(d).UnixMilli() }
	// Times are minutes after the beginning: when the build of a row began.
	of := func(s logsapi.State, minute float64) row {
		return row{s, at(time.Duration(minute * float64(time.Minute))), s == logsapi.Running}
	}
	green, red, going := of(logsapi.Succeeded, 0), of(logsapi.Failed, 0), of(logsapi.Running, 0)
	for name, c := range map[string]struct {
		before  note
		row     row
		failing bool
		looked  float64 // minute of the look before; this one is 20 s later
		want    doing
	}{
		"nothing changed":                                   {before: note{Row: green.String()}, row: green, want: doNothing},
		"never listed":                                      {row: green, want: doListFirst},
		"it runs":                                           {before: note{Row: green.String()}, row: of(logsapi.Running, 5), looked: 5, want: doRemember},
		"it ran and is green":                               {before: note{Row: green.String(), Seen: of(logsapi.Running, 5).String(), Since: at(5 * time.Minute)}, row: of(logsapi.Succeeded, 5), looked: 5.5, want: doRemember},
		"it ran when listed and is green":                   {before: note{Row: going.String(), Running: []int64{7}}, row: green, want: doRemember},
		"it is green, as remembered":                        {before: note{Row: green.String(), Seen: of(logsapi.Succeeded, 5).String(), Since: at(5 * time.Minute)}, row: of(logsapi.Succeeded, 5), looked: 6, want: doNothing},
		"it is green for a while":                           {before: note{Row: green.String(), Seen: of(logsapi.Succeeded, 5).String(), Since: at(5 * time.Minute)}, row: of(logsapi.Succeeded, 5), looked: 7, want: doCheck},
		"it is green for long":                              {before: note{Row: green.String(), Seen: of(logsapi.Succeeded, 5).String(), Since: at(5 * time.Minute)}, row: of(logsapi.Succeeded, 5), looked: 20, want: doListFirst},
		"it is built all the time":                          {before: note{Row: green.String(), Seen: of(logsapi.Succeeded, 19).String(), Since: at(5 * time.Minute)}, row: of(logsapi.Running, 20), looked: 20, want: doListFirst},
		"it turned red":                                     {before: note{Row: green.String()}, row: of(logsapi.Failed, 5), looked: 5, want: doListFirst},
		"it ran and turned red":                             {before: note{Row: green.String(), Seen: of(logsapi.Running, 5).String(), Since: at(5 * time.Minute)}, row: of(logsapi.Failed, 5), looked: 6, want: doListFirst},
		"it is red again":                                   {before: note{Row: red.String()}, row: of(logsapi.Failed, 5), looked: 5, failing: true, want: doListFirst},
		"it timed out":                                      {before: note{Row: green.String()}, row: of(logsapi.TimedOut, 5), looked: 5, want: doListFirst},
		"its state has an unknown word":                     {before: note{Row: green.String()}, row: of(logsapi.Unknown, 5), looked: 5, want: doListFirst},
		"it was stopped":                                    {before: note{Row: green.String()}, row: of(logsapi.Aborted, 5), looked: 5, want: doRemember},
		"green after a failure that was told":               {before: note{Row: red.String()}, row: of(logsapi.Succeeded, 5), looked: 5, failing: true, want: doListFirst},
		"green after a failure that waits to be told":       {before: note{Row: red.String(), Pending: []outcome{{Build: 1}}}, row: of(logsapi.Succeeded, 5), looked: 5, want: doListFirst},
		"green after one that was left out":                 {before: note{Row: red.String()}, row: of(logsapi.Succeeded, 5), looked: 5, want: doRemember},
		"the outcome of the build before was not seen":      {before: note{Row: green.String(), Seen: of(logsapi.Running, 5).String(), Since: at(5 * time.Minute)}, row: of(logsapi.Succeeded, 6), looked: 6, want: doListFirst},
		"nor that of one that ran when listed":              {before: note{Row: going.String(), Running: []int64{7}}, row: of(logsapi.Running, 6), looked: 6, want: doListFirst},
		"an older build runs, too":                          {before: note{Row: going.String(), Running: []int64{6, 7}}, row: green, want: doListFirst},
		"an older build ran when listed":                    {before: note{Row: green.String(), Running: []int64{6}}, row: of(logsapi.Running, 5), looked: 5, want: doListFirst},
		"an older build runs, and nothing else changed":     {before: note{Row: green.String(), Running: []int64{6}}, row: green, want: doListFirst},
		"one may have failed before it since a look of old": {before: note{Row: green.String()}, row: of(logsapi.Running, 5), looked: 4.4, want: doListFirst},
	} {
		minute := func(m float64) time.Time { return began.Add(time.Duration(m * float64(time.Minute))) }
		looked := minute(c.looked)
		assert.Equal(t, c.want, c.before.next(c.row, c.failing, times{looked: looked, now: looked.Add(20 * time.Second), listed: began}), name)
	}
}
