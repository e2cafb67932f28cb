package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"logbot/cache/state"
	"logbot/logsapi"
)

// tasksARequest is how many tasks one request lists.
const tasksARequest = 100

// tokenPatience is how long a look waits to list the builds of a task.
const tokenPatience = 12 * time.Second

// looks handle the looks at projects.
type looks struct{ *Watches }

// lookState is the payload of a look.
type lookState struct {
	Project string `json:"project"`
	// Tasks is how many tasks the project had the last time.
	Tasks int `json:"tasks,omitempty"`
	// Quiet counts the looks on end at which nothing ran.
	Quiet int `json:"quiet,omitempty"`
	// Next is the task of no known project that is looked at next.
	Next string `json:"next,omitempty"`
}

func (l lookState) payload() []byte {
	content, err := json.Marshal(l)
	if err != nil { // it holds words and numbers
		panic(fmt.Sprintf("write the state of a look: %v", err))
	}
	return content
}

// cost is how many requests a look at the project takes.
func (l lookState) cost() int { return min(max((l.Tasks+tasksARequest-1)/tasksARequest, 1), lookBurst) }

func again(l lookState, after time.Duration) (Next, error) {
	return Again(time.Now().Add(after), l.payload()), nil
}

// Run implements Handler. What goes wrong is no error: the look comes again.
func (k looks) Run(ctx context.Context, w *Work) (Next, error) {
	var l lookState
	if err := json.Unmarshal(w.Payload, &l); err != nil {
		return Next{}, fmt.Errorf("read the state of a look: %w", err)
	}
	all, err := k.byProject(ctx)
	if err != nil {
		return Next{}, err
	}
	watches := all[l.Project]
	if len(watches) == 0 { // of which one must be sure
		k.forget()
		if all, err = k.byProject(ctx); err != nil {
			return Next{}, err
		}
		if watches = all[l.Project]; len(watches) == 0 {
			return Forget(), nil
		}
	}
	for _, watch := range watches { // a process may have died between the note and the intents
		if err := k.put(ctx, watch); err != nil {
			return Next{}, err
		}
	}
	if l.Project == "" {
		return k.alone(ctx, l, watches)
	}
	wait, err := k.Limits.Take(ctx, lookBucket, lookRate, lookBurst, l.cost())
	if err != nil {
		return Next{}, err
	}
	if wait > 0 {
		return again(l, wait)
	}
	tasks, err := k.Source.Tasks(ctx, l.Project, "")
	if err != nil {
		return k.trouble(ctx, l, watches, err)
	}
	l.Tasks = len(tasks)
	busy, err := k.compare(ctx, watches, tasks)
	if err != nil {
		return Next{}, err
	}
	l.Quiet++
	if busy {
		l.Quiet = 0
	}
	return again(l, l.pause(len(all)))
}

// pause is how long to wait for the next look: a project backs off while nothing
// runs in it, and all do when there are many.
func (l lookState) pause(projects int) time.Duration {
	pause := quietEvery
	if l.Quiet < 3 {
		pause = hotEvery
	}
	return max(pause, time.Duration(projects*l.cost())*lookSpacing)
}

// trouble is what becomes of a look that failed. A project whose list cannot be
// had for good has its tasks looked at one by one.
func (k looks) trouble(ctx context.Context, l lookState, watches []state.Watch, err error) (Next, error) {
	if ctx.Err() != nil {
		return Next{}, ctx.Err()
	}
	k.log.WithField("project", l.Project).Warnf("look at watched tasks: %v", err)
	if !logsapi.OutOfReach(err) && !errors.Is(err, logsapi.ErrNotFound) {
		return again(l, troubleEvery)
	}
	for _, watch := range watches {
		if err := k.setAlone(ctx, watch); err != nil {
			return Next{}, err
		}
	}
	return again(l, unreachableEvery)
}

// setAlone makes a watch one of those whose task is looked at by itself.
func (k looks) setAlone(ctx context.Context, watch state.Watch) error {
	_, err := k.Watches.Watches.Rename(ctx, watch, watch.TaskName, "")
	if errors.Is(err, state.ErrChanged) || errors.Is(err, state.ErrNotFound) {
		return nil // the next look sees it as it is
	}
	if err != nil {
		return err
	}
	k.forget()
	return k.jobs.look(ctx, "", time.Now())
}

// compare looks at each watched task in the list of its project; busy says that a
// build runs or has ended.
func (k looks) compare(ctx context.Context, watches []state.Watch, tasks []logsapi.Task) (busy bool, err error) {
	rows := map[string]logsapi.Task{}
	for _, t := range tasks {
		rows[strings.ToLower(t.ID)] = t
	}
	listed := map[string][]logsapi.Build{} // what was listed in this look, by task
	for _, watch := range watches {
		t, there := rows[strings.ToLower(watch.Task)]
		if !there { // moved, deleted, or behind the last that is listed
			if err := k.setAlone(ctx, watch); err != nil {
				return busy, err
			}
			continue
		}
		row := rowOf(t.State, t.LastBuilt.UnixMilli(), t.Running)
		changed, err := k.judge(ctx, watch, row, t.Running, listed)
		if err != nil {
			return busy, err
		}
		busy = busy || changed || t.Running
	}
	return busy, nil
}

// judge lists the builds of a task whose row has changed, and has those told that
// ended.
func (k looks) judge(ctx context.Context, watch state.Watch, row string, running bool, listed map[string][]logsapi.Build) (changed bool, err error) {
	was := seenOf(watch)
	if was.Row == row && !was.open(running, watch.Seen.At) {
		return false, nil
	}
	builds, ok := listed[watch.Task]
	if !ok {
		if had, err := k.token(ctx); err != nil || !had {
			return true, err // what cannot be listed now stays changed
		}
		if builds, err = k.list(ctx, watch.Task, oldest(watch.Seen.Build, was)); err != nil {
			if ctx.Err() != nil {
				return true, ctx.Err()
			}
			k.log.WithField("task", watch.Task).Warnf("list the builds of a watched task: %v", err)
			return true, nil
		}
		listed[watch.Task] = builds
	}
	now, err := k.advance(ctx, watch, func(s *state.WatchState) {
		was := seenWith(s.Note)
		top, next, all := judge(s.Build, was, s.Failures > 0, builds)
		switch {
		case was.Row == row:
			next.Forced = was.Forced + 1
		case all:
			next.Row = row
		}
		s.Build, s.Note, s.At = top, next.note(), time.Now()
	})
	if errors.Is(err, state.ErrNotFound) {
		return true, nil // it was ended meanwhile
	}
	if err != nil {
		return true, err
	}
	return true, k.put(ctx, now)
}

// token waits a moment for a token to list builds with.
func (k looks) token(ctx context.Context) (had bool, err error) {
	for until := time.Now().Add(tokenPatience); ; {
		wait, err := k.Limits.Take(ctx, lookBucket, lookRate, lookBurst, 1)
		if err != nil || wait <= 0 {
			return err == nil, err
		}
		if time.Now().Add(wait).After(until) {
			return false, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return false, ctx.Err()
		case <-timer.C:
		}
	}
}

func seenWith(note string) seen { return seenOf(state.Watch{Seen: state.WatchState{Note: note}}) }

// list lists the newest builds of a task, as far back as back. Where the list
// cannot be had, the newest build stands for it.
func (k looks) list(ctx context.Context, task string, back int64) ([]logsapi.Build, error) {
	builds, err := k.Source.NewestBuilds(ctx, task, fewBuilds)
	if logsapi.OutOfReach(err) {
		newest, err := k.Source.LatestBuild(ctx, task)
		return []logsapi.Build{newest}, err
	}
	if err != nil || len(builds) < fewBuilds || builds[len(builds)-1].Number <= back {
		return builds, err
	}
	return k.Source.NewestBuilds(ctx, task, logsapi.MaxBuilds)
}

// alone looks at tasks of no known project, one after the other, a few in a run.
func (k looks) alone(ctx context.Context, l lookState, watches []state.Watch) (Next, error) {
	var tasks []string
	for _, watch := range watches {
		tasks = append(tasks, watch.Task)
	}
	slices.Sort(tasks)
	tasks = slices.Compact(tasks)
	i, _ := slices.BinarySearch(tasks, l.Next)
	task := tasks[i%len(tasks)]
	l.Next = tasks[(i+1)%len(tasks)]
	pause := max(aloneEvery/time.Duration(len(tasks)), aloneSpacing)
	wait, err := k.Limits.Take(ctx, lookBucket, lookRate, lookBurst, 1)
	if err != nil {
		return Next{}, err
	}
	if wait > 0 {
		l.Next = task
		return again(l, wait)
	}
	newest, err := k.Source.LatestBuild(ctx, task)
	switch {
	case ctx.Err() != nil:
		return Next{}, ctx.Err()
	case errors.Is(err, logsapi.ErrNotFound): // never built, or gone
		return again(l, pause)
	case err != nil:
		k.log.WithField("task", task).Warnf("look at a watched task: %v", err)
		return again(l, max(pause, troubleEvery))
	}
	row := fmt.Sprintf("%d/%s", newest.Number, newest.State)
	listed := map[string][]logsapi.Build{}
	for _, watch := range watches {
		if watch.Task == task {
			if _, err := k.judge(ctx, watch, row, !newest.State.Finished(), listed); err != nil {
				return Next{}, err
			}
		}
	}
	return again(l, pause)
}

// GiveUp implements Handler: a look goes on later, for the channels count on it.
func (k looks) GiveUp(_ context.Context, w *Work) (Next, error) {
	return Again(time.Now().Add(unreachableEvery), w.Payload), nil
}
