package jobs

import (
	"context"
	"time"

	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands"
)

// WatchStore keeps the watches that people set, and sees to it that somebody
// looks. It is a commands.WatchStore. Its callers wait as long as the state takes:
// there is no answer without.
type WatchStore struct {
	Watches state.Watches
	Jobs    *Jobs
}

// AddWatch implements commands.WatchStore.
func (s WatchStore) AddWatch(ctx context.Context, w commands.Watch) (added bool, err error) {
	ctx = patience.Without(ctx)
	_, added, err = s.Watches.AddWatch(ctx, state.Watch{
		Channel: w.Channel, Task: w.Task, TaskName: w.Name, Project: w.Project, Every: w.Every, Owner: w.Owner, Created: w.Created,
		Seen: Baseline(w.Newest),
	})
	if err != nil {
		return false, StoreError(err)
	}
	if err := s.Jobs.look(ctx, w.Project, time.Now()); err != nil {
		s.Jobs.log.Warnf("look at project %q: %v; the next survey tries it again", w.Project, err)
	}
	return added, nil
}

// RemoveWatch implements commands.WatchStore.
func (s WatchStore) RemoveWatch(ctx context.Context, channel, task string) (found bool, err error) {
	found, err = s.Watches.RemoveWatch(patience.Without(ctx), channel, task)
	return found, StoreError(err)
}

// ListWatches implements commands.WatchStore.
func (s WatchStore) ListWatches(ctx context.Context, channel string) ([]commands.Watch, error) {
	kept, err := s.Watches.ListWatches(patience.Without(ctx), channel)
	if err != nil {
		return nil, StoreError(err)
	}
	var all []commands.Watch
	for _, w := range kept {
		all = append(all, commands.Watch{
			Channel: w.Channel, Task: w.Task, Name: w.TaskName, Project: w.Project, Every: w.Every, Owner: w.Owner, Created: w.Created,
			Failures: w.Seen.Failures,
		})
	}
	return all, nil
}
