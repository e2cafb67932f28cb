package main

import (
	"errors"
	"io"
)

// readAhead reads from a reader in a goroutine of its own, so that masking a log and
// judging its lines each have a processor. It holds aheadParts parts of aheadBytes.
type readAhead struct {
	full  chan []byte // read, not yet written
	empty chan []byte
	err   error // of the reader; set before full is closed
}

const (
	aheadParts = 4
	aheadBytes = 64 << 10
)

// newReadAhead begins to read from r. [readAhead.WriteTo] must be called to the end of
// the goroutine.
func newReadAhead(r io.Reader) *readAhead {
	a := &readAhead{full: make(chan []byte, aheadParts), empty: make(chan []byte, aheadParts)}
	for range aheadParts {
		a.empty <- nil
	}
	go a.read(r)
	return a
}

func (a *readAhead) read(r io.Reader) {
	defer close(a.full)
	for part := range a.empty {
		if part == nil {
			part = make([]byte, aheadBytes)
		}
		n, err := r.Read(part[:aheadBytes])
		if err != nil && !errors.Is(err, io.EOF) {
			a.err = err
		}
		a.full <- part[:n]
		if err != nil {
			return
		}
	}
}

// WriteTo implements io.WriterTo. It returns once the reader has ended or w has failed;
// the goroutine has ended, too, unless the reader blocks.
func (a *readAhead) WriteTo(w io.Writer) (written int64, err error) {
	for part := range a.full {
		if err == nil {
			var n int
			n, err = w.Write(part)
			written += int64(n)
		}
		a.empty <- part
	}
	if err == nil {
		err = a.err
	}
	return written, err
}
