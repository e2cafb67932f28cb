package watch

import (
	"context"
	"time"

	"logbot/logsapi"
)

const (
	// fewBuilds is how many builds are listed after a change, unless that does not reach
	// back far enough.
	fewBuilds = 20
	// listsFor is how long one look lists builds. What is left is for the next one.
	listsFor = 20 * time.Second
)

// buildLists lists the builds of each task once in a look.
type buildLists struct {
	*Watcher
	until  time.Time
	listed map[string]listedBuilds // by task
}

// listedBuilds are the newest builds of a task, or why they cannot be listed now.
type listedBuilds struct {
	builds []logsapi.Build
	err    error
}

func (w *Watcher) newBuildLists() *buildLists {
	return &buildLists{w, time.Now().Add(listsFor), map[string]listedBuilds{}}
}

// of lists the newest builds of a task, back to oldest. now is false if the look has
// listed builds for long enough.
func (l *buildLists) of(ctx context.Context, task string, oldest int64) (builds []logsapi.Build, now bool, err error) {
	if got, ok := l.listed[task]; ok {
		return got.builds, true, got.err
	}
	if time.Now().After(l.until) {
		return nil, false, nil
	}
	builds, err = l.read(ctx, task, oldest)
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	if err != nil {
		l.Failed(ctx, err)
		l.Log.WithField("task", task).WithContext(ctx).Warnf("list the builds of a watched task: %v", err)
	}
	l.listed[task] = listedBuilds{builds, err}
	return builds, true, err
}

// read asks for the builds. If the account may not list them, the newest one replaces
// the list.
func (l *buildLists) read(ctx context.Context, task string, oldest int64) ([]logsapi.Build, error) {
	builds, err := l.Source.NewestBuilds(ctx, task, fewBuilds)
	if logsapi.OutOfReach(err) {
		newest, err := l.Source.LatestBuild(ctx, task)
		return []logsapi.Build{newest}, err
	}
	if err != nil || len(builds) < fewBuilds || builds[len(builds)-1].Number <= oldest {
		return builds, err
	}
	return l.Source.NewestBuilds(ctx, task, logsapi.MaxBuilds)
}
