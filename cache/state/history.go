package state

import (
	"context"
	"time"
)

const (
	// MaxBuilds is how many builds of a task are remembered; those with the lowest
	// numbers go first.
	MaxBuilds = 50
	// MaxVotes is how many votes are counted of one build; Vote returns ErrFull
	// for one more.
	MaxVotes = 200
	// MaxTasks is how many tasks are remembered; those seen longest ago go first.
	MaxTasks = 5_000
	// HistoryAge is how long a build is remembered.
	HistoryAge = 90 * 24 * time.Hour
)

// Build is what was seen of a build, or answered about it.
type Build struct {
	Task    string    `json:"task"`
	Build   int64     `json:"build"`
	At      time.Time `json:"at"` // when it was seen
	Outcome string    `json:"outcome"`
	// Step is where it failed; "" where it did not or that is unknown.
	Step string `json:"step,omitempty"`
	// Reason is the fingerprint of the reason line: equal for failures that are
	// the same but for numbers. The line itself is not kept.
	Reason string `json:"reason,omitempty"`
	// Votes are who found the lines right (true) or wrong; see Vote.
	Votes map[string]bool `json:"votes,omitempty"`
}

// Counts are how many found the lines right and wrong.
func (b Build) Counts() (rights, wrongs int) {
	for _, right := range b.Votes {
		if right {
			rights++
		} else {
			wrongs++
		}
	}
	return rights, wrongs
}

// History is what was seen of builds, bounded for each task.
type History interface {
	// Record keeps what was seen of a build, in place of what was there; the votes
	// that are there stay, and those given are added.
	Record(ctx context.Context, build Build) error
	// Builds returns the n newest builds of a task, highest number first; n = 0 is
	// all that is remembered.
	Builds(ctx context.Context, task string, n int) ([]Build, error)
	// Vote counts a user's opinion of the lines that were shown of a build, in
	// place of the user's earlier one. It returns the counts, and ErrNotFound for
	// a build that is not remembered.
	Vote(ctx context.Context, task string, build int64, user string, right bool) (rights, wrongs int, err error)
	// Tasks returns the tasks of which builds are remembered.
	Tasks(ctx context.Context) ([]string, error)
}
