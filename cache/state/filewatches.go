package state

import (
	"context"
	"fmt"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// fileWatches are the Watches of a file.
type fileWatches struct{ *file }

// versioned is a watch with its version, as it is kept.
type versioned struct {
	Watch
	Kept string `json:"version"`
}

func (v versioned) watch() Watch {
	v.Watch.Version = v.Kept
	return v.Watch
}

// maxNote bounds the watcher's own note, in bytes.
const maxNote = 4 << 10

func (w Watch) check() error {
	switch {
	case w.Channel == "" || w.Task == "":
		return fmt.Errorf("keep a watch of task %q in channel %q: it needs both", w.Task, w.Channel)
	case len(w.Channel) > MaxID || len(w.Task) > MaxID || len(w.Owner) > MaxID || len(w.Project) > MaxID ||
		len(w.TaskName) > 4*MaxID || len(w.Seen.Outcome) > MaxID || len(w.Seen.Thread) > MaxID || len(w.Seen.Note) > maxNote:
		return fmt.Errorf("keep the watch of task %.40q in channel %.40q: %w", w.Task, w.Channel, ErrTooLarge)
	}
	return nil
}

func tooManyWatches() error { return fmt.Errorf("%w: there are %d watches", ErrFull, MaxWatches) }

func watchID(channel, task string) string { return Watch{Channel: channel, Task: task}.ID() }

// onto is what becomes of a watch that is there already when w is added.
func (w Watch) onto(was Watch) Watch {
	was.Every, was.Owner = w.Every, w.Owner
	if w.TaskName != "" {
		was.TaskName = w.TaskName
	}
	if w.Project != "" {
		was.Project = w.Project
	}
	return was
}

// AddWatch implements Watches.
func (f fileWatches) AddWatch(ctx context.Context, w Watch) (Watch, bool, error) {
	if err := w.check(); err != nil {
		return Watch{}, false, err
	}
	type outcome struct {
		now   Watch
		added bool
	}
	got, err := update(ctx, f.file, 4*f.options.Budget, "add watch "+w.ID(), func(tx *bolt.Tx) (outcome, error) {
		var was versioned
		found, err := get(tx.Bucket([]byte(watchesBucket)), []byte(w.ID()), &was)
		if err != nil {
			return outcome{}, err
		}
		to := w
		if found {
			to = w.onto(was.Watch)
		}
		to.Version = newToken()
		err = putCounted(tx, watchesBucket, w.ID(), versioned{to, to.Version}, MaxWatches, tooManyWatches)
		return outcome{to, !found}, err
	})
	return got.now, got.added, err
}

// RemoveWatch implements Watches.
func (f fileWatches) RemoveWatch(ctx context.Context, channel, task string) (bool, error) {
	id := watchID(channel, task)
	return update(ctx, f.file, 4*f.options.Budget, "remove watch "+id, func(tx *bolt.Tx) (bool, error) {
		return deleteCounted(tx, watchesBucket, id)
	})
}

// Watch implements Watches.
func (f fileWatches) Watch(ctx context.Context, channel, task string) (Watch, error) {
	id := watchID(channel, task)
	var v versioned
	err := f.read(ctx, "read watch "+id, func(tx *bolt.Tx) error {
		found, err := get(tx.Bucket([]byte(watchesBucket)), []byte(id), &v)
		if err == nil && !found {
			err = ErrNotFound
		}
		return err
	})
	return v.watch(), err
}

func (f fileWatches) list(ctx context.Context, prefix string) (all []Watch, err error) {
	err = f.read(ctx, "list watches", func(tx *bolt.Tx) error {
		return eachIn(tx.Bucket([]byte(watchesBucket)), []byte(prefix), func(_ []byte, v versioned) {
			all = append(all, v.watch())
		})
	})
	return all, err
}

// ListWatches implements Watches.
func (f fileWatches) ListWatches(ctx context.Context, channel string) ([]Watch, error) {
	all, err := f.list(ctx, channel+":")
	return watchesOf(channel, all), err
}

// watchesOf are those of a channel, by name.
func watchesOf(channel string, all []Watch) []Watch {
	all = slices.DeleteFunc(all, func(w Watch) bool { return w.Channel != channel })
	slices.SortFunc(all, func(a, b Watch) int {
		if c := strings.Compare(a.TaskName, b.TaskName); c != 0 {
			return c
		}
		return strings.Compare(a.Task, b.Task)
	})
	return all
}

// WatchesByProject implements Watches.
func (f fileWatches) WatchesByProject(ctx context.Context) (map[string][]Watch, error) {
	all, err := f.list(ctx, "")
	return byProject(all), err
}

func byProject(all []Watch) map[string][]Watch {
	grouped := map[string][]Watch{}
	for _, w := range all {
		grouped[w.Project] = append(grouped[w.Project], w)
	}
	return grouped
}

// Advance implements Watches.
func (f fileWatches) Advance(ctx context.Context, read Watch, to WatchState) (Watch, error) {
	next := read
	next.Seen = to
	return f.replace(ctx, read, next)
}

// Rename implements Watches.
func (f fileWatches) Rename(ctx context.Context, read Watch, taskName, project string) (Watch, error) {
	next := read
	next.TaskName, next.Project = taskName, project
	return f.replace(ctx, read, next)
}

func (f fileWatches) replace(ctx context.Context, read, next Watch) (Watch, error) {
	if err := next.check(); err != nil {
		return Watch{}, err
	}
	next.Version = newToken()
	return update(ctx, f.file, 4*f.options.Budget, "advance watch "+read.ID(), func(tx *bolt.Tx) (Watch, error) {
		b := tx.Bucket([]byte(watchesBucket))
		var is versioned
		found, err := get(b, []byte(read.ID()), &is)
		switch {
		case err != nil:
			return Watch{}, err
		case !found:
			return Watch{}, ErrNotFound
		case is.Kept != read.Version:
			return Watch{}, ErrChanged
		}
		return next, put(b, []byte(next.ID()), versioned{next, next.Version})
	})
}

// sortedWatches are all of a grouping, by channel and task.
func sortedWatches(grouped map[string][]Watch) []Watch {
	var all []Watch
	for _, some := range grouped {
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Watch) int { return strings.Compare(a.ID(), b.ID()) })
	return all
}
