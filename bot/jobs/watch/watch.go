// Package watch looks at watched tasks and tells their channels which builds failed.
//
// Each project with watches has one intent (lookKind), which is run again and again:
// it reads those pages of the list of the project that have watched tasks, and compares
// each with what was seen before. If a task turned red, or green after a failure, or if an
// outcome may have been missed, its builds are listed; see note.next. Those that ended are
// recorded in the watch, and each becomes an intent (TellKind) that tells the channel.
//
// The requests of looks take four fifths of LOGBOT_RATE at most; see looks. Each project
// is looked at every 10 to 24 s, and less often if the pages of all projects need more
// than that: every PAGES / (0.8 * LOGBOT_RATE) seconds. make watch-scale simulates 1 to
// 500 projects and prints the table in commands/README.md.
//
// If CodeArts refuses a task or its project for want of a right (403), or everything
// because it does not accept the credential (401), the channel is told once, and once
// when it can be read again (sightKind).
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
	// TaskPage reads a page of the list of a project's tasks.
	TaskPage(ctx context.Context, projectID string, page int) (logsapi.TaskPage, error)
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
	Unreadable(tasks []commands.Announcement, status int) reply.Reply
	Readable(tasks []commands.Announcement) reply.Reply
}

// People knows who left the workspace; a *bot.Bot does.
type People interface {
	// Left reports whether the account of a user was deactivated.
	Left(ctx context.Context, user string) (bool, error)
}

// Limiter is a rate that all replicas share; a state.Limits is one.
type Limiter interface {
	Take(ctx context.Context, name string, rate float64, burst, cost int) (wait time.Duration, err error)
	Reserve(ctx context.Context, name string, rate float64, burst, cost int) (wait time.Duration, err error)
}

// Options are the parts of a Watcher. All but People and Executors are required.
type Options struct {
	Jobs     *jobs.Jobs
	Watches  state.Watches
	Limits   Limiter
	Rate     float64 // requests a second to CodeArts over all replicas; 0 is 5
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
	// Learn reads the last failed builds of a watched task for the memory of failures, and
	// returns when that is over; an error says that it is worth another try. It is nil if
	// nothing is remembered.
	Learn func(ctx context.Context, a commands.Announcement) error
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
	o.Jobs.Handle(sightKind, sighter{w})
	o.Jobs.Handle(lessonKind, learner{w})
	return w
}

func (w *Watcher) looks() looks { return looks{w.Limits, w.Rate} }

const (
	// surveyEvery is the pause between two checks that each project with watches is looked
	// at, while watches are added and removed, and restingEvery otherwise.
	surveyEvery  = 30 * time.Second
	restingEvery = 5 * time.Minute
	// slowEvery is how often it is logged at most that failures are told late.
	slowEvery = time.Hour
)

// Run schedules looks that are missing, until ctx ends: after an import of watches, or
// if the last look at a project ended while a watch was being added. It logs how late
// failures are told if that is later than usual.
func (w *Watcher) Run(ctx context.Context) {
	stamp, due := "", time.Time{}
	said := time.Now().Add(restingEvery - slowEvery) // by then all have queued for the rate
	for {
		projects, now, err := w.watches.projects(ctx)
		if err == nil && (now != stamp || time.Now().After(due)) {
			if now != stamp || due.IsZero() {
				err = w.scheduleLesson(ctx)
			}
			stamp, due = now, time.Now().Add(restingEvery)
			err = errors.Join(err, w.scheduleMissing(ctx, projects))
			if err != nil {
				due = time.Time{}
			}
		}
		if err != nil && ctx.Err() == nil {
			w.Log.Warnf("check that each watched project is looked at: %v", err)
		}
		if time.Now().After(said.Add(slowEvery)) && w.logLateness(ctx, len(projects)) {
			said = time.Now()
		}
		if pace.Sleep(ctx, surveyEvery) != nil {
			return
		}
	}
}

// logLateness logs how late failures are told, if that is later than usual.
func (w *Watcher) logLateness(ctx context.Context, projects int) (said bool) {
	within, err := w.looks().within(ctx)
	if err != nil || within <= usualPromise {
		return false
	}
	w.Log.WithField("projects", projects).Warnf("failures of watched tasks are told within about %v of their end, not %v: the lists of all projects take that long at %.3g requests a second, four fifths of LOGBOT_RATE",
		within, usualPromise, w.looks().perSecond())
	return true
}

// scheduleMissing spreads the looks, so that they are not all due at the same time.
func (w *Watcher) scheduleMissing(ctx context.Context, projects []string) error {
	due := time.Now()
	var errs []error
	for _, project := range projects {
		_, err := w.Jobs.Get(ctx, lookID(project)) // scheduling writes even if the intent exists
		if err == nil {
			continue
		}
		if errors.Is(err, state.ErrNotFound) {
			err = scheduleLook(ctx, w.Jobs, project, due)
		}
		errs = append(errs, err)
		due = due.Add(time.Duration(float64(time.Second) / w.looks().perSecond()))
	}
	return errors.Join(errs...)
}
