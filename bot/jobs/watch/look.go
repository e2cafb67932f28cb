package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"logbot/bot/jobs"
	"logbot/cache/state"
	"logbot/logsapi"
)

// looker handles looks. A look that fails is repeated by its own schedule, so Run
// returns an error only if the store does not answer.
type looker struct{ *Watcher }

// Run implements jobs.Handler.
func (k looker) Run(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
	var l lookState
	if err := json.Unmarshal(w.Payload, &l); err != nil {
		return jobs.Next{}, fmt.Errorf("read the state of a look: %w", err)
	}
	watches, projects, err := k.watches.of(ctx, l.Project)
	if err != nil {
		return jobs.Next{}, err
	}
	if len(watches) == 0 {
		return jobs.Forget(), nil
	}
	for _, watch := range watches { // a process may have died after it recorded an outcome
		if err := k.scheduleTelling(ctx, watch); err != nil {
			return jobs.Next{}, err
		}
	}
	if l.Project == "" {
		return k.lookAtSingleTask(ctx, l, watches)
	}
	wait, err := k.Limits.Take(ctx, lookBucket, lookRate, lookBurst, l.cost())
	if err != nil {
		return jobs.Next{}, err
	}
	if wait > 0 {
		return l.after(wait)
	}
	tasks, err := k.Source.Tasks(ctx, l.Project, "")
	if err != nil {
		return k.afterFailure(ctx, l, watches, err)
	}
	l.Tasks = len(tasks)
	busy, err := k.compare(ctx, watches, tasks)
	if err != nil {
		return jobs.Next{}, err
	}
	l.Quiet++
	if busy {
		l.Quiet = 0
	}
	return l.after(l.pause(projects))
}

// GiveUp implements jobs.Handler: the look goes on later, as the channels rely on it.
func (k looker) GiveUp(_ context.Context, w *jobs.Work) (jobs.Next, error) {
	return jobs.Again(time.Now().Add(unreachableEvery), w.Payload), nil
}

// afterFailure schedules the look after one that failed. If the list of a project is
// permanently out of reach, its tasks are looked at one by one.
func (k looker) afterFailure(ctx context.Context, l lookState, watches []state.Watch, err error) (jobs.Next, error) {
	if ctx.Err() != nil {
		return jobs.Next{}, ctx.Err()
	}
	k.Failed(ctx, err)
	k.Log.WithField("project", l.Project).WithContext(ctx).Warnf("look at watched tasks: %v", err)
	if !logsapi.OutOfReach(err) && !errors.Is(err, logsapi.ErrNotFound) {
		return l.after(failedEvery)
	}
	for _, watch := range watches {
		if err := k.makeSingle(ctx, watch); err != nil {
			return jobs.Next{}, err
		}
	}
	return l.after(unreachableEvery)
}

// compare compares each watched task with the list of its project. busy says that a
// build runs or has ended.
func (k looker) compare(ctx context.Context, watches []state.Watch, tasks []logsapi.Task) (busy bool, err error) {
	rows := map[string]logsapi.Task{}
	for _, t := range tasks {
		rows[strings.ToLower(t.ID)] = t
	}
	lists := buildLists{k.Watcher, map[string][]logsapi.Build{}}
	for _, watch := range watches {
		t, listed := rows[strings.ToLower(watch.Task)]
		if !listed { // moved, deleted, or beyond the end of the list
			if err := k.makeSingle(ctx, watch); err != nil {
				return busy, err
			}
			continue
		}
		row := rowOf(t.State, t.LastBuilt.UnixMilli(), t.Running)
		changed, err := k.update(ctx, lists, watch, row, t.Running)
		if err != nil {
			return busy, err
		}
		busy = busy || changed || t.Running
	}
	return busy, nil
}

// update lists the builds of a task whose row has changed, records those that ended and
// schedules their telling.
func (k looker) update(ctx context.Context, lists buildLists, watch state.Watch, row string, running bool) (changed bool, err error) {
	before := noteOf(watch.Seen)
	if before.Row == row && !before.mustList(running, watch.Seen.At) {
		return false, nil
	}
	builds, err := lists.of(ctx, watch.Task, before.oldestNeeded(watch.Seen.Build))
	if err != nil || builds == nil {
		return true, err // the row in the note stays, so the next look tries again
	}
	now, err := k.watches.advance(ctx, watch, func(s *state.WatchState) {
		before := noteOf(*s)
		judged, next, complete := judge(s.Build, before, s.Failures > 0, builds, func(b logsapi.Build) bool { return k.leavesOut(watch, b) })
		switch {
		case before.Row == row:
			next.Forced = before.Forced + 1
		case complete:
			next.Row = row
		}
		s.Build, s.Note, s.At = judged, next.encode(), time.Now()
	})
	if errors.Is(err, state.ErrNotFound) {
		return true, nil // unwatched in the meantime
	}
	if err != nil {
		return true, err
	}
	return true, k.scheduleTelling(ctx, now)
}

// scheduleTelling schedules the telling of each pending build, unless it is scheduled or
// done.
func (k looker) scheduleTelling(ctx context.Context, watch state.Watch) error {
	var errs []error
	for _, o := range noteOf(watch.Seen).Pending {
		p := tellState{Channel: watch.Channel, Task: watch.Task, Build: o.Build}
		_, err := k.Jobs.Schedule(ctx, state.Intent{ID: p.id(), Kind: TellKind, Payload: p.payload()})
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("schedule the telling of builds of %s in %s: %w", watch.Task, watch.Channel, err)
	}
	return nil
}
