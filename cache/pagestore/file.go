package pagestore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"logbot/cache/boltfile"
	"logbot/cache/redisclient"
)

const (
	// defaultFileLimit is the default limit of a file, in bytes: some 12,000 to
	// 50,000 pages.
	defaultFileLimit = 256 << 20
	// sweepEvery is the longest that an expired page stays in the file. Its space is
	// used again; the file itself never shrinks.
	sweepEvery = 30 * time.Second
	// fileRoom is how much larger than twice its limit the file may be: bbolt grows
	// it by 16 MiB at a time and leaves holes.
	fileRoom = 32 << 20
	// fileFormat is the version of the buckets below. A version of the program that
	// reads only earlier ones empties the file.
	fileFormat = 1
)

// ErrLocked says that another process has the file open.
var ErrLocked = boltfile.ErrLocked

// File is a Store in one file of this machine, for one process at a time.
// It outlives that process, also when it is killed.
//
// The values with their keys take at most the limit, the file about twice that; to
// make room it removes the values that expire next. A damaged file is moved aside,
// to the same name with ".damaged" behind it: what it had can be fetched again.
type File struct {
	db    *boltfile.File
	limit int64
	stop  chan struct{}
	close func() error
	swept sync.WaitGroup
}

// OpenFile opens the store at path, or creates it, readable for its owner alone.
// The folder must exist. The limit is in bytes; 0 is 256 MiB. It returns ErrLocked
// if another process has the file open for more than a second. Log gets a line
// about a damaged file and one of a newer version; nil is silence.
func OpenFile(path string, limit int64, log Logger) (*File, error) {
	if limit <= 0 {
		limit = defaultFileLimit
	}
	s := &File{limit: limit, stop: make(chan struct{})}
	db, _, err := boltfile.Open(path, boltfile.Options{
		What:    "page store",
		Format:  fileFormat,
		MaxSize: 2*limit + fileRoom,
		Warnf:   redisclient.OrSilence(log).Warnf,
	}, func(tx *bolt.Tx) error {
		for _, name := range []string{pagesBucket, expiryBucket, sizeBucket} {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return changing(tx, func(t *table) error { return t.trim(time.Now(), limit) })
	})
	if err != nil {
		return nil, err
	}
	s.db = db
	s.close = sync.OnceValue(s.closeFile)
	s.swept.Go(s.sweep)
	return s, nil
}

// during says what was being done to which key when err came.
func (s *File) during(doing, key string, err error) error {
	if err == nil || errors.Is(err, ErrMiss) {
		return err
	}
	return fmt.Errorf("%s %s in the file %s: %w", doing, key, s.db.Name(), err)
}

// Get implements Store.
func (s *File) Get(_ context.Context, key string) (value []byte, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		v := tx.Bucket([]byte(pagesBucket)).Get([]byte(key))
		if len(v) <= stampLen || !time.Now().Before(stampOf(v)) {
			return ErrMiss
		}
		value = bytes.Clone(v[stampLen:])
		return nil
	})
	return value, s.during("read", key, err)
}

// Set implements Store. It returns when the value is on the disk.
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

// Delete implements Store.
func (s *File) Delete(_ context.Context, key string) error {
	return s.change("delete", key, func(t *table) error { return t.remove([]byte(key)) })
}

// Close implements Store. It may be called again.
func (s *File) Close() error { return s.close() }

func (s *File) closeFile() error {
	close(s.stop)
	s.swept.Wait()
	return s.db.Close()
}

func (s *File) change(doing, key string, do func(*table) error) error {
	return s.during(doing, key, s.db.Update(func(tx *bolt.Tx) error { return changing(tx, do) }))
}

// sweep removes expired values until Close.
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

// sweepOnce writes only if something has expired.
func (s *File) sweepOnce(now time.Time) {
	expired := false
	s.db.View(func(tx *bolt.Tx) error {
		due, _ := tx.Bucket([]byte(expiryBucket)).Cursor().First()
		expired = due != nil && !now.Before(stampOf(due))
		return nil
	})
	if expired {
		s.change("sweep", "pages", func(t *table) error { return t.trim(now, s.limit) })
	}
}

// The three bbolt buckets of a File:
//
//	pages    key                 -> stamp and value
//	expiry   stamp and key       -> nothing: the keys by the time they expire
//	size     "bytes"             -> the sum of what is in pages, as cost counts
//
// A stamp is the Unix time at which a value expires, in nanoseconds, 8 bytes big
// endian.
const (
	pagesBucket  = "pages"
	expiryBucket = "expiry"
	sizeBucket   = "size"
	bytesKey     = "bytes"

	stampLen = 8
)

func appendStamp(b []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(t.UnixNano()))
}

// stampOf reads the stamp at the beginning of b; a b that is too short has expired.
func stampOf(b []byte) time.Time {
	if len(b) < stampLen {
		return time.Time{}
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(b)))
}

// cost is what an entry takes in both buckets, in bytes; each has the key.
func cost(key, stamped []byte) int64 {
	const perEntry = 64 // two headers of 16 bytes, the second stamp, half-filled pages
	return int64(2*len(key) + len(stamped) + perEntry)
}

// table is the content of a File in one transaction that writes.
type table struct {
	pages, expiry *bolt.Bucket
	bytes         int64
}

// changing runs do on the content, and then writes its size.
func changing(tx *bolt.Tx, do func(*table) error) error {
	size := tx.Bucket([]byte(sizeBucket))
	t := &table{pages: tx.Bucket([]byte(pagesBucket)), expiry: tx.Bucket([]byte(expiryBucket))}
	if b := size.Get([]byte(bytesKey)); len(b) == 8 {
		t.bytes = int64(binary.BigEndian.Uint64(b))
	}
	if err := do(t); err != nil {
		return err
	}
	return size.Put([]byte(bytesKey), binary.BigEndian.AppendUint64(nil, uint64(t.bytes)))
}

// put adds a key that does not exist.
func (t *table) put(key, value []byte, until time.Time) error {
	stamped := append(appendStamp(make([]byte, 0, stampLen+len(value)), until), value...)
	t.bytes += cost(key, stamped)
	if err := t.pages.Put(key, stamped); err != nil {
		return err
	}
	return t.expiry.Put(append(appendStamp(nil, until), key...), nil)
}

// remove removes a key if it exists.
func (t *table) remove(key []byte) error {
	stamped := t.pages.Get(key)
	if len(stamped) < stampLen {
		return nil
	}
	t.bytes -= cost(key, stamped)
	if err := t.expiry.Delete(append(bytes.Clone(stamped[:stampLen]), key...)); err != nil {
		return err
	}
	return t.pages.Delete(key)
}

// trim removes expired values, and then those that expire next until at most limit
// bytes are left.
func (t *table) trim(now time.Time, limit int64) error {
	for {
		due, _ := t.expiry.Cursor().First()
		if due == nil || (now.Before(stampOf(due)) && t.bytes <= limit) {
			return nil
		}
		due = bytes.Clone(due)
		if err := t.remove(due[min(stampLen, len(due)):]); err != nil {
			return err
		}
		if err := t.expiry.Delete(due); err != nil { // for an entry without its page
			return err
		}
	}
}
