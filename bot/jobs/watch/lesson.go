package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"logbot/bot/jobs"
	"logbot/cache/state"
)

// lessonKind is the kind of the intent that has the last failed builds of watched tasks
// read, so that their next failures can be told from them: one task after the other, each
// once, over all replicas. A watch remembers that it was done (note.Read). The command that
// sets a watch has it done at once; this is for watches that were set before the memory of
// failures was kept, were imported, or whose process died.
const lessonKind = "lesson"

const (
	// lessonAfter is how long after a start, or after a watch was set, tasks are looked for
	// that were not read.
	lessonAfter = time.Minute
	// lessonEvery is the pause between two tasks: each takes about ten requests, and nobody
	// waits for them.
	lessonEvery = 20 * time.Second
	// lessonRetry is the pause after a task could not be read, as CodeArts or the state is
	// away.
	lessonRetry = 5 * time.Minute
	// lessonLook is how many tasks are looked at in one run to find one that was not read.
	lessonLook = 100
)

// lessonState is the payload of the intent. It is stored as JSON.
type lessonState struct {
	After string `json:"after,omitempty"` // the tasks up to this one were looked at
}

func (l lessonState) next(pause time.Duration) (jobs.Next, error) {
	content, err := json.Marshal(l)
	return jobs.Again(time.Now().Add(pause), content), err
}

// scheduleLesson has the watched tasks looked at, unless that goes on already.
func (w *Watcher) scheduleLesson(ctx context.Context) error {
	if w.Learn == nil {
		return nil
	}
	_, err := w.Jobs.Schedule(ctx, state.Intent{ID: lessonKind, Kind: lessonKind, Due: time.Now().Add(lessonAfter), Payload: []byte("{}")})
	if err != nil {
		return fmt.Errorf("schedule the reading of the last failed builds: %w", err)
	}
	return nil
}

// learner handles the reading of failed builds.
type learner struct{ *Watcher }

// Run implements jobs.Handler.
func (l learner) Run(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
	var s lessonState
	if err := json.Unmarshal(w.Payload, &s); err != nil {
		return jobs.Next{}, fmt.Errorf("read the state of a lesson: %w", err)
	}
	tasks, more, err := l.watches.after(ctx, s.After, lessonLook)
	if err != nil {
		return jobs.Next{}, err
	}
	for _, t := range tasks {
		if slices.ContainsFunc(t.watches, func(watch state.Watch) bool { return noteOf(watch.Seen).Read }) || len(t.watches) == 0 {
			s.After = t.id
			continue
		}
		if spare, err := l.looks().spare(ctx); err != nil || !spare {
			return s.next(lessonEvery)
		}
		if err := l.Learn(ctx, l.announcement(t.watches[0], outcome{})); err != nil {
			if ctx.Err() != nil {
				return jobs.Next{}, ctx.Err()
			}
			l.Log.WithField("task", t.id).WithContext(ctx).Debugf("the last failed builds of a watched task are read later: %v", err)
			return s.next(lessonRetry)
		}
		s.After = t.id
		for _, watch := range t.watches {
			_, err := l.advanceIfThere(ctx, watch, func(s *state.WatchState) {
				n := noteOf(*s)
				n.Read = true
				s.Note = n.encode()
			})
			if err != nil {
				return jobs.Next{}, err
			}
		}
		return s.next(lessonEvery)
	}
	if more {
		return s.next(0)
	}
	return jobs.Forget(), nil
}

// GiveUp implements jobs.Handler: the state is away.
func (l learner) GiveUp(_ context.Context, w *jobs.Work) (jobs.Next, error) {
	return jobs.Again(time.Now().Add(lessonRetry), w.Payload), nil
}

// watchedTask is a task and its watches.
type watchedTask struct {
	id      string
	watches []state.Watch
}

// after returns the next n watched tasks after one, by id; more says that others follow.
func (w *watches) after(ctx context.Context, task string, n int) (all []watchedTask, more bool, err error) {
	members, _, err := w.memberIDs(ctx)
	if err != nil {
		return nil, false, err
	}
	byTask := map[string][]string{}
	for _, ids := range members {
		for _, id := range ids {
			if of := id[strings.LastIndexByte(id, ':')+1:]; of > task {
				byTask[of] = append(byTask[of], id)
			}
		}
	}
	tasks := slices.Sorted(maps.Keys(byTask))
	more = len(tasks) > n
	var ids []string
	for _, t := range tasks[:min(n, len(tasks))] {
		ids = append(ids, byTask[t]...)
	}
	some, err := w.store.SomeWatches(ctx, ids)
	if err != nil {
		return nil, false, err
	}
	for _, t := range tasks[:min(n, len(tasks))] {
		of := watchedTask{id: t}
		for _, watch := range some {
			if slices.Contains(byTask[t], watch.ID()) {
				of.watches = append(of.watches, watch)
			}
		}
		all = append(all, of)
	}
	return all, more, nil
}
