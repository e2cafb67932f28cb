package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"logbot/cache/boltfile"
	"logbot/cache/redisclient"
)

const (
	// updateTries is how often Update reads again after another caller was faster.
	// Each time one of those that compete succeeds.
	updateTries = 200
	// pageRows is how many rows a scan reads at a time.
	pageRows = 500
)

// Spec describes a table.
type Spec struct {
	// Name is the name of its bucket in a file, and part of its keys in Redis.
	Name string
	// Noun is what the rows are called in errors: "aliases".
	Noun string
	// Max is the most rows; 0 is no bound, for callers that have their own.
	Max int
	// MaxBytes is the most bytes of keys and values, what the backend needs for them
	// not included; 0 is no bound. It needs Evict. A Redis keeps to it in PutAll alone.
	MaxBytes int64
	// Life is how long a row is kept after it was put; 0 is until it is deleted.
	Life time.Duration
	// Evict says that a full table drops the rows that expire next. Otherwise it
	// refuses a new row with ErrFull. It needs a Life.
	Evict bool
	// CountCut says that Cut counts what PutAll removes; in a file also what Put does.
	CountCut bool

	// Valid reports whether a row is as it was written. A file checks every row
	// when it is opened, and takes the valid ones over from a damaged file. Nil is
	// for rows not worth either.
	Valid func(key string, value []byte) bool
	// Restore is called in a file for each row taken over, to write what follows
	// from it elsewhere in the file. It may be nil.
	Restore func(tx Tx, key string, value []byte) error
	// OldBucket is where a file written by an older version has the rows of this
	// table: under the same keys, without their end of life. OpenFile moves them;
	// Born is when such a row was put. Empty is none.
	OldBucket string
	Born      func(value []byte) time.Time
}

// Row is one row of a table. Its key is not empty.
type Row struct {
	Key   string
	Value []byte
}

// Range is a part of a table: keys from From up to but not including To. An empty
// To is no bound.
type Range struct {
	From, To string
	Reverse  bool // from the highest key to the lowest
}

// Prefix is the range of the keys that begin with prefix.
func Prefix(prefix string) Range {
	to := []byte(prefix)
	for len(to) > 0 {
		last := len(to) - 1
		if to[last] < 0xff {
			to[last]++
			break
		}
		to = to[:last]
	}
	return Range{From: prefix, To: string(to)}
}

func (r Range) has(key string) bool { return key >= r.From && (r.To == "" || key < r.To) }

// after is what is left of the range when last was read.
func (r Range) after(last string) Range {
	if r.Reverse {
		r.To = last
	} else {
		r.From = last + "\x00"
	}
	return r
}

// Table is a bounded set of rows. It is safe for concurrent use.
type Table struct {
	spec Spec
	rows rows
	now  time.Time
}

// rows are a table in one of the backends. Rows that have expired at now are
// treated as absent.
type rows interface {
	// get returns the value of the first of keys that has one, or ErrNotFound.
	get(ctx context.Context, now time.Time, keys []string) ([]byte, error)
	// getAll returns the values of those of keys that have a row.
	getAll(ctx context.Context, now time.Time, keys []string) (map[string][]byte, error)
	// put writes a row, or returns ErrFull. If old is not nil it returns ErrChanged
	// unless *old is the value now; a nil *old stands for no row.
	put(ctx context.Context, now time.Time, key string, value []byte, old *[]byte) error
	// putAll writes rows of a table that evicts, all or none.
	putAll(ctx context.Context, now time.Time, rows []Row) error
	// cut returns the counters of a table with CountCut.
	cut(ctx context.Context) (Cut, error)
	// remove deletes a row and reports whether there was one.
	remove(ctx context.Context, now time.Time, key string) (bool, error)
	// page returns some rows of a range in order, and what is left of the range;
	// more is false if nothing is.
	page(ctx context.Context, now time.Time, r Range) (some []Row, rest Range, more bool, err error)
}

// At is the table at a time, which counts for the life of rows: it begins at now
// when a row is put, and a row that has expired at now is not found. A Redis
// counts from its own clock. Reading without At finds in a file also expired rows
// that no put has removed yet; putting rows that expire needs At.
func (t Table) At(now time.Time) Table {
	t.now = now
	return t
}

// Get returns the value of the first of keys that has a row, or ErrNotFound.
func (t Table) Get(ctx context.Context, keys ...string) ([]byte, error) {
	return t.rows.get(ctx, t.now, keys)
}

// GetAll returns the values of those of keys that have a row, as they are at one moment. It
// is for at most some hundred keys.
func (t Table) GetAll(ctx context.Context, keys ...string) (map[string][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return t.rows.getAll(ctx, t.now, keys)
}

// Put writes a row, in place of the one under its key. It returns ErrFull if the
// table has as many rows as it may.
func (t Table) Put(ctx context.Context, key string, value []byte) error {
	return t.put(ctx, key, value, nil)
}

func (t Table) put(ctx context.Context, key string, value []byte, old *[]byte) error {
	if t.spec.Life > 0 && t.now.IsZero() {
		return fmt.Errorf("put one of the %s, which expire, without a time; use At", t.spec.Noun)
	}
	return t.rows.put(ctx, t.now, key, value, old)
}

// PutAll writes rows, all or none, in place of those under their keys. It is for tables
// that evict, and for at most some hundred rows.
func (t Table) PutAll(ctx context.Context, rows []Row) error {
	switch {
	case len(rows) == 0:
		return nil
	case !t.spec.Evict || t.now.IsZero():
		return fmt.Errorf("put some of the %s at once: this needs a table that evicts, and a time; use At", t.spec.Noun)
	}
	return t.rows.putAll(ctx, t.now, rows)
}

// Cut counts the rows that a table removed by itself.
type Cut struct {
	Old    int64 // whose life had ended
	Excess int64 // for which there was no room
}

// Cut returns what was cut so far, by all processes. Both are 0 without Spec.CountCut.
func (t Table) Cut(ctx context.Context) (Cut, error) { return t.rows.cut(ctx) }

// Update changes a row atomically: it passes the value to change, nil if there is
// no row, and writes what that returns. An error of change ends it, with nothing
// written. It calls change again after another caller wrote first, and returns
// ErrChanged if that happens too often.
func (t Table) Update(ctx context.Context, key string, change func(old []byte) ([]byte, error)) error {
	for range updateTries {
		old, err := t.rows.get(ctx, t.now, []string{key})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		value, err := change(old)
		if err != nil {
			return err
		}
		if err = t.put(ctx, key, value, &old); !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return fmt.Errorf("%w, %d times", ErrChanged, updateTries)
}

// Delete removes a row and reports whether there was one. If the connection to
// Redis breaks meanwhile it may report false for a row that it removed.
func (t Table) Delete(ctx context.Context, key string) (bool, error) {
	return t.rows.remove(ctx, t.now, key)
}

// Scan calls do with the rows of a range in the order of their keys, until it
// returns false. It reads in pages: a row that is put or deleted meanwhile may be
// seen or not. Do may use the table.
func (t Table) Scan(ctx context.Context, r Range, do func(Row) bool) error {
	for more := true; more; {
		var some []Row
		var err error
		if some, r, more, err = t.rows.page(ctx, t.now, r); err != nil {
			return err
		}
		for _, row := range some {
			if !do(row) {
				return nil
			}
		}
	}
	return nil
}

func (s Spec) full() error { return fmt.Errorf("%w: there are %d %s", ErrFull, s.Max, s.Noun) }

// Verdict is an error by which a backend that works refuses one call. It does not
// count as a failure of the backend.
type Verdict string

func (v Verdict) Error() string { return string(v) }

const (
	// ErrFull says that a table has as many rows as it may; the message says which.
	ErrFull = Verdict("the state store takes no more")
	// ErrTooLarge says that a value is larger than the store takes.
	ErrTooLarge = Verdict("too large for the state store")
	// ErrNotFound says that there is no row under a key.
	ErrNotFound = Verdict("not in the state store")
	// ErrChanged says that another caller changed the row first.
	ErrChanged = Verdict("it was changed meanwhile")
)

var (
	// ErrAway says that the backend cannot be used now.
	ErrAway = errors.New("the state store is away")
	// ErrLocked says that another process has the file open.
	ErrLocked = boltfile.ErrLocked
)

func isVerdict(err error) bool {
	var v Verdict
	return errors.As(err, &v)
}

// Logger takes warnings for the people who run the bot; a *logrus.Logger is one.
type Logger = redisclient.Logger

// Options are the settings of both backends. The zero value works.
type Options struct {
	// Log gets a line when the backend fails and when it works again, and when a
	// file is damaged. Nil is silence.
	Log Logger
	// Scope separates the tables of several bots in one Redis; replicas of one bot
	// have the same. A file has no scope. Empty is "main".
	Scope string
	// Budget is a quarter of what one call may take, and what a write before an
	// acknowledgement may take. 0 is 250 ms: Slack waits 3 s for an acknowledgement.
	Budget time.Duration
	// CallerClock makes Redis count time from what the caller passes, as a file
	// does, and not from the clock of the server. It is for tests that set the clock.
	CallerClock bool
	// Temporary says that a file need not survive a power failure: writes do not
	// wait for the disk.
	Temporary bool
}

// WithDefaults returns o with a value in every field that has a default.
func (o Options) WithDefaults() Options {
	o.Log = redisclient.OrSilence(o.Log)
	if o.Scope == "" {
		o.Scope = "main"
	}
	if o.Budget <= 0 {
		o.Budget = 250 * time.Millisecond
	}
	return o
}
