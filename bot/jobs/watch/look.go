package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"time"

	"logbot/bot/jobs"
	"logbot/cache/state"
	"logbot/logsapi"
)

// missingLooks is after how many looks in a row that did not find it a task is looked at
// by itself: tasks move between pages while a list is read.
const missingLooks = 3

// looker handles looks. A look that fails is repeated by its own schedule, so Run
// returns an error only if the store does not answer.
type looker struct{ *Watcher }

// Run implements jobs.Handler.
func (k looker) Run(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
	var l lookState
	if err := json.Unmarshal(w.Payload, &l); err != nil {
		return jobs.Next{}, fmt.Errorf("read the state of a look: %w", err)
	}
	ctx, asked := logsapi.CountRequests(ctx)
	if l.Project == "" {
		return k.lookAtSingleTask(ctx, l, asked)
	}
	watches, err := k.watches.of(ctx, l.Project)
	if err != nil {
		return jobs.Next{}, err
	}
	if len(watches) == 0 {
		return jobs.Forget(), nil
	}
	if err := k.scheduleTellings(ctx, watches); err != nil {
		return jobs.Next{}, err
	}
	want := map[string]bool{}
	for _, watch := range watches {
		want[strings.ToLower(watch.Task)] = true
	}
	found, err := readList(ctx, k.Source, l.Project, want, l.Pages)
	if err != nil {
		return k.afterFailure(ctx, l, watches, err, asked)
	}
	l.Pages = found.pages
	looked, now := time.UnixMilli(l.At), time.Now()
	busy, err := k.compare(ctx, &l, watches, found, looked)
	l.At = now.UnixMilli()
	if err != nil {
		return jobs.Next{}, err
	}
	l.Quiet++
	if busy {
		l.Quiet = 0
	}
	return k.end(ctx, l, asked, l.pause())
}

// GiveUp implements jobs.Handler: the look goes on later, as the channels rely on it.
func (k looker) GiveUp(_ context.Context, w *jobs.Work) (jobs.Next, error) {
	return jobs.Again(time.Now().Add(unreachableEvery), w.Payload), nil
}

// end pays for the requests that a look made beyond those that were reserved for it, and
// schedules the next one: after pause, or when its turn comes.
func (k looker) end(ctx context.Context, l lookState, asked *atomic.Int64, pause time.Duration) (jobs.Next, error) {
	owed := max(0, int(asked.Load())-l.Paid)
	l.Paid = l.cost()
	wait, err := k.looks().reserve(ctx, owed+l.Paid)
	if err != nil {
		return jobs.Next{}, err
	}
	return l.after(max(pause, wait))
}

// afterFailure schedules the look after one that failed. If the list of a project is
// permanently out of reach, its tasks are looked at one by one.
func (k looker) afterFailure(ctx context.Context, l lookState, watches []state.Watch, err error, asked *atomic.Int64) (jobs.Next, error) {
	if ctx.Err() != nil {
		return jobs.Next{}, ctx.Err()
	}
	k.Failed(ctx, err)
	k.Log.WithField("project", l.Project).WithContext(ctx).Warnf("look at watched tasks: %v", err)
	if !logsapi.OutOfReach(err) && !errors.Is(err, logsapi.ErrNotFound) {
		for _, watch := range watches {
			if err := k.lose(ctx, watch, err, false); err != nil {
				return jobs.Next{}, err
			}
		}
		return k.end(ctx, l, asked, failedEvery)
	}
	for _, watch := range watches {
		if err := k.makeSingle(ctx, watch); err != nil {
			return jobs.Next{}, err
		}
	}
	return k.end(ctx, l, asked, unreachableEvery)
}

// compare compares each watched task with the list of its project. busy says that a
// build runs or has ended.
func (k looker) compare(ctx context.Context, l *lookState, watches []state.Watch, found list, looked time.Time) (busy bool, err error) {
	l.count(watches, found)
	lists := k.newBuildLists()
	for _, watch := range watches {
		id := strings.ToLower(watch.Task)
		t, listed := found.rows[id]
		if !listed {
			if l.Missing[id] >= missingLooks { // it was moved or deleted
				if err := k.makeSingle(ctx, watch); err != nil {
					return busy, err
				}
			}
			continue
		}
		changed, err := k.update(ctx, lists, watch, rowOfTask(t), looked)
		if err != nil {
			return busy, err
		}
		busy = busy || changed || t.Running
	}
	return busy, nil
}

// count counts the watched tasks that a whole list does not have.
func (l *lookState) count(watches []state.Watch, found list) {
	missing := map[string]int{}
	for _, watch := range watches {
		id := strings.ToLower(watch.Task)
		if _, listed := found.rows[id]; listed {
			continue
		}
		missing[id] = l.Missing[id]
		if found.whole {
			missing[id]++
		}
	}
	maps.DeleteFunc(missing, func(_ string, n int) bool { return n == 0 })
	l.Missing = missing
}

// update does what the row of a task calls for. looked is when the list was read before.
// changed says that the row is another than then.
func (k looker) update(ctx context.Context, lists *buildLists, watch state.Watch, r row, looked time.Time) (changed bool, err error) {
	before := noteOf(watch.Seen)
	now := time.Now()
	if before.Lost != nil {
		if watch, err = k.regain(ctx, watch, false); err != nil || watch.Task == "" {
			return false, err
		}
		before = noteOf(watch.Seen)
	}
	switch before.next(r, watch.Seen.Failures > 0, times{looked, now, watch.Seen.At}) {
	case doRemember:
		_, err := k.advanceIfThere(ctx, watch, func(s *state.WatchState) {
			n := noteOf(*s)
			n.Seen = r.String()
			if n.Since == 0 {
				n.Since = now.UnixMilli()
			}
			s.Note = n.encode()
		})
		return true, err
	case doCheck:
		spare, err := k.looks().spare(ctx)
		if err != nil || !spare {
			return false, err
		}
		return false, k.list(ctx, lists, watch, r.String())
	case doListFirst:
		return true, k.list(ctx, lists, watch, r.String())
	}
	return false, nil
}

// list lists the builds of a task, records those that ended and schedules their telling.
// is what the row was.
func (k looker) list(ctx context.Context, lists *buildLists, watch state.Watch, is string) error {
	before := noteOf(watch.Seen)
	if before.Lost.isTried(time.Now()) {
		return nil
	}
	builds, now, err := lists.of(ctx, watch.Task, before.oldestNeeded(watch.Seen.Build))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return k.lose(ctx, watch, err, true) // the row in the note stays, so a later look tries again
	case !now:
		return nil
	}
	if before.Lost != nil {
		if watch, err = k.regain(ctx, watch, true); err != nil || watch.Task == "" {
			return err
		}
	}
	next, err := k.advanceIfThere(ctx, watch, func(s *state.WatchState) {
		before := noteOf(*s)
		judged, next, complete := judge(s.Build, before, s.Failures > 0, builds, func(b logsapi.Build) bool { return k.leavesOut(watch, b) })
		switch {
		case before.Row == is:
			next.Forced = before.Forced + 1
		case complete:
			next.Row = is
		}
		if complete {
			next.Seen, next.Since = "", 0
		}
		s.Build, s.Note, s.At = judged, next.encode(), time.Now()
	})
	if err != nil || next.Task == "" {
		return err
	}
	return k.scheduleTelling(ctx, next)
}

// advanceIfThere is watches.advance; it returns no watch if that was removed.
func (w *Watcher) advanceIfThere(ctx context.Context, watch state.Watch, change func(*state.WatchState)) (state.Watch, error) {
	now, err := w.watches.advance(ctx, watch, change)
	if errors.Is(err, state.ErrNotFound) {
		return state.Watch{}, nil
	}
	return now, err
}

// scheduleTellings schedules tellings that are missing: a process may have died after it
// recorded an outcome.
func (k looker) scheduleTellings(ctx context.Context, watches []state.Watch) error {
	for _, watch := range watches {
		if err := k.scheduleTelling(ctx, watch); err != nil {
			return err
		}
	}
	return nil
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
