// Package watch looks at watched tasks and tells their channels which builds failed.
//
// Each project with watches has one intent (lookKind), which is run again and again:
// it lists the tasks of the project and compares each watched task with what was seen
// before. If a task changed, its builds are listed. Those that ended are recorded in
// the watch, and each becomes an intent (TellKind) that tells the channel.
package watch

import (
	"context"
	"errors"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/jobs"
	"logbot/bot/jobs/post"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/pace"
)

// Source reads tasks and builds; a *logsapi.Client is one. Its answers must not come
// from a cache.
type Source interface {
	// Tasks lists the tasks of a project, 100 a request.
	Tasks(ctx context.Context, projectID, search string) ([]logsapi.Task, error)
	// LatestBuild returns the newest build of a task.
	LatestBuild(ctx context.Context, taskID string) (logsapi.Build, error)
	// NewestBuilds lists the last n builds of a task in one request.
	NewestBuilds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error)
}

// Announcer renders announcements; a *commands.Announcer is one.
type Announcer interface {
	Authorize(ctx context.Context, a commands.Announcement) error
	Broke(ctx context.Context, a commands.Announcement) (reply.Reply, error)
	Works(ctx context.Context, a commands.Announcement) (reply.Reply, error)
	Untold(a commands.Announcement) reply.Reply
	WatchEnded(a commands.Announcement, why commands.WatchEnd) reply.Reply
}

// People knows who left the workspace; a *bot.Bot does.
type People interface {
	// Left reports whether the account of a user was deactivated.
	Left(ctx context.Context, user string) (bool, error)
}

// Limiter is a rate that all replicas share; a state.Limits is one.
type Limiter interface {
	Take(ctx context.Context, name string, rate float64, burst, cost int) (wait time.Duration, err error)
}

// Options are the parts of a Watcher. All but People and Executors are required.
type Options struct {
	Jobs     *jobs.Jobs
	Watches  state.Watches
	Limits   Limiter
	Source   Source
	Commands Announcer
	Slack    post.Poster
	People   People // nil: nobody leaves
	// Executors returns the Slack users by the names under which they start builds; nil if
	// none is known.
	Executors func() map[string]string
	Lang      texts.Lang // of announcements
	Log       logrus.FieldLogger

	// Told is told how long after its end a build was told; may be nil. The end is known
	// only of builds that were listed with it.
	Told func(after time.Duration)
	// Notify tells the owner of a watch that a log that was told shows a credential; may
	// be nil.
	Notify func(ctx context.Context, user string, lang texts.Lang, n *reply.Notice)
	// Failed is told what keeps builds from being looked at or told; may be nil.
	Failed func(ctx context.Context, err error)
}

// Watcher looks at watched tasks.
type Watcher struct {
	Options
	watches *watches
}

// New returns a Watcher that handles the intents of o.Jobs.
func New(o Options) *Watcher {
	if o.Told == nil {
		o.Told = func(time.Duration) {}
	}
	if o.Notify == nil {
		o.Notify = func(context.Context, string, texts.Lang, *reply.Notice) {}
	}
	if o.Failed == nil {
		o.Failed = func(context.Context, error) {}
	}
	w := &Watcher{Options: o, watches: &watches{store: o.Watches}}
	o.Jobs.Handle(lookKind, looker{w})
	o.Jobs.Handle(TellKind, teller{w})
	return w
}

// Run schedules looks that are missing, until ctx ends: after an import of watches, or
// if the last look at a project ended while a watch was being added.
func (w *Watcher) Run(ctx context.Context) {
	for {
		if err := w.scheduleMissing(ctx); err != nil && ctx.Err() == nil {
			w.Log.Warnf("check that each watched project is looked at: %v", err)
		}
		if pace.Sleep(ctx, surveyEvery) != nil {
			return
		}
	}
}

// scheduleMissing spreads the looks, so that they are not all due at the same time.
func (w *Watcher) scheduleMissing(ctx context.Context) error {
	projects, err := w.Watches.WatchesByProject(ctx)
	if err != nil {
		return err
	}
	due := time.Now()
	var errs []error
	for project := range projects {
		_, err := w.Jobs.Get(ctx, lookID(project)) // scheduling writes even if the intent exists
		if err == nil {
			continue
		}
		if errors.Is(err, state.ErrNotFound) {
			err = scheduleLook(ctx, w.Jobs, project, due)
		}
		errs = append(errs, err)
		due = due.Add(lookSpacing)
	}
	return errors.Join(errs...)
}
