package watch

import (
	"context"
	"errors"
	"sync"
	"time"

	"logbot/cache/state"
)

// snapshotFor is how long one reading of all watches serves the looks of this process.
// A newer watch is seen by the look after that.
const snapshotFor = 5 * time.Second

// watches reads and changes the stored watches.
type watches struct {
	store state.Watches

	mu       sync.Mutex
	readAt   time.Time
	snapshot map[string][]state.Watch // by project; not to be changed
}

// byProject returns all watches as they were up to snapshotFor ago. Changes are made
// with advance, which reads a watch again if it has changed.
func (w *watches) byProject(ctx context.Context) (map[string][]state.Watch, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.snapshot != nil && time.Since(w.readAt) < snapshotFor {
		return w.snapshot, nil
	}
	all, err := w.store.WatchesByProject(ctx)
	if err != nil {
		return nil, err
	}
	w.snapshot, w.readAt = all, time.Now()
	return all, nil
}

// of returns the watches of a project and the number of projects with watches. That a
// project has none is read from the store.
func (w *watches) of(ctx context.Context, project string) (some []state.Watch, projects int, err error) {
	all, err := w.byProject(ctx)
	if err == nil && len(all[project]) == 0 {
		w.dropSnapshot()
		all, err = w.byProject(ctx)
	}
	return all[project], len(all), err
}

// dropSnapshot makes the next look read the watches from the store.
func (w *watches) dropSnapshot() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.snapshot = nil
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
