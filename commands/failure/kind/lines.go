package kind

import "bytes"

// tail returns the last lines of text that have any, at most n, in their order.
func tail(text []byte, n int) [][]byte {
	var last [][]byte
	for len(text) > 0 && len(last) < n {
		text = bytes.TrimRight(text, "\r\n \t")
		at := bytes.LastIndexByte(text, '\n') + 1
		if at < len(text) {
			last = append(last, text[at:])
		}
		text = text[:at]
	}
	for i, j := 0, len(last)-1; i < j; i, j = i+1, j-1 {
		last[i], last[j] = last[j], last[i]
	}
	return last
}

// endBytes is how much of the end of a log is looked at, and maxHeld how much of it an
// End holds before it lets go what stands before that.
const (
	endBytes = 64 << 10
	maxHeld  = 4 * endBytes
)

// End is an io.Writer that keeps the end of a log that is written to it, at least its
// last 64 KiB, for [Of]. The zero End is ready for use, by one goroutine.
type End struct{ text []byte }

// Write never fails.
func (e *End) Write(p []byte) (int, error) {
	n := len(p)
	if len(p) > endBytes {
		e.text, p = e.text[:0], p[len(p)-endBytes:]
	}
	if e.text = append(e.text, p...); len(e.text) > maxHeld {
		e.text = append(e.text[:0], e.text[len(e.text)-endBytes:]...)
	}
	return n, nil
}

// Text is what is kept.
func (e *End) Text() []byte { return e.text }
