package pagestore

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
	// compactWait is how long Compact waits for another process.
	compactWait = time.Second
)

// Compact rewrites the page store at path without expired pages and free space, and
// returns its sizes in bytes. Nothing is lost if it is interrupted: the new file
// replaces the old one once it is complete and on the disk. It returns ErrLocked if
// another process has the file open, and an error that is os.ErrNotExist if there
// is no file.
func Compact(path string, log Logger) (before, after int64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("compact the page store %s: %w", path, err)
		}
	}()
	if before, err = sizeOf(path); err != nil {
		return 0, 0, err
	}
	// OpenFile moves a damaged file aside, and removes what has expired.
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
	// Locked until the new file has replaced it. A process that waits for the lock
	// meanwhile gets the old file, which is then unlinked: its pages end with it.
	defer func() { err = errors.Join(err, old.Close()) }()
	if before, err = sizeOf(path); err != nil {
		return 0, 0, err
	}
	part := path + ".compact"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) { // of an interrupted run
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

// copyTo copies old to a new file.
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
