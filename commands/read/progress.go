package read

import (
	"context"

	"logbot/logsapi"
)

// Progress is how much of a log was read.
type Progress struct {
	Pages int   // read so far
	Bytes int64 // of log text read so far
	About int64 // estimated bytes of the whole log; 0 if unknown
}

// Meter counts what was read of a log and reports it. It is used by one goroutine;
// a nil Meter counts nothing.
type Meter struct {
	Progress
	Report func(Progress) // may be nil
}

// page counts one page.
func (m *Meter) page(text string) {
	if m == nil {
		return
	}
	m.Pages++
	m.Add(len(text))
}

// Add counts n bytes.
func (m *Meter) Add(n int) {
	m.Bytes += int64(n)
	if m.Report != nil {
		m.Report(m.Progress)
	}
}

// sizeAfter is after how many pages of a log that is read whole its size is
// estimated: a short log is read before that.
const sizeAfter = 3

// wantsSize reports whether the size of the log is worth a request now.
func (m *Meter) wantsSize() bool { return m != nil && m.Report != nil && m.Pages == sizeAfter }

// size estimates the bytes of a log from the last page read; 0 if it cannot. It
// assumes that offsets grow with the text, which is good enough for progress and
// used for nothing else. It asks for the last page of the log, which a look at the
// failure has mostly asked for before.
func (r Reader) size(ctx context.Context, what Request, log logsapi.Log, page logsapi.Page) int64 {
	end, err := r.Logs.Page(ctx, logsapi.PageRequest{Log: log, Order: logsapi.Descending, Finished: what.Finished})
	if err != nil || page.Next.End <= 0 || end.Next.End <= page.Next.End {
		return 0
	}
	return int64(float64(what.Meter.Bytes) * float64(end.Next.End) / float64(page.Next.End))
}
