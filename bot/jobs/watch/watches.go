package watch

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"logbot/cache/state"
)

const (
	// membersFor is how long this process relies on its list of watches. A newer watch is
	// seen by the look after that.
	membersFor = 5 * time.Second
	// membersAtMost is how long it relies on the stamp of that; see state.Watches.Stamp.
	membersAtMost = 2 * time.Minute
)

// watches reads and changes the stored watches. Which ones there are is read as a whole
// when that has changed; what was observed of those of one project for each look at it.
type watches struct {
	store state.Watches

	mu      sync.Mutex
	members map[string][]string // ids by project; not to be changed
	stamp   string
	read    time.Time // when members were read
	checked time.Time // when stamp was
}

// memberIDs are the ids of all watches by project, as they were up to membersFor ago.
func (w *watches) memberIDs(ctx context.Context) (map[string][]string, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	known := w.members != nil && now.Sub(w.read) < membersAtMost
	if known && now.Sub(w.checked) < membersFor {
		return w.members, w.stamp, nil
	}
	stamp, err := w.store.Stamp(ctx)
	if err != nil {
		return nil, "", err
	}
	if known && stamp != "" && stamp == w.stamp {
		w.checked = now
		return w.members, w.stamp, nil
	}
	all, err := w.store.WatchesByProject(ctx)
	if err != nil {
		return nil, "", err
	}
	w.members = map[string][]string{}
	for project, some := range all {
		for _, watch := range some {
			w.members[project] = append(w.members[project], watch.ID())
		}
	}
	w.stamp, w.read, w.checked = stamp, now, now
	return w.members, w.stamp, nil
}

// forgetMembers makes the next look read which watches there are.
func (w *watches) forgetMembers() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.members = nil
}

// projects are those with watches, and the stamp of that.
func (w *watches) projects(ctx context.Context) ([]string, string, error) {
	members, stamp, err := w.memberIDs(ctx)
	return slices.Sorted(maps.Keys(members)), stamp, err
}

// of returns the watches of a project as they are now. That it has none is read from the
// store.
func (w *watches) of(ctx context.Context, project string) ([]state.Watch, error) {
	for again := false; ; again = true {
		members, _, err := w.memberIDs(ctx)
		if err != nil {
			return nil, err
		}
		some, err := w.store.SomeWatches(ctx, members[project])
		if err != nil {
			return nil, err
		}
		some = slices.DeleteFunc(some, func(watch state.Watch) bool { return watch.Project != project })
		if len(some) > 0 || again {
			return some, nil
		}
		w.forgetMembers()
	}
}

// single returns the next of the tasks without a known project and its watches, and the
// task after it. next is where to begin; count is how many such tasks there are.
func (w *watches) single(ctx context.Context, next string) (task, after string, count int, some []state.Watch, err error) {
	members, _, err := w.memberIDs(ctx)
	if err != nil {
		return "", "", 0, nil, err
	}
	byTask := map[string][]string{}
	for _, id := range members[""] {
		task := id[strings.LastIndexByte(id, ':')+1:]
		byTask[task] = append(byTask[task], id)
	}
	if len(byTask) == 0 {
		return "", "", 0, nil, nil
	}
	tasks := slices.Sorted(maps.Keys(byTask))
	i, _ := slices.BinarySearch(tasks, next)
	task, after = tasks[i%len(tasks)], tasks[(i+1)%len(tasks)]
	some, err = w.store.SomeWatches(ctx, byTask[task])
	some = slices.DeleteFunc(some, func(watch state.Watch) bool { return watch.Project != "" })
	return task, after, len(tasks), some, err
}

// advance changes what was seen of a watch. If another caller changed the watch in the
// meantime, change is applied to the changed one. It returns the watch as it is now, or
// state.ErrNotFound if it was removed.
func (w *watches) advance(ctx context.Context, read state.Watch, change func(*state.WatchState)) (state.Watch, error) {
	for {
		next := read.Seen
		change(&next)
		now, err := w.store.Advance(ctx, read, next)
		if !errors.Is(err, state.ErrChanged) {
			return now, err
		}
		if read, err = w.store.Watch(ctx, read.Channel, read.Task); err != nil {
			return state.Watch{}, err
		}
	}
}
