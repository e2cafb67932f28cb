package state

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"logbot/cache/store"
)

const (
	// MaxWatches is the most watches, in all channels.
	MaxWatches = 2_000
	// maxNote bounds WatchState.Note, in bytes.
	maxNote = 4 << 10
)

// Watch says that a channel is told when a task breaks.
type Watch struct {
	Channel  string `json:"channel"`
	Task     string `json:"task"` // id, 32 hex digits
	TaskName string `json:"name,omitempty"`
	// Project is the CodeArts project of the task; "" if it is unknown.
	Project string `json:"project,omitempty"`
	// Every asks for a message each time, not one that counts.
	Every bool   `json:"every,omitempty"`
	Owner string `json:"owner,omitempty"` // user who set it
	// Rights is the channel whose access rules count, if that is not Channel: a watch
	// whose Channel is the id of a user tells them alone.
	Rights string `json:"rights,omitempty"`
	// Mine leaves out builds that the owner did not start, and Branch those of other
	// branches; it is empty for all.
	Mine    bool      `json:"mine,omitempty"`
	Branch  string    `json:"branch,omitempty"`
	Created time.Time `json:"created,omitzero"`

	Seen WatchState `json:"seen"`

	// Version is opaque; it changes whenever the watch does.
	Version string `json:"-"`
}

// WatchState is what was observed of a watched task, and posted.
type WatchState struct {
	// Build is the newest build that was judged; 0 before the first.
	Build int64 `json:"build,omitempty"`
	// Outcome is how it ended, in the watcher's words.
	Outcome string `json:"outcome,omitempty"`
	// Thread is the ts of the message about the failures since the last success;
	// "" if the task works.
	Thread string `json:"thread,omitempty"`
	// Failures counts the builds that failed since the last success.
	Failures int `json:"failures,omitempty"`
	// At is when this was observed.
	At time.Time `json:"at,omitzero"`
	// Note is the watcher's own, at most 4 KiB.
	Note string `json:"note,omitempty"`
}

// ID names a watch: there is one of a task in a channel.
func (w Watch) ID() string { return w.Channel + ":" + w.Task }

// check refuses a watch that cannot be stored.
func (w Watch) check() error {
	switch {
	case w.Channel == "" || w.Task == "":
		return fmt.Errorf("keep a watch of task %q in channel %q: it needs both", w.Task, w.Channel)
	case len(w.Channel) > MaxID || len(w.Task) > MaxID || len(w.Owner) > MaxID || len(w.Project) > MaxID || len(w.Rights) > MaxID || len(w.Branch) > MaxID ||
		len(w.TaskName) > 4*MaxID || len(w.Seen.Outcome) > MaxID || len(w.Seen.Thread) > MaxID || len(w.Seen.Note) > maxNote:
		return fmt.Errorf("keep the watch of task %.40q in channel %.40q: %w", w.Task, w.Channel, ErrTooLarge)
	}
	return nil
}

// addedTo is an existing watch after w was added once more.
func (w Watch) addedTo(existing Watch) Watch {
	existing.Every, existing.Owner = w.Every, w.Owner
	existing.Rights, existing.Mine, existing.Branch = w.Rights, w.Mine, w.Branch
	if w.TaskName != "" {
		existing.TaskName = w.TaskName
	}
	if w.Project != "" {
		existing.Project = w.Project
	}
	return existing
}

// versioned is a watch with its version, as a file stores it.
type versioned struct {
	Watch
	Stored string `json:"version"`
}

// decodeWatch reads a watch as either backend stores it: JSON that contains the
// version, or the version, a space and JSON.
func decodeWatch(value []byte) (Watch, error) {
	version, encoded, found := bytes.Cut(value, []byte(" "))
	if found && !bytes.HasPrefix(value, []byte("{")) {
		w := Watch{Version: string(version)}
		return w, json.Unmarshal(encoded, &w)
	}
	v, err := fromJSON[versioned](value)
	v.Watch.Version = v.Stored
	return v.Watch, err
}

func watchTable() store.Spec {
	return store.Spec{Name: "watches", Noun: "watches", Max: MaxWatches, Valid: func(key string, value []byte) bool {
		w, err := decodeWatch(value)
		return err == nil && w.ID() == key && w.check() == nil
	}}
}

// Watches are the tasks that channels watch.
type Watches struct {
	watches values[Watch]
	stamps  store.Table
}

func watchesInFile(t, stamps store.Table) Watches {
	return Watches{stamps: stamps, watches: values[Watch]{t, func(w Watch) ([]byte, error) { return json.Marshal(versioned{w, w.Version}) }, decodeWatch}}
}

func watchesInRedis(t, stamps store.Table) Watches {
	return Watches{stamps: stamps, watches: values[Watch]{t, func(w Watch) ([]byte, error) {
		encoded, err := json.Marshal(w)
		return append([]byte(w.Version+" "), encoded...), err
	}, decodeWatch}}
}

// update writes a new version of a watch: what change returns for the existing
// one, nil if there is none.
func (s Watches) update(ctx context.Context, id string, change func(existing *Watch) (Watch, error)) (Watch, error) {
	return s.watches.update(ctx, id, func(existing *Watch) (Watch, error) {
		now, err := change(existing)
		now.Version = rand.Text()
		return now, err
	})
}

// AddWatch adds a watch. If the channel watches the task already, Every, Owner, what
// it leaves out and the names become the given ones, what was observed stays, and added is false. It
// returns the watch as it is now, or ErrFull.
func (s Watches) AddWatch(ctx context.Context, w Watch) (now Watch, added bool, err error) {
	if err := w.check(); err != nil {
		return Watch{}, false, err
	}
	now, err = s.update(ctx, w.ID(), func(existing *Watch) (Watch, error) {
		added = existing == nil
		if added {
			return w, nil
		}
		return w.addedTo(*existing), nil
	})
	if err == nil {
		s.restamp(ctx)
	}
	return now, added && err == nil, during(err, "add watch %s", w.ID())
}

// RemoveWatch ends a watch.
func (s Watches) RemoveWatch(ctx context.Context, channel, task string) (found bool, err error) {
	id := watchID(channel, task)
	found, err = s.watches.table.Delete(ctx, id)
	if err == nil {
		s.restamp(ctx)
	}
	return found, during(err, "remove watch %s", id)
}

// Watch returns one watch, or ErrNotFound.
func (s Watches) Watch(ctx context.Context, channel, task string) (w Watch, err error) {
	id := watchID(channel, task)
	w, err = s.watches.get(ctx, id)
	return w, during(err, "read watch %s", id)
}

func watchID(channel, task string) string { return Watch{Channel: channel, Task: task}.ID() }

// all returns every watch, by channel and task.
func (s Watches) all(ctx context.Context) ([]Watch, error) {
	all, err := s.watches.all(ctx, store.Range{})
	return all, during(err, "list watches")
}

// ListWatches returns the watches of a channel, by name of the task.
func (s Watches) ListWatches(ctx context.Context, channel string) ([]Watch, error) {
	all, err := s.all(ctx)
	all = slices.DeleteFunc(all, func(w Watch) bool { return w.Channel != channel })
	slices.SortFunc(all, func(a, b Watch) int {
		if c := strings.Compare(a.TaskName, b.TaskName); c != 0 {
			return c
		}
		return strings.Compare(a.Task, b.Task)
	})
	return all, err
}

// WatchesByProject returns all watches by project; "" are those whose project is
// unknown.
func (s Watches) WatchesByProject(ctx context.Context) (map[string][]Watch, error) {
	all, err := s.all(ctx)
	grouped := map[string][]Watch{}
	for _, w := range all {
		grouped[w.Project] = append(grouped[w.Project], w)
	}
	return grouped, err
}

// Advance changes what was observed, if the watch has not changed since it was
// read: of two replicas that saw the same build one succeeds, and posts. It
// returns the watch as it is now. The others get ErrChanged, or ErrNotFound if the
// watch was removed.
func (s Watches) Advance(ctx context.Context, read Watch, to WatchState) (now Watch, err error) {
	next := read
	next.Seen = to
	return s.replace(ctx, read, next)
}

// Rename sets the names of the task and its project, under the same condition as
// Advance: they become known later than the watch.
func (s Watches) Rename(ctx context.Context, read Watch, taskName, project string) (now Watch, err error) {
	next := read
	next.TaskName, next.Project = taskName, project
	return s.moved(ctx, read, next)
}

// Move sets the project and what was observed, under the same condition as Advance.
func (s Watches) Move(ctx context.Context, read Watch, project string, to WatchState) (now Watch, err error) {
	next := read
	next.Project, next.Seen = project, to
	return s.moved(ctx, read, next)
}

// moved is replace of a watch whose project may be another.
func (s Watches) moved(ctx context.Context, read, next Watch) (Watch, error) {
	now, err := s.replace(ctx, read, next)
	if err == nil {
		s.restamp(ctx)
	}
	return now, err
}

func (s Watches) replace(ctx context.Context, read, next Watch) (Watch, error) {
	if err := next.check(); err != nil {
		return Watch{}, err
	}
	now, err := s.update(ctx, read.ID(), func(existing *Watch) (Watch, error) {
		switch {
		case existing == nil:
			return Watch{}, ErrNotFound
		case existing.Version != read.Version:
			return Watch{}, ErrChanged
		}
		return next, nil
	})
	return now, during(err, "advance watch %s", read.ID())
}
