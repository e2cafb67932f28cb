// Package spool keeps contents on disk until they are sent: compressed, within a
// quota, and in files without a name, which vanish however the process ends.
//
// Slack wants to know the exact length of a file before its first byte. Through a
// spool a log of any size can be sent with little memory.
package spool

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

const (
	// maxBytes limits the files of one Store together.
	maxBytes = 4 << 30
	// minFree bytes of the disk stay free for other programs.
	minFree = 256 << 20
	// claimStep is how many bytes a growing file claims at a time.
	claimStep = 4 << 20
)

var errNoSpace = errors.New("no space for a temporary file")

// Store is a folder for spooled files, with a quota. It is safe for concurrent use.
type Store struct {
	dir   string
	quota int64                                      // bytes of all files together
	free  func(dir string) (bytes int64, known bool) // on the disk

	mu   sync.Mutex
	used int64
}

// New returns a store in a folder that exists; empty is the system's folder for
// temporary files.
func New(dir string) *Store {
	if dir == "" {
		dir = os.TempDir()
	}
	return &Store{dir: dir, quota: maxBytes, free: freeOn}
}

// Used is how many bytes of the quota are claimed.
func (s *Store) Used() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

func (s *Store) claim(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+n > s.quota {
		return fmt.Errorf("%w: temporary files use %d of %d bytes", errNoSpace, s.used, s.quota)
	}
	if free, known := s.free(s.dir); known && free-n < minFree {
		return fmt.Errorf("%w: %d bytes are free in %s", errNoSpace, free, s.dir)
	}
	s.used += n
	return nil
}

func (s *Store) release(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used -= n
}

// diskFile claims space before it grows.
type diskFile struct {
	file    *os.File // not embedded: its other ways to write claim nothing
	store   *Store
	claimed int64
	size    int64
}

func (s *Store) create() (*diskFile, error) {
	file, err := os.CreateTemp(s.dir, "logbot-*")
	if err != nil {
		return nil, fmt.Errorf("open a temporary file: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("unlink a temporary file: %w", err), file.Close())
	}
	return &diskFile{file: file, store: s}, nil
}

func (f *diskFile) Write(p []byte) (int, error) {
	for f.size+int64(len(p)) > f.claimed {
		if err := f.store.claim(claimStep); err != nil {
			return 0, err
		}
		f.claimed += claimStep
	}
	n, err := f.file.Write(p)
	f.size += int64(n)
	return n, err
}

func (f *diskFile) reader() io.Reader { return io.NewSectionReader(f.file, 0, f.size) }

// close may be called more than once.
func (f *diskFile) close() error {
	f.store.release(f.claimed)
	f.claimed = 0
	return f.file.Close()
}
