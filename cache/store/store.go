package store

import (
	"errors"
	"time"

	"logbot/cache/boltfile"
	"logbot/cache/redisclient"
)

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

type silence struct{}

func (silence) Warnf(string, ...any) {}

// Options are the settings of both backends.
type Options struct {
	// Log gets a line when the backend fails and when it works again, and when a
	// file is damaged. Nil is silence.
	Log Logger
	// Scope separates the tables of several bots in one Redis. A file ignores it.
	Scope string
	// Budget is a quarter of what one call may take. It must be set.
	Budget time.Duration
	// CallerClock makes Redis count time from [Table.At], as a file does, and not
	// from the clock of the server. It is for tests that set the clock.
	CallerClock bool
	// Temporary says that a file need not survive a power failure: writes do not
	// wait for the disk.
	Temporary bool
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = silence{}
	}
	return o
}
