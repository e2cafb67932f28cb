package watch

import (
	"context"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/jobs"
	"logbot/bot/jobs/storeerr"
	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands"
)

// Store stores the watches that users set and schedules looks at their projects. It is
// a commands.WatchStore. Its calls wait for the state as long as it takes, because they
// are all that their command is about.
type Store struct {
	Watches state.Watches
	Jobs    *jobs.Jobs
	Limits  Limiter
	Rate    float64 // as that of Options
	Log     logrus.FieldLogger
}

// AddWatch implements commands.WatchStore.
func (s Store) AddWatch(ctx context.Context, w commands.Watch) (added bool, err error) {
	ctx = patience.Without(ctx)
	_, added, err = s.Watches.AddWatch(ctx, state.Watch{
		Channel: w.Channel, Task: w.Task, TaskName: w.Name, Project: w.Project, Every: w.Every, Owner: w.Owner, Created: w.Created,
		Rights: w.Rights, Mine: w.Mine, Branch: w.Branch,
		Seen: baseline(w.Newest),
	})
	if err != nil {
		return false, storeerr.ForCommands(err)
	}
	if err := scheduleLook(ctx, s.Jobs, w.Project, time.Now()); err != nil {
		s.Log.Warnf("schedule a look at project %q, which Watcher.Run repeats: %v", w.Project, err)
	}
	return added, nil
}

// ToldWithin implements commands.WatchStore.
func (s Store) ToldWithin(ctx context.Context) (time.Duration, error) {
	within, err := looks{s.Limits, s.Rate}.within(ctx)
	return within, storeerr.ForCommands(err)
}

// RemoveWatch implements commands.WatchStore.
func (s Store) RemoveWatch(ctx context.Context, channel, task string) (found bool, err error) {
	found, err = s.Watches.RemoveWatch(patience.Without(ctx), channel, task)
	return found, storeerr.ForCommands(err)
}

// ListWatches implements commands.WatchStore.
func (s Store) ListWatches(ctx context.Context, channel string) ([]commands.Watch, error) {
	stored, err := s.Watches.ListWatches(patience.Without(ctx), channel)
	if err != nil {
		return nil, storeerr.ForCommands(err)
	}
	var all []commands.Watch
	for _, w := range stored {
		all = append(all, commands.Watch{
			Channel: w.Channel, Task: w.Task, Name: w.TaskName, Project: w.Project, Every: w.Every, Owner: w.Owner, Created: w.Created,
			Rights: w.Rights, Mine: w.Mine, Branch: w.Branch,
			Failures: w.Seen.Failures, Refused: noteOf(w.Seen).Lost.refused(),
		})
	}
	return all, nil
}
