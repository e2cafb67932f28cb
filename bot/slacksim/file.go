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
	SHA256   string // of them, in lower-case hex
	Channels []string
	ThreadTS string
	Deleted  bool
}

// content is the bytes of one file: in memory, or in a temporary file that has
// no name any more and vanishes with the process.
type content struct {
	size   int64
	sum    string
	memory []byte
	file   *os.File
}

// spool reads r to its end, at most limit bytes, and keeps up to inMemory bytes
// in memory. One byte more than limit is an error.
func spool(r io.Reader, limit, inMemory int64) (*content, error) {
	sum := sha256.New()
	r = io.TeeReader(io.LimitReader(r, limit+1), sum)
	head, err := io.ReadAll(io.LimitReader(r, inMemory+1))
	if err != nil {
		return nil, err
	}
	c := &content{size: int64(len(head)), memory: head}
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

// toFile moves what was read so far to a temporary file and the rest of r after it.
func (c *content) toFile(r io.Reader) error {
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

// reader returns the bytes from their start; several may be read at once.
func (c *content) reader() *io.SectionReader {
	if c.file != nil {
		return io.NewSectionReader(c.file, 0, c.size)
	}
	return io.NewSectionReader(bytes.NewReader(c.memory), 0, c.size)
}

func (c *content) contains(text string) (bool, error) { return streamContains(c.reader(), text) }

// close drops the bytes; on nil it does nothing.
func (c *content) close() error {
	if c == nil || c.file == nil {
		return nil
	}
	return c.file.Close()
}

// files are the uploads and what became of them. The workspace's mu guards them.
type files struct {
	*channels
	faults  *faults
	rates   *rates
	traffic *traffic

	uploads  map[string]*upload // by file id
	fileIDs  []string           // in order of creation
	stored   int64              // declared bytes of all uploads
	inMemory int64              // bytes of files held in memory
}

// Files returns the uploads that were completed, oldest first, also those that
// were shared nowhere or were deleted.
func (fi *files) Files() []File {
	fi.mu.Lock()
	defer fi.mu.Unlock()
	var list []File
	for _, id := range fi.fileIDs {
		if u := fi.uploads[id]; u.completed {
			list = append(list, u.file())
		}
	}
	return list
}

// OpenFile returns the bytes of a completed upload, readable until Close.
func (fi *files) OpenFile(id string) (*io.SectionReader, error) {
	fi.mu.Lock()
	defer fi.mu.Unlock()
	u := fi.uploads[id]
	if u == nil || !u.completed {
		return nil, fmt.Errorf("slacksim: no file %q", id)
	}
	return u.content.reader(), nil
}
