package state

import (
	"context"
	"errors"
	"io"
	"time"

	"logbot/cache/boltfile"
)

// Store is the state of one bot. Its parts are safe for concurrent use.
type Store struct {
	Intents Intents
	Aliases Aliases
	Watches Watches
	History History
	Audit   Audit
	Limits  Limits
	Presses Presses

	backend io.Closer
	check   func(context.Context) []string // nil where there is nothing to look at
}

// Check says what is wrong with the server for state, a line each with what to type
// against it; of a file, nothing. It never takes longer than ctx allows, and
// nothing it finds keeps the store from being used.
func (s *Store) Check(ctx context.Context) []string {
	if s.check == nil {
		return nil
	}
	return s.check(ctx)
}

// Close gives up what the store holds open. It is called once, last. What was
// written before is kept.
func (s *Store) Close() error { return s.backend.Close() }

var (
	// ErrAway says that the backend cannot be used now. Who can goes on without.
	ErrAway = errors.New("the state store is away")
	// ErrFull says that a bound of the store is reached; the message says which.
	ErrFull = errors.New("the state store takes no more")
	// ErrTooLarge says that one thing is larger than the store takes.
	ErrTooLarge = errors.New("too large for the state store")
	// ErrNotFound says that there is no such thing.
	ErrNotFound = errors.New("not in the state store")
	// ErrLeaseLost says that a claim is no longer its holder's: the lease ended
	// and somebody else claimed the intent, or it was done, rescheduled or
	// cancelled. Its holder stops, and posts nothing more.
	ErrLeaseLost = errors.New("the lease was lost")
	// ErrChanged says that somebody else changed a watch first.
	ErrChanged = errors.New("it was changed meanwhile")
	// ErrLocked says that another process has the file open.
	ErrLocked = boltfile.ErrLocked
)

// Logger takes the few lines this package has to say to the people who run the
// bot; a *logrus.Logger is one.
type Logger interface {
	Warnf(format string, args ...any)
}

type silence struct{}

func (silence) Warnf(string, ...any) {}

// ackBudget is how long the write before an acknowledgement may take. Slack
// waits 3 s for that.
const ackBudget = 250 * time.Millisecond

// Options are what both backends may be told. The zero value works.
type Options struct {
	// Log hears when the backend is away and back, and of a damaged file. Nil is
	// silence.
	Log Logger
	// Scope tells the states of several bots in one Redis apart. Replicas of one
	// bot have the same. A file holds one state and has no scope. Empty is "main".
	Scope string
	// Budget is how long PutClaimed may take; any other call may take four times
	// as long. 0 is 250 ms. It is for tests on slow machines.
	Budget time.Duration
	// CallerClock makes Redis count from the now of each call, as a file does, and
	// not from the clock of the server. It is for tests that turn the clock.
	CallerClock bool
	// MaxIntents is the length of the queue of intents above which a new one is
	// refused. 0 is [MaxIntents]. Redis divides it among 4 parts of the queue and
	// refuses when the intent's own part is full.
	MaxIntents int

	fleeting bool // a file need not outlive the machine's power
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = silence{}
	}
	if o.Scope == "" {
		o.Scope = "main"
	}
	if o.Budget <= 0 {
		o.Budget = ackBudget
	}
	if o.MaxIntents <= 0 {
		o.MaxIntents = MaxIntents
	}
	return o
}
