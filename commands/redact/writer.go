package redact

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// Writer masks what it writes to another writer, for our own log. It is safe for
// concurrent use; each Write should hold whole lines then.
type Writer struct {
	mu     sync.Mutex
	w      io.Writer
	passes passes
	closed bool
}

var errClosed = errors.New("write masked text: the writer is closed")

// Writer returns a writer that passes masked text on to w line by line, each as
// soon as its newline is written. A line that is longer than about three times
// Reach is passed on in parts. Unlike in [Gate.Page], lines of a key before its END
// line are masked only if the BEGIN line was written too.
func (g *Gate) Writer(w io.Writer) *Writer {
	masked := &Writer{w: w, passes: g.passes()}
	masked.passes.awake = true
	return masked
}

// Write implements io.Writer. An error is that of the writer below; the lines it
// concerns are lost.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return 0, errClosed
	}
	for written := 0; written < len(p); {
		part := p[written:min(written+w.passes.streams[0].gate.fresh, len(p))]
		if err := w.write(part); err != nil {
			return written, err
		}
		written += len(part)
	}
	return len(p), nil
}

func (w *Writer) write(part []byte) error {
	for i := range w.passes.streams {
		if part = w.passes.streams[i].addLines(part); len(part) == 0 {
			return nil
		}
	}
	return w.pass(part)
}

// addLines takes in a part of the text and returns the masked text of the lines that
// it ends, and what can be told of the last one.
func (s *stream) addLines(part []byte) []byte {
	s.add(part)
	if line := bytes.LastIndexByte(s.text[s.done:], '\n'); line >= 0 {
		end := s.done + line + 1
		return s.advance(nil, end, end, end)
	}
	return s.advanceAhead(nil)
}

// Flush passes on a line that has no newline yet.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pass(w.passes.through(nil, true))
}

// Close flushes and refuses further writes. It does not close the writer below.
func (w *Writer) Close() error {
	err := w.Flush()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	return err
}

func (w *Writer) pass(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	_, err := w.w.Write(text)
	return err
}
