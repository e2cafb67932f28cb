// Package known is what the memory of failures tells of one failure: when it was seen,
// in which builds, and who is on it.
package known

import "time"

// Sighting is one failed build whose log was read.
type Sighting struct {
	// Key names the failure. Empty is a build whose cause is not sure enough to be called
	// the same as another's: it is remembered, and counts for no failure.
	Key  string
	Text string // the line that the failure is shown by
	Kind string // of the failure, such as "test"; empty if not known

	Task   string // id
	Name   string // of the task when it was read
	Build  int64  // from 1
	Branch string // as the following, as far as it is known
	Commit string
	Who    string // started it, by the name that CodeArts tells
	Step   string
	At     time.Time // when the build started; when it was read, if that is not known
}

// Green is a build that succeeded.
type Green struct {
	Task   string // id
	Build  int64
	Branch string // empty if not known, as is Commit
	Commit string
	At     time.Time // when it started
}

// Claim says who is on a failure.
type Claim struct {
	User string // id in Slack
	Name string // that the workspace shows
	At   time.Time
	Task string // id of the task at which it was claimed; empty if that is not known
}

// Task counts the builds of a task that failed in one way.
type Task struct {
	ID    string
	Name  string // the newest that is known
	Count int
}

// Counted counts builds by the name of a branch or a person.
type Counted struct {
	Name  string
	Count int
}

// Failure is everything that is kept of one failure. The zero value is one that was
// never seen.
type Failure struct {
	Key   string
	Text  string // of its newest sighting, as Kind
	Kind  string
	First time.Time // when the first of its builds started, and the last
	Last  time.Time
	Count int // builds, each once, also those that the lists leave out
	// Builds are the newest ones, newest first by their start. Count may be higher.
	Builds []Sighting
	// Tasks, Branches and People count the builds, those counted most often first. The
	// lists are bounded: what Count has beyond their sums is of others, or of builds of
	// which the branch or the person is not known.
	Tasks            []Task
	Branches, People []Counted
	// Greens are builds of the same tasks that succeeded after the oldest of Builds of
	// their task, by number; those started last come first. They are those that were
	// heard of: that none is here proves nothing.
	Greens []Green
	// Claim is who is on it; nil for nobody.
	Claim *Claim
}

// NewClaim asks for a claim of the failure of one build.
type NewClaim struct {
	Key   string // of the failure, not empty
	Task  string // of the build at which it is claimed
	Build int64
	User  string
	Name  string // of the user; empty if not known
	At    time.Time
	Take  bool // also from somebody else
}
