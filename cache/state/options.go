package state

import (
	"time"

	"logbot/cache/store"
)

// ackBudget is how long the write before an acknowledgement may take. Slack
// waits 3 s for that.
const ackBudget = 250 * time.Millisecond

// Options are the settings of both backends. The zero value works.
type Options struct {
	// Log gets a line when the backend fails and when it works again, and when a
	// file is damaged. Nil is silence.
	Log Logger
	// Scope separates the states of several bots in one Redis. Replicas of one bot
	// have the same. A file holds one state and has no scope. Empty is "main".
	Scope string
	// Budget is how long PutClaimed may take; any other call may take four times
	// as long. 0 is 250 ms. Tests on slow machines raise it.
	Budget time.Duration
	// CallerClock makes Redis count from the now of each call, as a file does, and
	// not from the clock of the server. It is for tests that set the clock.
	CallerClock bool
	// MaxIntents is the most intents in the queue; a new one is then refused. 0 is
	// [MaxIntents]. Redis divides it among 4 parts of the queue and refuses if the
	// intent's own part is full.
	MaxIntents int

	temporary bool // a file need not survive a power failure
}

func (o Options) withDefaults() Options {
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

func (o Options) backend() store.Options {
	return store.Options{Log: o.Log, Scope: o.Scope, Budget: o.Budget, CallerClock: o.CallerClock, Temporary: o.temporary}
}
