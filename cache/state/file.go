package state

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"logbot/cache/boltfile"
)

const (
	// maxGroup bounds the changes that one write to the disk carries.
	maxGroup = 64
	// pruned is how many expired things a change of their kind removes at most.
	pruned = 16
)

// file is the state in a bbolt file. It is written by one goroutine, which puts
// all changes that wait into one transaction: fifty commands at once cost one or
// two writes to the disk, not fifty.
type file struct {
	options Options
	db      *boltfile.File
	changes chan change
	stop    chan struct{}
	writing sync.WaitGroup
	close   func() error
}

// change is one change that waits to be written.
type change struct {
	do   func(*bolt.Tx) error // may be run twice; the last run counts
	done chan error           // takes one
}

// OpenFile opens the state in the file at path, and makes it, readable for its
// owner alone, where it is not. The folder must exist. It returns ErrLocked when
// another process has had the file for a second.
//
// A damaged file is moved aside (path.damaged, path.damaged-2, …), never
// removed, what can still be read of it is taken over, and Options.Log hears
// both.
func OpenFile(path string, o Options) (*Store, error) {
	o = o.withDefaults()
	f := &file{options: o, changes: make(chan change), stop: make(chan struct{})}
	db, aside, err := boltfile.Open(path, boltfile.Options{
		What:     "state store",
		Precious: true,
		Fleeting: o.fleeting,
		Warnf:    o.Log.Warnf,
	}, func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return checkAll(tx)
	})
	if err != nil {
		return nil, err
	}
	f.db = db
	f.close = sync.OnceValue(f.closeFile)
	f.writing.Go(f.write)
	s := &Store{
		Intents: fileIntents{f},
		Aliases: fileAliases{f},
		Watches: fileWatches{f},
		History: fileHistory{f},
		Audit:   fileAudit{f},
		Limits:  newBuckets(),
		Presses: filePresses{f},
		backend: f,
	}
	if aside != "" {
		f.salvage(aside)
	}
	return s, nil
}

// OpenTemporary opens a state that ends with the process, in a file that has no
// name any more. It is for where nobody said where state may live.
func OpenTemporary(o Options) (*Store, error) {
	dir, err := os.MkdirTemp("", "logbot-state-")
	if err != nil {
		return nil, fmt.Errorf("open a temporary state store: %w", err)
	}
	defer os.RemoveAll(dir)
	o.fleeting = true
	return OpenFile(filepath.Join(dir, "state.db"), o)
}

func (f *file) Close() error { return f.close() }

func (f *file) closeFile() error {
	close(f.stop)
	f.writing.Wait()
	return f.db.Close()
}

// write writes what waits, until Close.
func (f *file) write() {
	for {
		select {
		case <-f.stop:
			return
		case first := <-f.changes:
			f.commit(f.waiting(first))
		}
	}
}

// waiting is first and what waits behind it.
func (f *file) waiting(first change) []change {
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

// commit writes a group, or each alone where one of them cannot be written.
func (f *file) commit(group []change) {
	err := f.db.Update(func(tx *bolt.Tx) error {
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

// verdicts are the errors that say no and nothing of the file.
var verdicts = []error{ErrFull, ErrTooLarge, ErrNotFound, ErrLeaseLost, ErrChanged}

func isVerdict(err error) bool {
	for _, v := range verdicts {
		if errors.Is(err, v) {
			return true
		}
	}
	return false
}

// update runs do in a transaction that writes, and returns what it returned when
// it is on the disk. Do returns a verdict before it changes anything.
func update[T any](ctx context.Context, f *file, budget time.Duration, doing string, do func(*bolt.Tx) (T, error)) (T, error) {
	type outcome struct {
		value   T
		verdict error
	}
	var got outcome // the writer's, until it says done
	c := change{done: make(chan error, 1), do: func(tx *bolt.Tx) error {
		got = outcome{}
		value, err := do(tx)
		if isVerdict(err) {
			got.verdict = err
			return nil
		}
		got.value = value
		return err
	}}
	within, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	var none T
	if ctx.Err() != nil { // the select below might take either
		return none, f.late(ctx, doing)
	}
	select {
	case f.changes <- c:
	case <-f.stop:
		return none, fmt.Errorf("%s: %w: closed", doing, ErrAway)
	case <-within.Done():
		return none, f.late(ctx, doing)
	}
	select {
	case err := <-c.done:
		switch {
		case err != nil:
			return none, fmt.Errorf("%s: %w: %w", doing, ErrAway, err)
		case got.verdict != nil:
			return none, fmt.Errorf("%s: %w", doing, got.verdict)
		}
		return got.value, nil
	case <-within.Done():
		return none, f.late(ctx, doing)
	}
}

// late is the error of what took too long, for the caller or for us.
func (f *file) late(ctx context.Context, doing string) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	return fmt.Errorf("%s: %w: the disk is slow", doing, ErrAway)
}

// change is update for what returns nothing.
func (f *file) change(ctx context.Context, doing string, do func(*bolt.Tx) error) error {
	_, err := update(ctx, f, 4*f.options.Budget, doing, func(tx *bolt.Tx) (struct{}, error) {
		return struct{}{}, do(tx)
	})
	return err
}

// read runs do in a transaction that reads.
func (f *file) read(ctx context.Context, doing string, do func(*bolt.Tx) error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	err := f.db.View(do)
	switch {
	case err == nil:
		return nil
	case isVerdict(err):
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: %w: %w", doing, ErrAway, err)
}

// stampLen is the length of a stamp: Unix milliseconds, big endian, so that keys
// that begin with one are in order of time.
const stampLen = 8

func appendStamp(b []byte, ms int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(max(ms, 0)))
}

// stampOf reads the stamp that b begins with; 0 where b is too short.
func stampOf(b []byte) int64 {
	if len(b) < stampLen {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b))
}

// dueMilli is t in Unix milliseconds, not before t.
func dueMilli(t time.Time) int64 { return t.Add(time.Millisecond - 1).UnixMilli() }

func put(b *bolt.Bucket, key []byte, value any) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return b.Put(key, encoded)
}

// get reads the value of key into value; false where there is none.
func get(b *bolt.Bucket, key []byte, value any) (bool, error) {
	encoded := b.Get(key)
	if encoded == nil {
		return false, nil
	}
	if err := json.Unmarshal(encoded, value); err != nil {
		return false, fmt.Errorf("%w: %q: %w", boltfile.ErrBroken, key, err)
	}
	return true, nil
}

// count is how many things of a kind the file holds.
func count(tx *bolt.Tx, kind string) int64 {
	return stampOf(tx.Bucket([]byte(countsBucket)).Get([]byte(kind)))
}

func addCount(tx *bolt.Tx, kind string, n int64) error {
	return tx.Bucket([]byte(countsBucket)).Put([]byte(kind), appendStamp(nil, count(tx, kind)+n))
}

// expiring is a set of keys with a value, each kept until a time. Name is the
// bucket of the values, name + "by" that of the keys by time.
type expiring struct{ of, by *bolt.Bucket }

func expiringIn(tx *bolt.Tx, name string) expiring {
	return expiring{of: tx.Bucket([]byte(name)), by: tx.Bucket([]byte(name + "by"))}
}

// get returns the value of a key, nil where it has expired. It is the file's.
func (e expiring) get(key string, now int64) []byte {
	v := e.of.Get([]byte(key))
	if len(v) < stampLen || stampOf(v) <= now {
		return nil
	}
	return v[stampLen:]
}

// live counts the keys that have not expired.
func (e expiring) live(now int64) (n int) {
	c := e.by.Cursor()
	for k, _ := c.Seek(appendStamp(nil, now+1)); k != nil; k, _ = c.Next() {
		n++
	}
	return n
}

func (e expiring) put(key, value string, until int64) error {
	if err := e.remove([]byte(key)); err != nil {
		return err
	}
	if err := e.of.Put([]byte(key), append(appendStamp(nil, until), value...)); err != nil {
		return err
	}
	return e.by.Put(append(appendStamp(nil, until), key...), nil)
}

func (e expiring) remove(key []byte) error {
	v := e.of.Get(key)
	if v == nil {
		return nil
	}
	if err := e.by.Delete(append(appendStamp(nil, stampOf(v)), key...)); err != nil {
		return err
	}
	return e.of.Delete(key)
}

// prune removes a few of those that have expired.
func (e expiring) prune(now int64) error {
	for range pruned {
		first, _ := e.by.Cursor().First()
		if first == nil || stampOf(first) > now {
			return nil
		}
		first = append([]byte(nil), first...)
		if err := e.remove(first[min(stampLen, len(first)):]); err != nil {
			return err
		}
		if err := e.by.Delete(first); err != nil { // where the other did not have it
			return err
		}
	}
	return nil
}
