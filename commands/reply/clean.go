package reply

import (
	"bufio"
	"errors"
	"io"

	"logbot/logsapi/lines"
)

// maxPiece is how much of a line is cleaned at once, in bytes.
const maxPiece = 1 << 20

// cleaner is masked text as an excerpt shows it: without terminal sequences, other
// control characters and what turns or hides text, each line in UTF-8. It must come
// after the gate, which looks through what it removes.
type cleaner struct {
	in    *bufio.Reader
	plain []byte // memory for a line
	out   []byte // cleaned, not read yet
	held  []byte // the beginning of a character at the end of a piece
	err   error
}

func newCleaner(masked io.Reader) *cleaner {
	return &cleaner{in: bufio.NewReaderSize(masked, maxPiece)}
}

// Read implements io.Reader.
func (c *cleaner) Read(p []byte) (int, error) {
	for len(c.out) == 0 && c.err == nil {
		c.next()
	}
	if len(c.out) == 0 {
		return 0, c.err
	}
	n := copy(p, c.out)
	c.out = c.out[n:]
	return n, nil
}

// next cleans the next line, or piece of a long one.
func (c *cleaner) next() {
	line, err := c.in.ReadSlice('\n')
	if len(c.held) > 0 {
		line = append(c.held, line...)
		c.held = nil
	}
	end := len(line)
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		whole := end - lines.Unfinished(line)
		c.held = append(c.held, line[whole:]...)
		line, end = line[:whole], whole
	case err != nil:
		c.err = err
	default:
		end--
	}
	plain := lines.Plain(c.plain, line[:end])
	if end == 0 || len(plain) > 0 && &plain[0] == &line[0] { // as it was
		c.out = line
		return
	}
	c.plain = append(plain, line[end:]...)
	c.out = c.plain
}
