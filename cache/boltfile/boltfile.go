// Package boltfile opens a bbolt file for one process, so that a damaged one
// costs what it held and nothing else: no panic, no fault, no file that blocks
// the start.
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
	// ErrBroken says that the file is not what was written to it.
	ErrBroken = errors.New("the file is damaged")
)

// Options say what the file is.
type Options struct {
	// What is its name in errors and in the log: "page store".
	What string
	// MaxSize bounds the file, in bytes; 0 is no bound.
	MaxSize int64
	// Precious says that what the file holds cannot be had again: every damaged
	// file is kept, under a name of its own, and only Open moves it, whose caller
	// can then read what is left of it. Else only the last one is kept.
	Precious bool
	// Fleeting says that the file need not outlive the machine's power: nothing
	// waits for the disk.
	Fleeting bool
	// Warnf hears of a damaged file.
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

// Open opens the file at path, and makes it, readable for its owner alone, where
// it is not. The folder must exist. Begin is the first transaction: it makes the
// buckets, and is run again on a new file where this one turns out damaged. A
// damaged file is moved aside, to the same name with ".damaged" behind it; aside
// is then its new path. It returns ErrLocked when another process has had the
// file for a second.
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
			NoSync:       o.Fleeting,
			NoGrowSync:   o.Fleeting,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				file, err := os.OpenFile(name, flag, mode)
				f.file = file
				return file, err
			},
		})
		if err != nil {
			return err
		}
		if err := f.file.Chmod(0o600); err != nil { // it may have been there before
			return err
		}
		return f.db.Update(begin)
	})
	if err != nil && f.file != nil {
		giveUp(f.file) // also after a panic, when bbolt has not
	}
	return f, err
}

// asideOf is where a damaged file goes.
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

// guarded runs do, which may meet a damaged file: bbolt panics then, and what
// the file no longer covers of the mapped memory faults. Both become ErrBroken.
//
// It holds for this goroutine alone. The reasons that nothing is written with
// bolt.DB.Batch, and that the list of free pages is kept in the file (its
// reconstruction is another goroutine's), are here.
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

// View runs do in a transaction that reads. What do makes of the file's memory
// it must copy.
func (f *File) View(do func(*bolt.Tx) error) error {
	return f.call(func() error { return f.db.View(do) })
}

// Update runs do in a transaction that writes, and returns when what it wrote is
// on the disk, unless the file is fleeting.
func (f *File) Update(do func(*bolt.Tx) error) error {
	return f.call(func() error { return f.db.Update(do) })
}

// call runs do on the file. Once broken, it is left alone.
func (f *File) call(do func() error) error {
	if f.broken.Load() {
		return ErrBroken
	}
	err := guarded(do)
	if isBroken(err) && f.broken.CompareAndSwap(false, true) {
		f.options.Warnf("%s %s: %v; it is not used any more and will be begun anew", f.options.What, f.path, err)
	}
	return err
}

// Close closes the file, and moves it aside if it was found damaged and is not
// precious. It may be called again.
func (f *File) Close() error { return f.close() }

func (f *File) closeFile() error {
	if !f.broken.Load() {
		return f.db.Close()
	}
	// What panicked may hold bbolt's locks, so bbolt cannot be closed.
	var err error
	if !f.options.Precious {
		err = os.Rename(f.path, asideOf(f.path, false))
	}
	return errors.Join(err, giveUp(f.file))
}

// Salvage runs do on a file that was moved aside, to read what can still be
// read. What do has seen before it came upon damage is whole or not: it must
// check. It may be called again for another part.
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
		giveUp(file) // after a panic bbolt cannot
	}
	return err
}
