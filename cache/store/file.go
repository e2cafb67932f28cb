package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"logbot/cache/boltfile"
)

// maxGroup bounds the changes that one write to the disk carries.
const maxGroup = 64

// File is a bbolt file with tables, for one process at a time. One goroutine
// writes, and puts all changes that wait into one transaction: fifty commands at
// once cost one or two writes to the disk, not fifty.
type File struct {
	options Options
	db      *boltfile.File
	changes chan change
	stop    chan struct{}
	writing sync.WaitGroup
	close   func() error
}

// Tx is a transaction of a File.
type Tx = *bolt.Tx

// change is one change that waits to be written.
type change struct {
	do   func(Tx) error // may run twice; the last run counts
	done chan error     // buffered, for one result
}

// Layout is what a file contains.
type Layout struct {
	// Format is counted up by who changes the content in a way that earlier versions
	// of the program would misread: they then refuse the file. 0 is 1.
	Format int
	Tables []Spec
	// Buckets are others, which their owners read and write in a Tx.
	Buckets []string
	// Dropped are buckets of older versions that nothing needs any more.
	Dropped []string
}

// OpenFile opens the file at path, or creates it, readable for its owner alone.
// The folder must exist. It returns ErrLocked if another process has the file
// open for more than a second, and ErrNewer if its format is newer than that of l.
//
// A damaged file is moved aside (path.damaged, path.damaged-2, …) and never
// removed; the valid rows that can still be read are taken over.
func OpenFile(path string, o Options, l Layout) (*File, error) {
	o = o.WithDefaults()
	f := &File{options: o, changes: make(chan change), stop: make(chan struct{})}
	db, aside, err := boltfile.Open(path, boltfile.Options{
		What:      "state store",
		Precious:  true,
		Format:    l.Format,
		Temporary: o.Temporary,
		Warnf:     o.Log.Warnf,
	}, l.begin)
	if err != nil {
		return nil, err
	}
	f.db = db
	f.close = sync.OnceValue(f.closeFile)
	f.writing.Go(f.write)
	if aside != "" {
		f.salvage(aside, l.Tables)
	}
	return f, nil
}

// Close ends what waits to be written with ErrAway. It may be called again.
func (f *File) Close() error { return f.close() }

func (f *File) closeFile() error {
	close(f.stop)
	f.writing.Wait()
	return f.db.Close()
}

// write writes changes until Close.
func (f *File) write() {
	for {
		select {
		case <-f.stop:
			return
		case first := <-f.changes:
			f.commit(f.group(first))
		}
	}
}

// group collects the changes that wait behind first.
func (f *File) group(first change) []change {
	group := []change{first}
	for len(group) < maxGroup {
		select {
		case next := <-f.changes:
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

// commit writes a group in one transaction, or each change alone if one of them
// fails.
func (f *File) commit(group []change) {
	err := f.db.Update(func(tx Tx) error {
		for _, c := range group {
			if err := c.do(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && len(group) > 1 {
		for _, c := range group {
			f.commit([]change{c})
		}
		return
	}
	for _, c := range group {
		c.done <- err
	}
}

// Change runs do in a transaction that writes, and returns its result once that
// is on the disk. Do returns a verdict before it changes anything, and may run
// twice. It waits for four budgets.
func Change[T any](ctx context.Context, f *File, do func(Tx) (T, error)) (T, error) {
	return ChangeWithin(ctx, f, 4*f.options.Budget, do)
}

// ChangeWithin is Change with another limit.
func ChangeWithin[T any](ctx context.Context, f *File, limit time.Duration, do func(Tx) (T, error)) (T, error) {
	type outcome struct {
		value   T
		verdict error
	}
	var got outcome // the writer's, until it reports done
	c := change{done: make(chan error, 1), do: func(tx Tx) error {
		got = outcome{}
		value, err := do(tx)
		if isVerdict(err) {
			got.verdict = err
			return nil
		}
		got.value = value
		return err
	}}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var none T
	if ctx.Err() != nil { // the select below might choose either
		return none, late(ctx)
	}
	select {
	case f.changes <- c:
	case <-f.stop:
		return none, fmt.Errorf("%w: closed", ErrAway)
	case <-within.Done():
		return none, late(ctx)
	}
	select {
	case err := <-c.done:
		if err != nil {
			return none, fmt.Errorf("%w: %w", ErrAway, err)
		}
		return got.value, got.verdict
	case <-within.Done():
		return none, late(ctx)
	}
}

// late is the error of a change that took longer than its caller or its limit
// allows.
func late(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("%w: the disk is slow", ErrAway)
}

// Read runs do in a transaction that reads. The memory that do gets from the
// transaction is valid only until it returns.
func (f *File) Read(ctx context.Context, do func(Tx) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := f.db.View(do)
	if err == nil || isVerdict(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrAway, err)
}
