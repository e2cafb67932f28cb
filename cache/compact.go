package cache

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	// compactStep bounds one transaction of a copy, in bytes.
	compactStep = 4 << 20
	// compactWait is how long CompactFile waits for another process.
	compactWait = time.Second
)

// CompactFile writes the page store at path anew, without what has expired and
// without the room that this left, and returns its sizes in bytes. Nothing is
// lost when it is interrupted: the new file takes the place of the old one when
// it is whole and on the disk. It returns ErrLocked when another process has the
// file, and an error that is os.ErrNotExist when there is none.
func CompactFile(path string, log Logger) (before, after int64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("compact the page store %s: %w", path, err)
		}
	}()
	if before, err = sizeOf(path); err != nil {
		return 0, 0, err
	}
	// The file may be damaged: that is for OpenFile, which sweeps it as well.
	s, err := OpenFile(path, 0, log)
	if err != nil {
		return before, 0, err
	}
	if err := s.Close(); err != nil {
		return before, 0, err
	}
	return compact(path)
}

func compact(path string) (before, after int64, err error) {
	old, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: compactWait})
	if errors.Is(err, bolterrors.ErrTimeout) {
		err = ErrLocked
	}
	if err != nil {
		return 0, 0, err
	}
	// Held until the new file has its place. A process that began to wait for it in
	// the meantime gets the old one, which has no name any more: it keeps its pages
	// until it ends.
	defer func() { err = errors.Join(err, old.Close()) }()
	if before, err = sizeOf(path); err != nil {
		return 0, 0, err
	}
	part := path + ".compact"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) { // of one that was interrupted
		return before, 0, err
	}
	if err := copyTo(part, old); err != nil {
		return before, 0, errors.Join(err, os.Remove(part))
	}
	if after, err = sizeOf(part); err != nil {
		return before, 0, err
	}
	if err := os.Rename(part, path); err != nil {
		return before, after, err
	}
	return before, after, syncFolder(filepath.Dir(path))
}

// copyTo writes what old holds to a new file.
func copyTo(path string, old *bolt.DB) (err error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: compactWait, FreelistType: bolt.FreelistMapType})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := bolt.Compact(db, old, compactStep); err != nil {
		return err
	}
	return db.Sync()
}

func sizeOf(path string) (int64, error) {
	is, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return is.Size(), nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
