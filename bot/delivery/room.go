package delivery

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

const (
	// maxSpools is what all files on their way may take on disk in one process.
	maxSpools = 4 << 30
	// keepFree stays free on the disk, for others.
	keepFree = 256 << 20
	// roomStep is how much room a spool claims at a time.
	roomStep = 4 << 20
)

// ErrNoRoom says that there is no room on this machine for a file on its way to
// Slack now.
var ErrNoRoom = errors.New("no room for a temporary file")

// spoolRoom is the folder of the spools and what they may take there.
type spoolRoom struct {
	dir  string // empty is the system's
	most int64  // bytes of all spools together
	free func(dir string) (bytes int64, known bool)

	mu   sync.Mutex
	used int64
}

func newSpoolRoom(dir string) *spoolRoom {
	if dir == "" {
		dir = os.TempDir()
	}
	return &spoolRoom{dir: dir, most: maxSpools, free: freeOn}
}

func (r *spoolRoom) take(n int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used+n > r.most {
		return fmt.Errorf("%w: files on their way take %d of %d bytes", ErrNoRoom, r.used, r.most)
	}
	if free, known := r.free(r.dir); known && free-n < keepFree {
		return fmt.Errorf("%w: %d bytes are free in %s", ErrNoRoom, free, r.dir)
	}
	r.used += n
	return nil
}

func (r *spoolRoom) give(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used -= n
}

// roomed is a file that claims room before it grows.
type roomed struct {
	file    *os.File // not embedded: its other ways to write would go uncounted
	room    *spoolRoom
	claimed int64
	size    int64
}

// newFile makes a temporary file that has no name any more, so that nothing is
// left behind however the process ends.
func (r *spoolRoom) newFile() (*roomed, error) {
	file, err := os.CreateTemp(r.dir, "logbot-*")
	if err != nil {
		return nil, fmt.Errorf("open a temporary file: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("unlink a temporary file: %w", err), file.Close())
	}
	return &roomed{file: file, room: r}, nil
}

func (f *roomed) Write(p []byte) (int, error) {
	for f.size+int64(len(p)) > f.claimed {
		if err := f.room.take(roomStep); err != nil {
			return 0, err
		}
		f.claimed += roomStep
	}
	n, err := f.file.Write(p)
	f.size += int64(n)
	return n, err
}

// reader reads the file from its start. Several may be in use at once.
func (f *roomed) reader() io.Reader { return io.NewSectionReader(f.file, 0, f.size) }

// Close closes the file and gives its room back.
func (f *roomed) Close() error {
	f.room.give(f.claimed)
	f.claimed = 0
	return f.file.Close()
}
