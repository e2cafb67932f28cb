package watch

import (
	"context"
	"time"

	"logbot/logsapi"
	"logbot/logsapi/pace"
)

const (
	// tokenWithin is how long a look waits for the right to list the builds of a task.
	tokenWithin = 12 * time.Second
	// fewBuilds is how many builds are listed after a change, unless that does not reach
	// back far enough.
	fewBuilds = 20
)

// buildLists lists the builds of each task once in a look.
type buildLists struct {
	*Watcher
	listed map[string][]logsapi.Build // by task
}

// of lists the newest builds of a task, back to oldest. It returns nil if they cannot be
// listed now.
func (l buildLists) of(ctx context.Context, task string, oldest int64) ([]logsapi.Build, error) {
	if builds, ok := l.listed[task]; ok {
		return builds, nil
	}
	if allowed, err := l.takeToken(ctx); err != nil || !allowed {
		return nil, err
	}
	builds, err := l.read(ctx, task, oldest)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		l.Log.WithField("task", task).Warnf("list the builds of a watched task: %v", err)
		return nil, nil
	}
	l.listed[task] = append([]logsapi.Build{}, builds...) // not nil
	return l.listed[task], nil
}

// takeToken waits for a request of the shared rate, for tokenWithin at most.
func (l buildLists) takeToken(ctx context.Context) (taken bool, err error) {
	for until := time.Now().Add(tokenWithin); ; {
		wait, err := l.Limits.Take(ctx, lookBucket, lookRate, lookBurst, 1)
		if err != nil || wait <= 0 {
			return err == nil, err
		}
		if time.Now().Add(wait).After(until) {
			return false, nil
		}
		if err := pace.Sleep(ctx, wait); err != nil {
			return false, err
		}
	}
}

// read asks for the builds. If the account may not list them, the newest one replaces
// the list.
func (l buildLists) read(ctx context.Context, task string, oldest int64) ([]logsapi.Build, error) {
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
