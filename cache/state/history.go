package state

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"logbot/cache/store"
)

const (
	// MaxBuilds is the most builds kept of one task; those with the lowest numbers
	// are dropped first.
	MaxBuilds = 50
	// MaxHistory is the most builds kept of all tasks; those recorded longest ago
	// are dropped first.
	MaxHistory = 100_000
	// MaxVotes is the most votes on one build; Vote returns ErrFull for one more.
	MaxVotes = 200
	// HistoryAge is how long a build is kept.
	HistoryAge = 90 * 24 * time.Hour
	// maxReason bounds each text of a build, in bytes.
	maxReason = 1 << 10
)

// Build is what was observed of a build, or answered about it.
type Build struct {
	Task    string    `json:"task"`
	Build   int64     `json:"build"`
	At      time.Time `json:"at"` // when it was observed
	Outcome string    `json:"outcome"`
	// Step and Reason are not written any more: the memory of failures has both, see
	// Sighting. What is stored of them, or exported, stays as it is.
	Step   string `json:"step,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Votes are the users who found the lines right (true) or wrong; see Vote.
	Votes map[string]bool `json:"votes,omitempty"`
}

// Counts returns how many users found the lines right and wrong.
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

// check refuses a build that cannot be stored.
func (b Build) check() error {
	switch {
	case b.Task == "" || b.Build < 1 || b.At.IsZero():
		return fmt.Errorf("record build %d of task %q: it needs a task, a number from 1 and a time", b.Build, b.Task)
	case strings.Contains(b.Task, "\x00"):
		return fmt.Errorf("record build %d of task %q: a task must not contain a zero byte", b.Build, b.Task)
	case len(b.Task) > MaxID || len(b.Outcome) > MaxID || len(b.Step) > maxReason || len(b.Reason) > maxReason || len(b.Votes) > MaxVotes:
		return fmt.Errorf("record build %d of task %.40q: %w", b.Build, b.Task, ErrTooLarge)
	}
	return nil
}

func buildPrefix(task string) string { return task + "\x00" }

// key is the key of a build in both backends: the builds of a task are together,
// by number.
func (b Build) key() string {
	return string(binary.BigEndian.AppendUint64([]byte(buildPrefix(b.Task)), uint64(b.Build)))
}

func historyTable() store.Spec {
	return store.Spec{
		Name: "builds", Noun: "builds", Max: MaxHistory, Life: HistoryAge, Evict: true,
		Valid: func(key string, value []byte) bool {
			var b Build
			return json.Unmarshal(value, &b) == nil && b.check() == nil && b.key() == key
		},
		OldBucket: "history",
		Born: func(value []byte) time.Time {
			var b Build
			json.Unmarshal(value, &b) // a row that is not valid is not used
			return b.At
		},
	}
}

// History is what was observed of builds, bounded for each task.
type History struct {
	builds values[Build]
	old    *oldHistory // nil for a file
}

// Record writes what was observed of a build, in place of what was there. Its
// votes are added to those that are there.
func (h History) Record(ctx context.Context, b Build) error {
	if err := b.check(); err != nil {
		return err
	}
	err := h.takeOver(ctx, b.Task)
	if err == nil {
		err = h.put(ctx, b, func(existing Build) Build {
			added := b.Votes
			b.Votes = addVotes(existing.Votes, added)
			return b
		})
	}
	if err == nil {
		err = h.trim(ctx, b)
	}
	return during(err, "record build %d of task %s", b.Build, b.Task)
}

// put writes what merge returns for the existing build, which is empty if there is
// none.
func (h History) put(ctx context.Context, b Build, merge func(existing Build) Build) error {
	_, err := h.builds.at(b.At).update(ctx, b.key(), func(existing *Build) (Build, error) {
		if existing == nil {
			existing = &Build{}
		}
		return merge(*existing), nil
	})
	return err
}

// addVotes returns votes with those of more, as far as there is room.
func addVotes(votes, more map[string]bool) map[string]bool {
	if len(votes) == 0 {
		return more
	}
	votes = maps.Clone(votes)
	for user, right := range more {
		if _, voted := votes[user]; voted || len(votes) < MaxVotes {
			votes[user] = right
		}
	}
	return votes
}

// trim removes the builds of a task that are too many, or too old when newest was
// observed.
func (h History) trim(ctx context.Context, newest Build) error {
	builds, err := h.builds.all(ctx, store.Prefix(buildPrefix(newest.Task)))
	if err != nil {
		return err
	}
	for i, b := range builds {
		if len(builds)-i <= MaxBuilds && b.At.After(newest.At.Add(-HistoryAge)) {
			continue
		}
		if _, err := h.builds.table.Delete(ctx, b.key()); err != nil {
			return err
		}
	}
	return nil
}

// Builds returns the n newest builds of a task, highest number first; n = 0 is
// all that are kept.
func (h History) Builds(ctx context.Context, task string, n int) (builds []Build, err error) {
	if err = h.takeOver(ctx, task); err == nil {
		r := store.Prefix(buildPrefix(task))
		r.Reverse = true
		builds, err = h.builds.all(ctx, r)
	}
	if n > 0 && n < len(builds) {
		builds = builds[:n]
	}
	return builds, during(err, "read the history of task %s", task)
}

// Vote counts a user's opinion of the lines that were shown of a build, in place
// of the user's earlier one. It returns the counts, and ErrNotFound for a build
// that is not kept.
func (h History) Vote(ctx context.Context, task string, build int64, user string, right bool) (rights, wrongs int, err error) {
	if user == "" || len(user) > MaxID {
		return 0, 0, fmt.Errorf("count the vote of %.40q: a user has 1 to %d bytes", user, MaxID)
	}
	b := Build{Task: task, Build: build}
	key := b.key()
	if err = h.takeOver(ctx, task); err == nil {
		b, err = h.builds.get(ctx, key)
	}
	if err == nil {
		b, err = h.builds.at(b.At).update(ctx, key, func(existing *Build) (Build, error) {
			if existing == nil {
				return Build{}, ErrNotFound
			}
			if _, voted := existing.Votes[user]; !voted && len(existing.Votes) >= MaxVotes {
				return Build{}, fmt.Errorf("%w: there are %d votes", ErrFull, MaxVotes)
			}
			existing.Votes = addVotes(existing.Votes, map[string]bool{user: right})
			return *existing, nil
		})
	}
	rights, wrongs = b.Counts()
	return rights, wrongs, during(err, "count a vote on build %d of task %s", build, task)
}

// EachTask calls do with the builds of each task, highest number first, until it
// returns an error. It reads the whole history.
func (h History) EachTask(ctx context.Context, do func(task string, builds []Build) error) error {
	if h.old != nil {
		if err := h.takeOverAll(ctx); err != nil {
			return during(err, "read the history")
		}
	}
	var builds []Build
	var failed error
	flush := func() error {
		if len(builds) == 0 {
			return nil
		}
		slices.Reverse(builds)
		err := do(builds[0].Task, builds)
		builds = nil
		return err
	}
	err := h.builds.each(ctx, store.Range{}, func(b Build) bool {
		if len(builds) > 0 && builds[0].Task != b.Task {
			failed = flush()
		}
		builds = append(builds, b)
		return failed == nil
	})
	if err = errors.Join(during(err, "read the history"), failed); err != nil {
		return err
	}
	return flush()
}
