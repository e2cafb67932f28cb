package state

import (
	"context"
	"time"
)

const (
	// MaxReads is how many reads the audit log keeps; the oldest go first. Redis
	// may keep a few hundred more.
	MaxReads = 100_000
	// AuditAge is how long it keeps them.
	AuditAge = 90 * 24 * time.Hour
)

// Read is one record of the audit log: who asked for what.
type Read struct {
	At      time.Time `json:"at"`
	User    string    `json:"user"`
	Channel string    `json:"channel,omitempty"`
	Verb    string    `json:"verb"`
	Task    string    `json:"task,omitempty"`
	Build   int64     `json:"build,omitempty"`
	Allowed bool      `json:"allowed"`
	// Detail is why it was refused, or what else is to know: at most 500 bytes.
	Detail string `json:"detail,omitempty"`
}

// ReadFilter chooses records; what is zero chooses all.
type ReadFilter struct {
	User, Channel, Task, Verb string
	Refused                   bool      // only those that were refused
	Since, Until              time.Time // At is not before Since, and before Until
	Limit                     int       // at most so many; 0 is 100
}

// Audit is the log of every read. Nothing in it is ever changed.
type Audit interface {
	// Append adds a record.
	Append(ctx context.Context, read Read) error
	// Reads returns the records that the filter chooses, newest first.
	Reads(ctx context.Context, filter ReadFilter) ([]Read, error)
}

// limit is how many records the filter wants.
func (f ReadFilter) limit() int {
	if f.Limit <= 0 {
		return 100
	}
	return f.Limit
}

// chooses says whether the filter chooses r.
func (f ReadFilter) chooses(r Read) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return is(f.User, r.User) && is(f.Channel, r.Channel) && is(f.Task, r.Task) && is(f.Verb, r.Verb) &&
		!(f.Refused && r.Allowed) &&
		!(!f.Since.IsZero() && r.At.Before(f.Since)) &&
		!(!f.Until.IsZero() && !r.At.Before(f.Until))
}
