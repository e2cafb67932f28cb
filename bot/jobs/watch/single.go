package watch

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"logbot/bot/jobs"
	"logbot/cache/state"
	"logbot/logsapi"
)

// returnAfter is after how long a task that its project did not list, or not to this
// account, is looked for in the list again.
const returnAfter = time.Hour

// makeSingle moves a watch to the tasks without a known project, which are looked at one
// by one.
func (k looker) makeSingle(ctx context.Context, watch state.Watch) error {
	n := noteOf(watch.Seen)
	n.From, n.Moved = watch.Project, time.Now().UnixMilli()
	return k.move(ctx, watch, "", n)
}

// goBack moves a watch to the project from which makeSingle took it.
func (k looker) goBack(ctx context.Context, watch state.Watch) error {
	n := noteOf(watch.Seen)
	project := n.From
	n.From, n.Moved = "", 0
	return k.move(ctx, watch, project, n)
}

func (k looker) move(ctx context.Context, watch state.Watch, project string, n note) error {
	seen := watch.Seen
	seen.Note = n.encode()
	_, err := k.Watches.Move(ctx, watch, project, seen)
	if errors.Is(err, state.ErrChanged) || errors.Is(err, state.ErrNotFound) {
		return nil // the next look sees the changed watch
	}
	if err != nil {
		return err
	}
	k.watches.forgetMembers()
	return scheduleLook(ctx, k.Jobs, project, time.Now())
}

// lookAtSingleTask looks at the next task without a known project.
func (k looker) lookAtSingleTask(ctx context.Context, l lookState, asked *atomic.Int64) (jobs.Next, error) {
	task, after, count, watches, err := k.watches.single(ctx, l.Next)
	if err != nil {
		return jobs.Next{}, err
	}
	if len(watches) == 0 { // or another task: that which watches there are may be old
		k.watches.forgetMembers()
		if task, after, count, watches, err = k.watches.single(ctx, after); err != nil {
			return jobs.Next{}, err
		}
	}
	if count == 0 {
		return jobs.Forget(), nil
	}
	if err := k.scheduleTellings(ctx, watches); err != nil {
		return jobs.Next{}, err
	}
	l.Next = after
	pause := max(singleEvery/time.Duration(count), singleSpacing)
	if len(watches) == 0 {
		return l.after(pause)
	}
	newest, err := k.Source.LatestBuild(ctx, task)
	switch {
	case ctx.Err() != nil:
		return jobs.Next{}, ctx.Err()
	case errors.Is(err, logsapi.ErrNotFound): // never built, or deleted
	case err != nil:
		k.Failed(ctx, err)
		k.Log.WithField("task", task).WithContext(ctx).Warnf("look at a watched task: %v", err)
		for _, watch := range watches {
			if err := k.lose(ctx, watch, err, false); err != nil {
				return jobs.Next{}, err
			}
		}
	default:
		if err := k.updateSingle(ctx, watches, newest); err != nil {
			return jobs.Next{}, err
		}
	}
	for _, watch := range watches {
		if n := noteOf(watch.Seen); n.From != "" && time.Since(time.UnixMilli(n.Moved)) >= returnAfter {
			if err := k.goBack(ctx, watch); err != nil {
				return jobs.Next{}, err
			}
		}
	}
	return k.end(ctx, l, asked, pause)
}

// updateSingle lists the builds of a task if its newest build, whose number is known, is
// another one or in another state than at the last look.
func (k looker) updateSingle(ctx context.Context, watches []state.Watch, newest logsapi.Build) (err error) {
	is := fmt.Sprintf("%d/%s", newest.Number, newest.State)
	lists := k.newBuildLists()
	for _, watch := range watches {
		before := noteOf(watch.Seen)
		if before.Lost != nil {
			if watch, err = k.regain(ctx, watch, false); err != nil {
				return err
			}
			if watch.Task == "" {
				continue
			}
			before = noteOf(watch.Seen)
		}
		if before.Row == is && !before.mustList(!newest.State.Finished(), watch.Seen.At) {
			continue
		}
		if err := k.list(ctx, lists, watch, is); err != nil {
			return err
		}
	}
	return nil
}
