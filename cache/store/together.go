package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Together are tables whose rows are read and written in one atomic step, also by
// several processes. It is safe for concurrent use.
type Together struct {
	specs   []Spec
	backend together
	now     time.Time
}

// together are tables in one of the backends.
type together interface {
	// change is Together.Change.
	change(ctx context.Context, now time.Time, do func(*Step) error) error
	table(i int) Table
}

// At is the tables at a time; see Table.At. Change needs it.
func (t Together) At(now time.Time) Together {
	t.now = now
	return t
}

// Table is one of the tables, to be read. What is written with it by itself must not
// matter to the others.
func (t Together) Table(name string) Table {
	return t.backend.table(indexOf(t.specs, name)).At(t.now)
}

func indexOf(specs []Spec, name string) int {
	i := slices.IndexFunc(specs, func(s Spec) bool { return s.Name == name })
	if i < 0 {
		panic("there is no table " + name) // a name is a constant of its owner
	}
	return i
}

// Change calls do with a Step, and then writes all that it put or deleted, or nothing:
// if do returns an error, if a row has no place, or if the context ends. It calls do
// again if another caller has changed a row meanwhile that do has read, and returns
// ErrChanged if that happens too often. ErrFull says that a table that evicts is full
// of rows that live longer than the new one.
func (t Together) Change(ctx context.Context, do func(*Step) error) error {
	if t.now.IsZero() {
		return errors.New("change rows of several tables without a time; use At")
	}
	return t.backend.change(ctx, t.now, do)
}

// Step is one change of several rows while it is made. It is for the goroutine to which
// it was given.
type Step struct {
	specs  []Spec
	read   func(table int, key string) ([]byte, error) // nil for no row
	reads  []stepRow
	writes []stepRow
}

// stepRow is a row that a step has read or writes.
type stepRow struct {
	table int
	key   string
	value []byte        // nil for no row
	age   time.Duration // of one that is written
}

func find(rows []stepRow, table int, key string) *stepRow {
	i := slices.IndexFunc(rows, func(r stepRow) bool { return r.table == table && r.key == key })
	if i < 0 {
		return nil
	}
	return &rows[i]
}

// Get returns the value of a row as the step leaves it; nil if there is none. An error
// is for Change, to be returned by the function that it calls.
func (s *Step) Get(table, key string) ([]byte, error) {
	i := indexOf(s.specs, table)
	if w := find(s.writes, i, key); w != nil {
		return w.value, nil
	}
	if r := find(s.reads, i, key); r != nil {
		return r.value, nil
	}
	value, err := s.read(i, key)
	if err != nil {
		return nil, err
	}
	s.reads = append(s.reads, stepRow{table: i, key: key, value: value})
	return value, nil
}

// Put writes a row that is already that old. The row must have been read.
func (s *Step) Put(table, key string, value []byte, age time.Duration) {
	s.write(stepRow{table: indexOf(s.specs, table), key: key, value: value, age: max(age, 0)})
}

// Delete removes a row, which must have been read.
func (s *Step) Delete(table, key string) {
	s.write(stepRow{table: indexOf(s.specs, table), key: key})
}

func (s *Step) write(row stepRow) {
	if find(s.reads, row.table, row.key) == nil {
		panic("a step writes a row of " + s.specs[row.table].Name + " that it has not read")
	}
	if w := find(s.writes, row.table, row.key); w != nil {
		*w = row
		return
	}
	s.writes = append(s.writes, row)
}

// fileTogether are tables in a file.
type fileTogether struct {
	file  *File
	specs []Spec
}

// Together are tables of the file, which are among those it was opened with. Their rows
// expire.
func (f *File) Together(specs ...Spec) Together {
	return Together{specs: specs, backend: fileTogether{f, specs}}
}

func (t fileTogether) table(i int) Table { return t.file.Table(t.specs[i]) }

func (t fileTogether) change(ctx context.Context, now time.Time, do func(*Step) error) error {
	type outcome struct{ err error }
	var got outcome
	changes := false
	err := t.file.Read(ctx, func(tx Tx) error { // often nothing is new, and a write waits for the disk
		step, _ := t.begin(tx, now)
		got.err = do(step)
		changes = got.err == nil && len(step.writes) > 0
		return nil
	})
	if err != nil || !changes {
		return errors.Join(err, got.err)
	}
	got, err = Change(ctx, t.file, func(tx Tx) (outcome, error) {
		step, tables := t.begin(tx, now)
		if err := do(step); err != nil {
			return outcome{err}, nil // nothing was written
		}
		return outcome{}, commit(tables, step, now)
	})
	return errors.Join(err, got.err)
}

// begin is a step over the tables as a transaction sees them.
func (t fileTogether) begin(tx Tx, now time.Time) (*Step, []Rows) {
	tables := make([]Rows, len(t.specs))
	for i, spec := range t.specs {
		tables[i] = In(tx, spec)
	}
	return &Step{specs: t.specs, read: func(i int, key string) ([]byte, error) {
		return slices.Clone(tables[i].Get(key, now.UnixMilli())), nil
	}}, tables
}

// commit writes what a step has to write. It refuses before it changes more than rows
// that have expired.
func commit(tables []Rows, step *Step, now time.Time) error {
	end := func(w stepRow) int64 { return now.Add(tables[w.table].spec.Life - w.age).UnixMilli() }
	for _, w := range step.writes {
		r := tables[w.table]
		if err := r.prune(now.UnixMilli()); err != nil {
			return err
		}
		if w.value != nil && r.full(w.key) && (!r.spec.Evict || r.firstEnd() > end(w)) {
			return r.spec.full()
		}
	}
	for _, w := range step.writes {
		r := tables[w.table]
		if w.value == nil {
			if _, err := r.Delete(w.key); err != nil {
				return err
			}
			continue
		}
		for n := 0; n < pruned && r.full(w.key); n++ {
			if err := r.cutFirst(cutExcess); err != nil {
				return err
			}
		}
		if err := r.set(w.key, w.value, end(w)); err != nil {
			return err
		}
	}
	return nil
}

// full reports whether there is no place for a row under a key.
func (r Rows) full(key string) bool {
	return r.spec.Max > 0 && r.Len() >= int64(r.spec.Max) && r.all.Get([]byte(key)) == nil
}

// firstEnd is when the next row expires, in Unix ms.
func (r Rows) firstEnd() int64 {
	first, _ := r.ends.Cursor().First()
	return StampOf(first)
}

// errTooOften says that other callers were faster each time.
func errTooOften() error { return fmt.Errorf("%w, %d times", ErrChanged, updateTries) }
