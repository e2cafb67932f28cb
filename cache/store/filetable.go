package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"
)

// How a file keeps tables:
//
//	NAME     key -> value; if rows expire: key -> stamp of the end of life, value
//	NAMEby   stamp, key -> nothing; only if rows expire
//	counts   NAME -> number of rows, as a stamp; NAME-old and NAME-excess, see Cut;
//	         NAME-bytes of a table with MaxBytes
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
			if err := r.cutFirst(cutExcess); err != nil {
				return err
			}
		}
	}
	more := int64(len(key)+len(value)) - r.sizeOf([]byte(key), r.all.Get([]byte(key)))
	for n := 0; r.spec.MaxBytes > 0 && n < pruned && r.Len() > 0 && r.bytes()+more > r.spec.MaxBytes; n++ {
		if err := r.cutFirst(cutExcess); err != nil {
			return err
		}
	}
	return r.set(key, value, now.Add(r.spec.Life).UnixMilli())
}

// countBytes is added to the name of a table for the bytes of its keys and values.
const countBytes = "-bytes"

// bytes are those of keys and values, of a table with MaxBytes.
func (r Rows) bytes() int64 { return StampOf(r.counts.Get([]byte(r.spec.Name + countBytes))) }

func (r Rows) setBytes(n int64) error {
	if r.spec.MaxBytes == 0 {
		return nil
	}
	return r.counts.Put([]byte(r.spec.Name+countBytes), AppendStamp(nil, n))
}

// sizeOf is the size of a row; stored is its value in the bucket.
func (r Rows) sizeOf(key, stored []byte) int64 {
	value, ok := r.value(stored)
	if !ok {
		return 0
	}
	return int64(len(key) + len(value))
}

// set writes a row with its end of life in Unix ms.
func (r Rows) set(key string, value []byte, end int64) error {
	old := r.all.Get([]byte(key))
	isNew, stored := old == nil, value
	if err := r.setBytes(r.bytes() - r.sizeOf([]byte(key), old) + int64(len(key)+len(value))); err != nil {
		return err
	}
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
	size := r.sizeOf([]byte(key), stored) // stored is of the transaction
	if err := r.all.Delete([]byte(key)); err != nil {
		return false, err
	}
	if err := r.setBytes(r.bytes() - size); err != nil {
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
		if err := r.cutFirst(cutOld); err != nil {
			return err
		}
	}
	return nil
}

// What is added to the name of a table for the counters of Cut.
const (
	cutOld    = "-old"
	cutExcess = "-excess"
)

// cutFirst is dropFirst that is counted, if the Spec says so.
func (r Rows) cutFirst(why string) error {
	if r.spec.CountCut {
		name := []byte(r.spec.Name + why)
		if err := r.counts.Put(name, AppendStamp(nil, StampOf(r.counts.Get(name))+1)); err != nil {
			return err
		}
	}
	return r.dropFirst()
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

// fileTable is a table in a file.
type fileTable struct {
	file *File
	spec Spec
}

// Table is the table of spec, which is one of those the file was opened with.
func (f *File) Table(spec Spec) Table { return Table{spec: spec, rows: fileTable{f, spec}} }

// milli is now in Unix ms; 0, at which nothing has expired, if no time was given.
func milli(now time.Time) int64 {
	if now.IsZero() {
		return 0
	}
	return now.UnixMilli()
}

func (t fileTable) get(ctx context.Context, now time.Time, keys []string) (value []byte, err error) {
	err = t.file.Read(ctx, func(tx Tx) error {
		in := In(tx, t.spec)
		for _, key := range keys {
			if v := in.Get(key, milli(now)); v != nil {
				value = bytes.Clone(v)
				return nil
			}
		}
		return ErrNotFound
	})
	return value, err
}

func (t fileTable) getAll(ctx context.Context, now time.Time, keys []string) (map[string][]byte, error) {
	values := map[string][]byte{}
	err := t.file.Read(ctx, func(tx Tx) error {
		in := In(tx, t.spec)
		for _, key := range keys {
			if v := in.Get(key, milli(now)); v != nil {
				values[key] = bytes.Clone(v)
			}
		}
		return nil
	})
	return values, err
}

func (t fileTable) put(ctx context.Context, now time.Time, key string, value []byte, old *[]byte) error {
	_, err := Change(ctx, t.file, func(tx Tx) (struct{}, error) {
		in := In(tx, t.spec)
		if old != nil {
			is := in.Get(key, milli(now))
			if (is == nil) != (*old == nil) || !bytes.Equal(is, *old) {
				return struct{}{}, ErrChanged
			}
		}
		return struct{}{}, in.Put(key, value, now)
	})
	return err
}

func (t fileTable) putAll(ctx context.Context, now time.Time, rows []Row) error {
	_, err := Change(ctx, t.file, func(tx Tx) (struct{}, error) {
		in := In(tx, t.spec)
		for _, row := range rows {
			if err := in.Put(row.Key, row.Value, now); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	return err
}

func (t fileTable) cut(ctx context.Context) (c Cut, err error) {
	err = t.file.Read(ctx, func(tx Tx) error {
		counts := tx.Bucket([]byte(countsBucket))
		c.Old, c.Excess = StampOf(counts.Get([]byte(t.spec.Name+cutOld))), StampOf(counts.Get([]byte(t.spec.Name+cutExcess)))
		return nil
	})
	return c, err
}

func (t fileTable) remove(ctx context.Context, now time.Time, key string) (bool, error) {
	return Change(ctx, t.file, func(tx Tx) (bool, error) {
		in := In(tx, t.spec)
		if in.Get(key, milli(now)) == nil {
			return false, nil
		}
		return in.Delete(key)
	})
}

func (t fileTable) page(ctx context.Context, now time.Time, r Range) (some []Row, rest Range, more bool, err error) {
	err = t.file.Read(ctx, func(tx Tx) error {
		in := In(tx, t.spec)
		c := in.all.Cursor()
		first, next := func() ([]byte, []byte) { return c.Seek([]byte(r.From)) }, c.Next
		if r.Reverse {
			next = c.Prev
			first = func() ([]byte, []byte) {
				if r.To == "" {
					return c.Last()
				}
				if k, _ := c.Seek([]byte(r.To)); k == nil {
					return c.Last()
				}
				return c.Prev()
			}
		}
		read := 0
		for k, stored := first(); k != nil && r.has(string(k)); k, stored = next() {
			if read == pageRows {
				more = true
				return nil
			}
			read++
			rest = r.after(string(k))
			if v := in.live(stored, milli(now)); v != nil {
				some = append(some, Row{string(k), bytes.Clone(v)})
			}
		}
		return nil
	})
	return some, rest, more, err
}
