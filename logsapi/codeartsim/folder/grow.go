package folder

import (
	"bufio"
	"io"
	"slices"
	"time"

	"logbot/logsapi/codeartsim/logtext"
)

// arrival is the moment from which a line can be seen.
type arrival struct {
	at     time.Time
	offset int64 // where the line begins
}

// findArrivals reads from the stamps when each line of a log appears. A line
// without a stamp, or with one earlier than those before it, appears with the line
// before. Nothing appears after the end.
func findArrivals(t *logtext.Text, end time.Time) []arrival {
	var arrivals []arrival
	var last time.Time
	lines := bufio.NewReaderSize(io.NewSectionReader(t, 0, t.Size), maxLineBytes+1)
	for offset := int64(0); ; {
		line, err := lines.ReadSlice('\n')
		if at, ok := logtext.ParseStamp(line); ok && at.After(last) {
			last = at
			if end.Before(at) {
				at = end
			}
			arrivals = append(arrivals, arrival{at, offset})
		}
		if err != nil {
			return arrivals
		}
		offset += int64(len(line))
	}
}

// visibleBytes returns the number of bytes that the log of a growing build has at a
// moment.
func (b *Build) visibleBytes(now time.Time) int64 {
	i, _ := slices.BinarySearchFunc(b.arrivals, now, func(a arrival, now time.Time) int {
		if a.at.After(now) {
			return 1
		}
		return -1 // also if it appears at this very moment
	})
	if i == len(b.arrivals) {
		return b.whole.Size
	}
	return b.arrivals[i].offset
}
