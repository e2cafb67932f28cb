package read

// Progress is how much of a log was read.
type Progress struct {
	Pages int   // read so far
	Bytes int64 // of log text read so far
	About int64 // estimated bytes of the whole log; 0 if unknown
}

// Meter counts what was read of a log and reports it, and notes which credentials the
// log shows. It is used by one goroutine.
type Meter struct {
	Progress
	Report  func(Progress) // may be nil
	Exposed []Exposed
}

// page counts one page.
func (m *Meter) page(text string) {
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
func (m *Meter) wantsSize() bool { return m.Report != nil && m.Pages == sizeAfter }
