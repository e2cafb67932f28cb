// Package boltfile opens a bbolt file for one process, and survives a damaged one: it
// causes no panic, no fault, and does not prevent the start.
package boltfile

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is how long Open waits for another process.
const lockTimeout = time.Second

var (
	// ErrLocked says that another process has the file open.
	ErrLocked = errors.New("another process uses the file")
	// ErrBroken says that the file is damaged.
	ErrBroken = errors.New("the file is damaged")
)

// Options describe the file.
type Options struct {
	// What it is, for errors and the log: "page store".
	What string
	// MaxSize bounds the file, in bytes; 0 is no bound.
	MaxSize int64
	// Precious says that the content cannot be fetched again: every damaged file is
	// kept, under another name, and only Open moves it, whose caller can then read
	// what is left. Otherwise only the last one is kept.
	Precious bool
	// Temporary says that the file need not survive a power failure: writes do not
	// wait for the disk.
	Temporary bool
	// Format is the newest format of the content that the caller reads, and the one it
	// writes; 0 is 1. What a newer version wrote is ErrNewer if the file is precious;
	// otherwise it is emptied.
	Format int
	// Warnf gets a line about a damaged file, and about one that is emptied.
	Warnf func(format string, args ...any)
}

// File is an open bbolt file. It is safe for concurrent use.
type File struct {
	options Options
	path    string
	db      *bolt.DB
	file    *os.File // what db reads and writes
	broken  atomic.Bool
	close   func() error
}

// Open opens the file at path, or creates it, readable for its owner alone. The
// folder must exist. Begin is the first transaction: it creates the buckets, and
// runs again on a new file if this one is damaged. A damaged file is moved aside, to
// the same name with ".damaged" behind it; aside is then its new path. It returns
// ErrLocked if another process has the file open for more than a second.
func Open(path string, o Options, begin func(*bolt.Tx) error) (f *File, aside string, err error) {
	f, err = open(path, o, begin)
	if isBroken(err) {
		aside = asideOf(path, o.Precious)
		o.Warnf("%s %s: %v; it is moved aside to %s and begun anew", o.What, path, err, aside)
		if err := os.Rename(path, aside); err != nil {
			return nil, "", fmt.Errorf("open the %s: %w", o.What, err)
		}
		f, err = open(path, o, begin)
	}
	if errors.Is(err, bolterrors.ErrTimeout) {
		err = ErrLocked
	}
	if err != nil {
		return nil, "", fmt.Errorf("open the %s %s: %w", o.What, path, err)
	}
	f.close = sync.OnceValue(f.closeFile)
	return f, aside, nil
}

func open(path string, o Options, begin func(*bolt.Tx) error) (*File, error) {
	f := &File{options: o, path: path}
	err := guarded(func() (err error) {
		f.db, err = bolt.Open(path, 0o600, &bolt.Options{
			Timeout:      lockTimeout,
			FreelistType: bolt.FreelistMapType,
			MaxSize:      int(o.MaxSize),
			NoSync:       o.Temporary,
			NoGrowSync:   o.Temporary,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				file, err := os.OpenFile(name, flag, mode)
				f.file = file
				return file, err
			},
		})
		if err != nil {
			return err
		}
		if err := f.file.Chmod(0o600); err != nil { // it may have existed
			return err
		}
		return f.db.Update(func(tx *bolt.Tx) error {
			if err := checkFormat(tx, o); err != nil {
				return err
			}
			return begin(tx)
		})
	})
	if err != nil && f.file != nil {
		abandon(f.file) // after a panic bbolt has not closed it
	}
	return f, err
}

// asideOf is the new path of a damaged file; keep says that no earlier one is
// replaced.
func asideOf(path string, keep bool) string {
	aside := path + ".damaged"
	for n := 2; keep; n++ {
		if _, err := os.Lstat(aside); errors.Is(err, os.ErrNotExist) {
			break
		}
		aside = path + ".damaged-" + strconv.Itoa(n)
	}
	return aside
}

// guarded runs do. With a damaged file bbolt may panic, and reading mapped memory
// that the file no longer covers faults. Both become ErrBroken.
//
// It guards only this goroutine. That is why nothing is written with bolt.DB.Batch,
// and why the file has the list of free pages (another goroutine would rebuild it).
func guarded(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %v", ErrBroken, v)
		}
	}()
	return do()
}

func isBroken(err error) bool {
	return errors.Is(err, ErrBroken) || errors.Is(err, bolterrors.ErrInvalid) ||
		errors.Is(err, bolterrors.ErrVersionMismatch) || errors.Is(err, bolterrors.ErrChecksum)
}

// Name is the path of the file.
func (f *File) Name() string { return f.path }

// View runs do in a transaction that reads. The memory that do gets from the
// transaction is valid only until it returns.
func (f *File) View(do func(*bolt.Tx) error) error {
	return f.use(func() error { return f.db.View(do) })
}

// Update runs do in a transaction that writes, and returns when that is on the disk,
// or at once if the file is temporary.
func (f *File) Update(do func(*bolt.Tx) error) error {
	return f.use(func() error { return f.db.Update(do) })
}

// use runs do on the file, unless the file was found to be damaged.
func (f *File) use(do func() error) error {
	if f.broken.Load() {
		return ErrBroken
	}
	err := guarded(do)
	if isBroken(err) && f.broken.CompareAndSwap(false, true) {
		f.options.Warnf("%s %s: %v; it is not used any more and will be begun anew", f.options.What, f.path, err)
	}
	return err
}

// Close closes the file, and moves it aside if it is damaged and not precious. It
// may be called again.
func (f *File) Close() error { return f.close() }

func (f *File) closeFile() error {
	if !f.broken.Load() {
		return f.db.Close()
	}
	// A panic may have left bbolt's locks locked, so bbolt cannot be closed.
	var err error
	if !f.options.Precious {
		err = os.Rename(f.path, asideOf(f.path, false))
	}
	return errors.Join(err, abandon(f.file))
}

// Salvage runs do on a file that was moved aside, to read what is still readable. Do
// must check what it reads. Salvage may be called again for another part of the
// file.
func Salvage(path string, do func(*bolt.Tx) error) error {
	var file *os.File
	err := guarded(func() error {
		db, err := bolt.Open(path, 0o600, &bolt.Options{
			ReadOnly: true,
			Timeout:  lockTimeout,
			OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
				file, err = os.OpenFile(name, flag, mode)
				return file, err
			},
		})
		if err != nil {
			return err
		}
		if err := db.View(do); err != nil {
			return errors.Join(err, db.Close())
		}
		return db.Close()
	})
	if err != nil && file != nil {
		abandon(file) // after a panic bbolt has not closed it
	}
	return err
}
