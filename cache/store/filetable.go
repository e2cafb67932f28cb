package store

import (
	"bytes"
	"context"
	"time"
)

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
