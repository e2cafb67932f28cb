package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// The kinds of the intents of watches: a look at the tasks of a project, and the
// telling of a build that ended.
const (
	Look = "look"
	Tell = "tell"
)

// Looking at watched tasks costs requests that nobody waits for; all replicas
// together make less than one a second.
const (
	lookBucket = "watch"
	lookRate   = 0.88 // requests a second; with the burst less than 60 in any minute
	lookBurst  = 7    // after a rest, for the lists of builds that several changes lead to

	// hotEvery is how often a project is looked at where a build runs, quietEvery
	// the longest pause elsewhere: with the pause of the queue it stays below the
	// 30 s within which a failure is told.
	hotEvery   = 10 * time.Second
	quietEvery = 24 * time.Second
	// lookSpacing is the time that one request of a look takes of the pause between
	// looks: with many projects the pauses grow, so that the rate has room left for
	// the lists of builds.
	lookSpacing = 1300 * time.Millisecond
	// aloneEvery is the least pause between two looks at a task of no known
	// project; aloneSpacing what each such task adds to it.
	aloneEvery   = time.Minute
	aloneSpacing = 4 * time.Second
	// troubleEvery is the pause after a look that failed, unreachableEvery after
	// one that the account may not take.
	troubleEvery     = 30 * time.Second
	unreachableEvery = 5 * time.Minute
	// surveyEvery is how often it is checked that each project with watches is
	// looked at.
	surveyEvery = 30 * time.Second
	// glanceFor is how long one reading of all watches serves the looks of this
	// process: one at a watch that is newer waits for the next.
	glanceFor = 5 * time.Second
	// fewBuilds is how many builds are listed after a change; more only where that
	// does not reach back to what was seen.
	fewBuilds = 20
)

// Source tells how tasks and builds stand; a *logsapi.Client is one. Nothing that
// it says may be remembered from an earlier look.
type Source interface {
	// Tasks lists the tasks of a project, 100 a request.
	Tasks(ctx context.Context, projectID, search string) ([]logsapi.Task, error)
	// LatestBuild is the newest build of a task.
	LatestBuild(ctx context.Context, taskID string) (logsapi.Build, error)
	// NewestBuilds lists the last n builds of a task in one request.
	NewestBuilds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error)
}

// Announcer finds the words for what a watch tells; a *commands.Announcer is one.
type Announcer interface {
	Broke(ctx context.Context, a commands.Announcement) (reply.Reply, error)
	Works(a commands.Announcement) (reply.Reply, error)
	WatchEnded(a commands.Announcement, why commands.WatchEnd) reply.Reply
}

// People knows who left the workspace.
type People interface {
	// Left reports whether a user's account was deactivated.
	Left(ctx context.Context, user string) (bool, error)
}

// Limiter is the rate of all replicas together; a state.Limits is one.
type Limiter interface {
	Take(ctx context.Context, name string, rate float64, burst, cost int) (wait time.Duration, err error)
}

// WatchOptions are the parts of Watches. All but People are required.
type WatchOptions struct {
	Watches  state.Watches
	Limits   Limiter
	Source   Source
	Commands Announcer
	Slack    Poster
	People   People     // nil: nobody leaves
	Lang     texts.Lang // what is told is said in it
}

// Watches look at watched tasks and tell their channels what broke.
//
// Each project with watches has one intent, which is run again and again: it lists
// the project's tasks and compares each watched one with what was seen before. A
// task that changed has its builds listed; those that ended are put into the note
// of the watch and become an intent each, which tells them in their order.
type Watches struct {
	WatchOptions
	jobs *Jobs
	log  logrus.FieldLogger

	mu      sync.Mutex
	glanced time.Time
	glance  map[string][]state.Watch // what was read then; nobody changes it
}

// byProject are all watches, as they were a moment ago. Whoever changes one finds
// out what it is now; see advance.
func (w *Watches) byProject(ctx context.Context) (map[string][]state.Watch, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.glance != nil && time.Since(w.glanced) < glanceFor {
		return w.glance, nil
	}
	all, err := w.Watches.WatchesByProject(ctx)
	if err != nil {
		return nil, err
	}
	w.glance, w.glanced = all, time.Now()
	return all, nil
}

// forget makes the next look read the watches anew.
func (w *Watches) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.glance = nil
}

// NewWatches makes j handle watches.
func NewWatches(j *Jobs, o WatchOptions) *Watches {
	w := &Watches{WatchOptions: o, jobs: j, log: j.log}
	j.Handle(Look, looks{w})
	j.Handle(Tell, tells{w})
	return w
}

// look sees to it that a project is looked at; one that is, stays as it is.
func (j *Jobs) look(ctx context.Context, project string, due time.Time) error {
	_, err := j.Schedule(ctx, state.Intent{ID: lookID(project), Kind: Look, Due: due, Payload: lookState{Project: project}.payload()})
	return err
}

// lookID names the look at a project; "" is the tasks of no known project.
func lookID(project string) string { return Look + ":" + project }

// Run sees to it, until ctx ends, that each project with watches is looked at:
// an intent may be missing after an import, or when a look ended in the moment a
// watch began.
func (w *Watches) Run(ctx context.Context) {
	for {
		if err := w.survey(ctx); err != nil && ctx.Err() == nil {
			w.log.Warnf("see which projects are watched: %v", err)
		}
		timer := time.NewTimer(surveyEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// survey puts the looks that are missing, one after the other, so that they do
// not all come at once.
func (w *Watches) survey(ctx context.Context) error {
	projects, err := w.Watches.WatchesByProject(ctx)
	if err != nil {
		return err
	}
	due := time.Now()
	var errs []error
	for project := range projects {
		_, err := w.jobs.intents.Get(ctx, lookID(project)) // a Put is a write, also where it changes nothing
		if err == nil {
			continue
		}
		if errors.Is(err, state.ErrNotFound) {
			err = w.jobs.look(ctx, project, due)
		}
		errs = append(errs, err)
		due = due.Add(lookSpacing)
	}
	return errors.Join(errs...)
}

// put makes an intent of each build that waits to be told. One that is there, or
// was done, stays as it is.
func (w *Watches) put(ctx context.Context, watch state.Watch) error {
	var errs []error
	for _, e := range seenOf(watch).Pending {
		p := tellState{Channel: watch.Channel, Task: watch.Task, Build: e.Build}
		_, err := w.jobs.Schedule(ctx, state.Intent{ID: p.id(), Kind: Tell, Payload: p.payload()})
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("have builds of %s told in %s: %w", watch.Task, watch.Channel, err)
	}
	return nil
}

// advance changes what was seen of a watch. Where somebody else has changed it
// meanwhile, the change is made to what it is now.
func (w *Watches) advance(ctx context.Context, watch state.Watch, change func(*state.WatchState)) (state.Watch, error) {
	for {
		to := watch.Seen
		change(&to)
		now, err := w.Watches.Advance(ctx, watch, to)
		if !errors.Is(err, state.ErrChanged) {
			return now, err
		}
		if watch, err = w.Watches.Watch(ctx, watch.Channel, watch.Task); err != nil {
			return state.Watch{}, err
		}
	}
}
