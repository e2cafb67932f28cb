package lenient

import (
	"strconv"
	"strings"
	"time"
)

// Zone is the zone of times that are written without one: the log stamps of the
// same service carry it.
var Zone = time.FixedZone("GMT+8", 8*60*60)

// lastInstant is the end of the year 9999 in milliseconds, the last year that
// has a standard form.
const lastInstant = 253402300799999

// Time reads t as milliseconds since 1970 or as a written time; anything else is
// the zero time.
func (t Text) Time() time.Time {
	s := strings.TrimSpace(string(t))
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		if ms <= 0 || ms > lastInstant {
			return time.Time{}
		}
		return time.UnixMilli(ms)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999Z0700", time.DateTime, "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, s, Zone); err == nil {
			return at
		}
	}
	return time.Time{}
}

// Took is the time from started to finished, or else a number of milliseconds.
func Took(started, finished time.Time, ms Text) time.Duration {
	if !started.IsZero() && finished.After(started) {
		return finished.Sub(started)
	}
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(ms.Number(), most)) * time.Millisecond
}
