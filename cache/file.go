package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	// defaultFileLimit is the cap of a file where none is given, in bytes: some
	// 12,000 to 50,000 pages.
	defaultFileLimit = 256 << 20
	// lockTimeout is how long OpenFile waits for another process.
	lockTimeout = time.Second
	// sweepEvery is how long an expired page stays in the file at most. Freed
	// room is used again; the file itself never shrinks.
	sweepEvery = 30 * time.Second
	// fileRoom bounds the file beyond twice its cap: bbolt grows it by 16 MiB at
	// a time and leaves holes.
	fileRoom = 32 << 20
)

// ErrLocked says that another process has the file open.
var ErrLocked = errors.New("another process uses the file")

// errBroken says that the file is not what was written to it.
var errBroken = errors.New("the file is damaged")

// File is a PageStore in one file of this machine, for one process at a time.
// It outlives that process, also when it is killed.
//
// The values with their keys take at most the cap, the file about twice that;
// whatever expires next goes first when room is needed. A file that is found
// damaged is moved aside, to the same name with ".damaged" behind it, because
// what it held can be fetched again.
type File struct {
	db     *bolt.DB
	file   *os.File // what db reads and writes
	limit  int64
	log    Logger
	broken atomic.Bool
	stop   chan struct{}
	close  func() error
	swept  sync.WaitGroup
}

// OpenFile opens the store at path, and makes it, readable for its owner alone,
// where it is not. The folder must exist. The cap is in bytes; 0 is 256 MiB.
// It returns ErrLocked when another process has had the file for a second. Log
// hears of a damaged file; nil is silence.
func OpenFile(path string, limit int64, log Logger) (*File, error) {
	if limit <= 0 {
		limit = defaultFileLimit
	}
	log = orSilence(log)
	s, err := openFile(path, limit, log)
	if isBroken(err) {
		log.Warnf("page store %s: %v; it is moved aside and begun anew", path, err)
		if err := os.Rename(path, path+".damaged"); err != nil {
			return nil, fmt.Errorf("open the page store: %w", err)
		}
		s, err = openFile(path, limit, log)
	}
	if errors.Is(err, bolterrors.ErrTimeout) {
		err = ErrLocked
	}
	if err != nil {
		return nil, fmt.Errorf("open the page store %s: %w", path, err)
	}
	s.close = sync.OnceValue(s.closeFile)
	s.swept.Go(s.sweep)
	return s, nil
}

func openFile(path string, limit int64, log Logger) (*File, error) {
	s := &File{limit: limit, log: log, stop: make(chan struct{})}
	err := guarded(func() (err error) {
		s.db, err = bolt.Open(path, 0o600, &bolt.Options{
			Timeout:      lockTimeout,
			FreelistType: bolt.FreelistMapType,
			MaxSize:      int(2*limit + fileRoom),
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				f, err := os.OpenFile(name, flag, mode)
				s.file = f
				return f, err
			},
		})
		if err != nil {
			return err
		}
		if err := s.file.Chmod(0o600); err != nil { // it may have been there before
			return err
		}
		return s.db.Update(func(tx *bolt.Tx) error {
			for _, name := range []string{pagesBucket, expiryBucket, sizeBucket} {
				if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
					return err
				}
			}
			return changing(tx, func(t *table) error { return t.trim(time.Now(), limit) })
		})
	})
	if err != nil && s.file != nil {
		s.file.Close() // also after a panic, when bbolt has not; it frees the lock
	}
	return s, err
}

// guarded runs do, which may meet a damaged file: bbolt panics then, and what
// the file no longer covers of the mapped memory faults. Both become errBroken.
//
// It holds for this goroutine alone. The reasons that no page is written with
// bolt.DB.Batch, and that the list of free pages is kept in the file (its
// reconstruction is another goroutine's), are here.
func guarded(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %v", errBroken, v)
		}
	}()
	return do()
}

func isBroken(err error) bool {
	return errors.Is(err, errBroken) || errors.Is(err, bolterrors.ErrInvalid) ||
		errors.Is(err, bolterrors.ErrVersionMismatch) || errors.Is(err, bolterrors.ErrChecksum)
}

// call runs do on the file. Once broken, it is left alone.
func (s *File) call(doing, key string, do func() error) error {
	err := errBroken
	if !s.broken.Load() {
		err = guarded(do)
	}
	if err == nil || errors.Is(err, ErrMiss) {
		return err
	}
	if isBroken(err) && s.broken.CompareAndSwap(false, true) {
		s.log.Warnf("page store %s: %v; it is not used any more and will be begun anew", s.file.Name(), err)
	}
	return fmt.Errorf("%s %s in the file %s: %w", doing, key, s.file.Name(), err)
}

// Get implements PageStore.
func (s *File) Get(_ context.Context, key string) (value []byte, err error) {
	err = s.call("read", key, func() error {
		return s.db.View(func(tx *bolt.Tx) error {
			v := tx.Bucket([]byte(pagesBucket)).Get([]byte(key))
			if len(v) <= stampLen || !time.Now().Before(stampOf(v)) {
				return ErrMiss
			}
			value = bytes.Clone(v[stampLen:])
			return nil
		})
	})
	return value, err
}

// Set implements PageStore. It returns when the value is on the disk.
func (s *File) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	if len(value) > MaxValue {
		return ErrTooLarge
	}
	return s.change("write", key, func(t *table) error {
		if err := t.remove([]byte(key)); err != nil || len(value) == 0 || ttl < time.Millisecond {
			return err
		}
		now := time.Now()
		if err := t.put([]byte(key), value, now.Add(ttl)); err != nil {
			return err
		}
		return t.trim(now, s.limit)
	})
}

// Delete implements PageStore.
func (s *File) Delete(_ context.Context, key string) error {
	return s.change("delete", key, func(t *table) error { return t.remove([]byte(key)) })
}

// Close implements PageStore. It may be called again.
func (s *File) Close() error { return s.close() }

func (s *File) closeFile() error {
	close(s.stop)
	s.swept.Wait()
	if !s.broken.Load() {
		return s.db.Close()
	}
	// What panicked may hold bbolt's locks, so bbolt cannot be closed.
	name := s.file.Name()
	return errors.Join(os.Rename(name, name+".damaged"), s.file.Close())
}

func (s *File) change(doing, key string, do func(*table) error) error {
	return s.call(doing, key, func() error {
		return s.db.Update(func(tx *bolt.Tx) error { return changing(tx, do) })
	})
}

// sweep removes what has expired, until Close.
func (s *File) sweep() {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case now := <-ticker.C:
			s.sweepOnce(now)
		}
	}
}

// sweepOnce writes only where there is something to remove.
func (s *File) sweepOnce(now time.Time) {
	expired := false
	s.call("sweep", "pages", func() error {
		return s.db.View(func(tx *bolt.Tx) error {
			due, _ := tx.Bucket([]byte(expiryBucket)).Cursor().First()
			expired = due != nil && !now.Before(stampOf(due))
			return nil
		})
	})
	if expired {
		s.change("sweep", "pages", func(t *table) error { return t.trim(now, s.limit) })
	}
}
