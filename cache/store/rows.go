package store

import (
	"bytes"
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"
)

// How a file keeps tables:
//
//	NAME     key -> value; if rows expire: key -> stamp of the end of life, value
//	NAMEby   stamp, key -> nothing; only if rows expire
//	counts   NAME -> number of rows, as a stamp
//
// A stamp is Unix milliseconds, 8 bytes, big endian, so that keys that begin with
// one are in the order of time.
const (
	byEnd        = "by"
	countsBucket = "counts"
	// StampLen is the length of a stamp in bytes.
	StampLen = 8
	// pruned is how many expired rows one put removes at most.
	pruned = 16
)

// AppendStamp appends the stamp of ms to b.
func AppendStamp(b []byte, ms int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(max(ms, 0)))
}

// StampOf reads the stamp at the beginning of b; 0 if b is too short.
func StampOf(b []byte) int64 {
	if len(b) < StampLen {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b))
}

// Rows are the rows of a table within one transaction.
type Rows struct {
	spec   Spec
	counts *bolt.Bucket
	all    *bolt.Bucket
	ends   *bolt.Bucket // nil if rows do not expire
}

// In returns the rows of a table of the file.
func In(tx Tx, spec Spec) Rows {
	r := Rows{spec: spec, counts: tx.Bucket([]byte(countsBucket)), all: tx.Bucket([]byte(spec.Name))}
	if spec.Life > 0 {
		r.ends = tx.Bucket([]byte(spec.Name + byEnd))
	}
	return r
}

// Get returns the value of a row that has not expired at now, in Unix ms, or nil. At
// 0 nothing has expired. The value is valid only within the transaction.
func (r Rows) Get(key string, now int64) []byte {
	return r.live(r.all.Get([]byte(key)), now)
}

// live returns the value of what is stored, nil if it has expired at now.
func (r Rows) live(stored []byte, now int64) []byte {
	value, ok := r.value(stored)
	if !ok || r.ends != nil && now > 0 && StampOf(stored) <= now {
		return nil
	}
	return value
}

// value returns the value of what is stored, without its end of life. It reports
// false if there is none.
func (r Rows) value(stored []byte) (value []byte, ok bool) {
	switch {
	case stored == nil:
		return nil, false
	case r.ends == nil:
		return stored, true
	case len(stored) < StampLen:
		return nil, false
	}
	return stored[StampLen:], true
}

// Len is the number of rows, expired ones included.
func (r Rows) Len() int64 { return StampOf(r.counts.Get([]byte(r.spec.Name))) }

func (r Rows) addCount(n int64) error { return r.setCount(r.Len() + n) }

func (r Rows) setCount(n int64) error {
	return r.counts.Put([]byte(r.spec.Name), AppendStamp(nil, n))
}

// Put writes a row whose life begins at now, after it removed some that have
// expired. If the table is full it drops others or returns ErrFull, as the Spec
// says.
func (r Rows) Put(key string, value []byte, now time.Time) error {
	if err := r.prune(now.UnixMilli()); err != nil {
		return err
	}
	if r.spec.Max > 0 && r.all.Get([]byte(key)) == nil {
		if r.Len() >= int64(r.spec.Max) && !r.spec.Evict {
			return r.spec.full()
		}
		for n := 0; n < pruned && r.Len() >= int64(r.spec.Max); n++ {
			if err := r.dropFirst(); err != nil {
				return err
			}
		}
	}
	return r.set(key, value, now.Add(r.spec.Life).UnixMilli())
}

// set writes a row with its end of life in Unix ms.
func (r Rows) set(key string, value []byte, end int64) error {
	old := r.all.Get([]byte(key))
	isNew, stored := old == nil, value
	if r.ends != nil {
		if !isNew {
			if err := r.ends.Delete(endKey(StampOf(old), key)); err != nil {
				return err
			}
		}
		if err := r.ends.Put(endKey(end, key), nil); err != nil {
			return err
		}
		stored = append(AppendStamp(make([]byte, 0, StampLen+len(value)), end), value...)
	}
	if err := r.all.Put([]byte(key), stored); err != nil || !isNew {
		return err
	}
	return r.addCount(1)
}

func endKey(end int64, key string) []byte { return append(AppendStamp(nil, end), key...) }

// Delete removes a row, also an expired one, and reports whether there was one.
func (r Rows) Delete(key string) (bool, error) {
	stored := r.all.Get([]byte(key))
	if stored == nil {
		return false, nil
	}
	if r.ends != nil {
		if err := r.ends.Delete(endKey(StampOf(stored), key)); err != nil {
			return false, err
		}
	}
	if err := r.all.Delete([]byte(key)); err != nil {
		return false, err
	}
	return true, r.addCount(-1)
}

// prune removes some rows that have expired at now.
func (r Rows) prune(now int64) error {
	if r.ends == nil {
		return nil
	}
	for range pruned {
		first, _ := r.ends.Cursor().First()
		if first == nil || StampOf(first) > now {
			return nil
		}
		if err := r.dropFirst(); err != nil {
			return err
		}
	}
	return nil
}

// dropFirst removes the row that expires next.
func (r Rows) dropFirst() error {
	first, _ := r.ends.Cursor().First()
	if first == nil {
		return nil
	}
	first = bytes.Clone(first)
	if _, err := r.Delete(string(first[min(StampLen, len(first)):])); err != nil {
		return err
	}
	return r.ends.Delete(first) // for an entry without its row
}
