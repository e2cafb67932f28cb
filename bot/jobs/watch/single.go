package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"logbot/bot/jobs"
	"logbot/cache/state"
	"logbot/logsapi"
)

// makeSingle moves a watch to the tasks without a known project, which are looked at one
// by one.
func (k looker) makeSingle(ctx context.Context, watch state.Watch) error {
	_, err := k.Watches.Rename(ctx, watch, watch.TaskName, "")
	if errors.Is(err, state.ErrChanged) || errors.Is(err, state.ErrNotFound) {
		return nil // the next look sees the changed watch
	}
	if err != nil {
		return err
	}
	k.watches.dropSnapshot()
	return scheduleLook(ctx, k.Jobs, "", time.Now())
}

// lookAtSingleTask looks at the next task without a known project.
func (k looker) lookAtSingleTask(ctx context.Context, l lookState, watches []state.Watch) (jobs.Next, error) {
	var tasks []string
	for _, watch := range watches {
		tasks = append(tasks, watch.Task)
	}
	slices.Sort(tasks)
	tasks = slices.Compact(tasks)
	i, _ := slices.BinarySearch(tasks, l.Next)
	task := tasks[i%len(tasks)]
	l.Next = tasks[(i+1)%len(tasks)]
	pause := max(singleEvery/time.Duration(len(tasks)), singleSpacing)
	wait, err := k.Limits.Take(ctx, lookBucket, lookRate, lookBurst, 1)
	if err != nil {
		return jobs.Next{}, err
	}
	if wait > 0 {
		l.Next = task
		return l.after(wait)
	}
	newest, err := k.Source.LatestBuild(ctx, task)
	switch {
	case ctx.Err() != nil:
		return jobs.Next{}, ctx.Err()
	case errors.Is(err, logsapi.ErrNotFound): // never built, or deleted
		return l.after(pause)
	case err != nil:
		k.Log.WithField("task", task).Warnf("look at a watched task: %v", err)
		return l.after(max(pause, failedEvery))
	}
	row := fmt.Sprintf("%d/%s", newest.Number, newest.State)
	lists := buildLists{k.Watcher, map[string][]logsapi.Build{}}
	for _, watch := range watches {
		if watch.Task == task {
			if _, err := k.update(ctx, lists, watch, row, !newest.State.Finished()); err != nil {
				return jobs.Next{}, err
			}
		}
	}
	return l.after(pause)
}
