package store

import (
	"bytes"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"logbot/cache/boltfile"
)

// begin is the first transaction of a file: it creates the buckets, moves the
// rows of an older version, and checks everything, so that damage is found when
// the file is opened and not when a row is needed. A full file takes some 0.3 s.
func (l Layout) begin(tx Tx) error {
	names := append([]string{countsBucket}, l.Buckets...)
	for _, spec := range l.Tables {
		names = append(names, spec.Name)
		if spec.Life > 0 {
			names = append(names, spec.Name+byEnd)
		}
	}
	for _, name := range names {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	for _, spec := range l.Tables {
		if err := moveOld(tx, spec); err != nil {
			return err
		}
		if err := checkTable(tx, spec); err != nil {
			return err
		}
	}
	for _, name := range append([]string{countsBucket}, l.Buckets...) {
		if err := walk(tx.Bucket([]byte(name)), func(_, _ []byte) error { return nil }); err != nil {
			return err
		}
	}
	for _, name := range l.Dropped {
		if err := drop(tx, name); err != nil {
			return err
		}
	}
	return nil
}

// moveOld moves the rows that an older version kept elsewhere in the file.
func moveOld(tx Tx, spec Spec) error {
	if spec.OldBucket == "" || tx.Bucket([]byte(spec.OldBucket)) == nil {
		return nil
	}
	to := In(tx, spec)
	err := walk(tx.Bucket([]byte(spec.OldBucket)), func(k, v []byte) error {
		if !spec.Valid(string(k), v) {
			return spec.broken()
		}
		return to.set(string(k), bytes.Clone(v), spec.Born(v).Add(spec.Life).UnixMilli())
	})
	if err != nil {
		return err
	}
	return drop(tx, spec.OldBucket)
}

// drop removes a bucket with its count.
func drop(tx Tx, name string) error {
	if tx.Bucket([]byte(name)) == nil {
		return nil
	}
	if err := tx.Bucket([]byte(countsBucket)).Delete([]byte(name)); err != nil {
		return err
	}
	return tx.DeleteBucket([]byte(name))
}

func (s Spec) broken() error {
	return fmt.Errorf("%w: one of its %s is not as it was written", boltfile.ErrBroken, s.Noun)
}

// checkTable checks every row of a table, and counts them and their bytes: an older
// version did not count those of every table.
func checkTable(tx Tx, spec Spec) error {
	in, n, size := In(tx, spec), int64(0), int64(0)
	err := walk(in.all, func(k, stored []byte) error {
		n++
		size += in.sizeOf(k, stored)
		if v, ok := in.value(stored); !ok || spec.Valid != nil && !spec.Valid(string(k), v) {
			return spec.broken()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if in.ends != nil {
		if err := walk(in.ends, func(_, _ []byte) error { return nil }); err != nil {
			return err
		}
	}
	if n != in.Len() {
		if err := in.setCount(n); err != nil {
			return err
		}
	}
	if size != in.bytes() {
		return in.setBytes(size)
	}
	return nil
}

// walk calls do with every entry of a bucket. Keys and values are valid only
// within the transaction. It ends also if damaged pages lead in a circle.
func walk(b *bolt.Bucket, do func(k, v []byte) error) error {
	c, last := b.Cursor(), []byte(nil)
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if last != nil && bytes.Compare(k, last) <= 0 {
			return fmt.Errorf("%w: its keys are out of order", boltfile.ErrBroken)
		}
		last = bytes.Clone(k)
		if err := do(k, v); err != nil {
			return err
		}
	}
	return nil
}

// lasting is a row with its end of life in Unix ms.
type lasting struct {
	Row
	end int64
}

// salvage takes over what can still be read of the damaged file at aside.
func (f *File) salvage(aside string, tables []Spec) {
	var took []string
	for _, spec := range tables {
		if spec.Valid == nil {
			continue
		}
		found := readable(aside, spec)
		err := f.db.Update(func(tx Tx) error { return takeOver(tx, spec, found) })
		if err != nil {
			f.options.Log.Warnf("state store %s: take over %s of the damaged file: %v", f.db.Name(), spec.Noun, err)
			continue
		}
		took = append(took, fmt.Sprintf("%d %s", len(found), spec.Noun))
	}
	f.options.Log.Warnf("state store %s: of the damaged file %s these could be read and were taken over: %s; anything else in it is lost",
		f.db.Name(), aside, strings.Join(took, ", "))
}

// readable returns the valid rows of a table in a damaged file, also those that
// an older version wrote. Reading may end anywhere.
func readable(aside string, spec Spec) (found []lasting) {
	add := func(k, v []byte, end int64) {
		if spec.Valid(string(k), v) {
			found = append(found, lasting{Row{string(k), bytes.Clone(v)}, end})
		}
	}
	boltfile.Salvage(aside, func(tx Tx) error {
		if tx.Bucket([]byte(spec.Name)) == nil {
			return nil
		}
		in := In(tx, spec)
		return walk(in.all, func(k, stored []byte) error {
			if v, ok := in.value(stored); ok {
				add(k, v, StampOf(stored)) // the stamp is not used if rows do not expire
			}
			return nil
		})
	})
	boltfile.Salvage(aside, func(tx Tx) error {
		old := tx.Bucket([]byte(spec.OldBucket))
		if old == nil {
			return nil
		}
		return walk(old, func(k, v []byte) error {
			add(k, v, spec.Born(v).Add(spec.Life).UnixMilli())
			return nil
		})
	})
	return found
}

func takeOver(tx Tx, spec Spec, found []lasting) error {
	in := In(tx, spec)
	for _, row := range found {
		if err := in.set(row.Key, row.Value, row.end); err != nil {
			return err
		}
		if spec.Restore == nil {
			continue
		}
		if err := spec.Restore(tx, row.Key, row.Value); err != nil {
			return err
		}
	}
	return nil
}
