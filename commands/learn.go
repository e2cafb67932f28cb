package commands

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"logbot/commands/excerpt"
	"logbot/commands/failure/kind"
	"logbot/commands/failure/known"
	"logbot/commands/find"
	"logbot/commands/green"
	"logbot/commands/read"
	"logbot/commands/typed"
	"logbot/commands/verdict"
	"logbot/logsapi"
)

// Bounds of reading earlier failed builds in the background.
const (
	// maxLearning bounds the tasks of which builds are read at a time, each with one request
	// at a time; of further ones nothing is read.
	maxLearning = 2
	// maxLearnPages bounds the pages of one log. The end of a log mostly explains a failure.
	maxLearnPages = 10
	// learnWithin ends the reading of the builds of one task.
	learnWithin = 2 * time.Minute
)

// lessons reads earlier failed builds in the background, so that later answers know what
// failed in them. Nobody is shown what it reads.
type lessons struct {
	service service
	reader  read.Reader
	green   *green.Finder // may be nil
	wait    time.Duration // how long an answer waits for what is being read of its task

	underway map[string]chan struct{} // by task; closed when it is over
}

// learn reads failed builds of a task before one in the background, as far as they are not
// among read: of those since the last success and of the last most, but not more than most
// at a time. builds are the newest of the task. over is closed when the builds of the task
// that are being read have been; nil if none are.
func (m *memory) learn(t find.Task, builds []logsapi.Build, before int64, read []known.Sighting, most int) (over <-chan struct{}) {
	unread := unreadFailures(builds, before, read, most)
	unread = unread[:min(most, len(unread))]
	if m.store == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if underway := m.lessons.underway[t.ID()]; underway != nil {
		return underway
	}
	if len(unread) == 0 || m.closed || len(m.lessons.underway) == maxLearning {
		return nil
	}
	return m.beginLesson(t, builds, unread)
}

// beginLesson reads these builds of a task in the background. m.mu is locked.
func (m *memory) beginLesson(t find.Task, builds []logsapi.Build, unread []int64) (over chan struct{}) {
	over = make(chan struct{})
	m.lessons.underway[t.ID()] = over
	m.work.Go(func() {
		ctx, cancel := context.WithTimeout(m.closing, learnWithin)
		defer cancel()
		for _, build := range unread {
			if s, failed := m.lessons.sighting(ctx, t, build, builds); failed {
				_, _ = m.store.Saw(ctx, s) // else it is read the next time
			}
		}
		m.recordGreens(ctx, t.ID(), builds)
		m.mu.Lock()
		delete(m.lessons.underway, t.ID())
		m.mu.Unlock()
		close(over)
	})
	return over
}

// learnFor reads the last failed builds of a task that is watched from now on, so that its
// next failure can be told from them.
func (m *memory) learnFor(ctx context.Context, t find.Task, builds []logsapi.Build) {
	if m.store == nil {
		return
	}
	if read, err := m.store.OfTask(ctx, t.ID(), maxRead); err == nil {
		m.learn(t, builds, math.MaxInt64, read, 1+verdict.LookBack)
	}
}

var errLearning = errors.New("builds of other tasks are being read")

// learnLast is learnFor any time later. It returns when it is over.
func (m *memory) learnLast(ctx context.Context, t find.Task) error {
	if m.store == nil {
		return nil
	}
	read, err := m.store.OfTask(ctx, t.ID(), maxRead)
	if err != nil {
		return err
	}
	builds, err := m.builds.NewestBuilds(ctx, t.ID(), logsapi.MaxBuilds)
	if err != nil {
		return err
	}
	const most = 1 + verdict.LookBack
	over := m.learn(t, builds, math.MaxInt64, read, most)
	if over == nil {
		if len(unreadFailures(builds, math.MaxInt64, read, most)) > 0 {
			return errLearning
		}
		m.recordGreens(ctx, t.ID(), builds)
		return nil
	}
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unreadFailures are the failed builds before one that were not read, of all since the
// last success and of the last least; highest number first.
func unreadFailures(builds []logsapi.Build, before int64, read []known.Sighting, least int) (unread []int64) {
	builds = slices.Clone(builds)
	slices.SortFunc(builds, func(a, b logsapi.Build) int { return cmp.Compare(b.Number, a.Number) })
	green, failed := false, 0
	for _, b := range builds {
		if b.Number >= before {
			continue
		}
		green = green || b.State == logsapi.Succeeded
		if green && failed >= least {
			break
		}
		if b.State != logsapi.Failed && b.State != logsapi.TimedOut {
			continue
		}
		failed++
		if !slices.ContainsFunc(read, func(s known.Sighting) bool { return s.Build == b.Number }) {
			unread = append(unread, b.Number)
		}
	}
	return unread
}

// again is what judge returns, once the earlier builds that are being read have been. ok is
// false if the store does not tell, or if ctx ended before.
func (r *recalled) again(ctx context.Context) (v verdict.Verdict, f known.Failure, ok bool) {
	select {
	case <-r.lesson:
	case <-ctx.Done():
		return verdict.Verdict{}, known.Failure{}, false
	}
	r.mu.Lock()
	closed := r.closed // other rules hold by now
	r.mu.Unlock()
	if closed {
		return verdict.Verdict{}, known.Failure{}, false
	}
	c, err := r.judged, error(nil)
	c.Now = time.Now()
	if c.Read, err = r.store.OfTask(ctx, c.This.Task, maxRead); err == nil && c.This.Key != "" {
		c.Known, _, err = r.store.Failure(ctx, c.This.Key)
	}
	if err != nil {
		return verdict.Verdict{}, known.Failure{}, false
	}
	v, f = r.verdict(c)
	return v, f, true
}

// caughtUp waits for what is being read or written of a task, but not long. It reports
// whether it waited.
func (m *memory) caughtUp(ctx context.Context, task string) (waited bool) {
	m.mu.Lock()
	var under []chan struct{}
	if over := m.lessons.underway[task]; over != nil {
		under = append(under, over)
	}
	for done, of := range m.writes {
		if of.task == task {
			under = append(under, done)
		}
	}
	m.mu.Unlock()
	if len(under) == 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, m.lessons.wait)
	defer cancel()
	await(ctx, under)
	return true
}

// sighting reads the log of one build as fail does. failed is false if it did not fail, or
// if its log cannot be read.
func (l *lessons) sighting(ctx context.Context, t find.Task, build int64, recent []logsapi.Build) (s known.Sighting, failed bool) {
	in := newCommand(&typed.Command{}, Request{})
	in.task, in.build = t, build
	b := l.service.facts(ctx, in)
	b.adopt(recent)
	if !b.noLog().Empty() {
		return known.Sighting{}, false
	}
	what := b.whatBroke()
	r := b.reads(l.reader)
	r.Logs = &fewPages{Logs: r.Logs}
	switch b.State {
	case logsapi.TimedOut:
		var hang kind.Hang
		read, err := r.BackwardRaw(ctx, what, 0, func(_ int, line []byte) bool { return hang.Back(line) })
		if err != nil || read.Cut != nil || read.Log == nil {
			return known.Sighting{}, false
		}
		return b.hung(&hang, read.Log), true
	case logsapi.Failed:
	default:
		return known.Sighting{}, false
	}
	what.Green = func() *excerpt.Seen { return l.green.Wait(ctx, t.ID(), build) }
	found, _, err := b.find(ctx, r, what, read.DefaultLines)
	if err != nil || found.Cut != nil || found.Read == 0 || b.outcome(found.Outcome) != logsapi.Failed {
		return known.Sighting{}, false
	}
	tests := testsIn(found)
	b.kind = kind.Of(&found.Excerpt, tests, found.Text)
	return b.explainedBy(found, tests), true
}

var errManyPages = errors.New("enough of the log was read")

// fewPages reads up to maxLearnPages pages. It is for one build and one goroutine.
type fewPages struct {
	read.Logs
	pages int
}

// Page implements logsapi.Pager.
func (f *fewPages) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	if f.pages++; f.pages > maxLearnPages {
		return logsapi.Page{}, errManyPages
	}
	return f.Logs.Page(ctx, r)
}
