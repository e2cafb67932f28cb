package slacksim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// File is an uploaded file.
type File struct {
	ID       string
	Name     string
	Title    string
	Snippet  string // snippet_type; empty for a plain file
	Size     int64  // bytes received
	SHA256   string // of the bytes, in lower-case hex
	Channels []string
	ThreadTS string
	Deleted  bool
}

// fileContent is the bytes of a file: in memory, or in a temporary file that is
// already removed from its directory and so disappears with the process.
type fileContent struct {
	size   int64
	sum    string
	memory []byte
	file   *os.File
}

// spool reads r to its end and keeps up to inMemory bytes in memory, more of them
// in a temporary file. It fails with errTooLong after limit bytes.
func spool(r io.Reader, limit, inMemory int64) (*fileContent, error) {
	sum := sha256.New()
	r = io.TeeReader(io.LimitReader(r, limit+1), sum)
	head, err := io.ReadAll(io.LimitReader(r, inMemory+1))
	if err != nil {
		return nil, err
	}
	c := &fileContent{size: int64(len(head)), memory: head}
	if c.size > inMemory {
		if err := c.toFile(r); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	if c.size > limit {
		return nil, errors.Join(errTooLong, c.close())
	}
	c.sum = hex.EncodeToString(sum.Sum(nil))
	return c, nil
}

var errTooLong = errors.New("more bytes than allowed")

// toFile moves the bytes read so far to a temporary file and appends the rest of r.
func (c *fileContent) toFile(r io.Reader) error {
	f, err := os.CreateTemp("", "slacksim-*")
	if err != nil {
		return fmt.Errorf("spool upload: %w", err)
	}
	c.file = f
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("spool upload: %w", err)
	}
	c.size, err = io.Copy(f, io.MultiReader(bytes.NewReader(c.memory), r))
	c.memory = nil
	if err != nil {
		return fmt.Errorf("spool upload: %w", err)
	}
	return nil
}

// reader returns a reader of all bytes. Several readers may be used at once.
func (c *fileContent) reader() *io.SectionReader {
	if c.file != nil {
		return io.NewSectionReader(c.file, 0, c.size)
	}
	return io.NewSectionReader(bytes.NewReader(c.memory), 0, c.size)
}

func (c *fileContent) contains(text string) (bool, error) { return streamContains(c.reader(), text) }

// close releases the bytes. It may be called on nil.
func (c *fileContent) close() error {
	if c == nil || c.file == nil {
		return nil
	}
	return c.file.Close()
}

// streamContains reports whether the bytes of r contain text.
func streamContains(r io.Reader, text string) (bool, error) {
	want := []byte(text)
	buf := make([]byte, 0, max(64<<10, 2*len(want)))
	for {
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if bytes.Contains(buf, want) {
			return true, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		keep := min(len(buf), max(len(want)-1, 0)) // a match may straddle two reads
		buf = append(buf[:0], buf[len(buf)-keep:]...)
	}
}
