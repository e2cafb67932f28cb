package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"logbot/cache/flight"
	"logbot/cache/redisclient"
	"logbot/logsapi"
)

// How long answers about tasks and builds are kept. Lists of tasks change when
// somebody edits a project; the state of a build changes while people look at it,
// until the build has ended.
const (
	listTTL     = 5 * time.Minute
	stateTTL    = 3 * time.Second
	finishedTTL = time.Hour
	// recordTTL is how long the record of a build that has ended is kept: a build can be
	// run again under its number, which the record alone tells.
	recordTTL = time.Minute
	// missingTTL is how long an endpoint is not asked again that the host does not
	// publish, or that the account may not use.
	missingTTL = 10 * time.Minute
	// maxAnswers bounds the answers kept, and the refusals.
	maxAnswers = 1000
)

// BuildSource is what a Builds asks; a *logsapi.Client is one.
type BuildSource interface {
	Record(ctx context.Context, taskID string, build int64) (logsapi.Record, error)
	Task(ctx context.Context, taskID string) (logsapi.Task, error)
	Tasks(ctx context.Context, projectID, search string) ([]logsapi.Task, error)
	Builds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error)
	NewestBuilds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error)
	StepsOf(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error)
	Analysis(ctx context.Context, taskID string, build int64) (logsapi.Analysis, error)
	CheckTasks(ctx context.Context, projectID string) ([]logsapi.CheckTask, error)
	CheckRuns(ctx context.Context, checkTaskID string) ([]logsapi.CheckRun, error)
	RecordBuild(ctx context.Context, recordID string) (int64, error)
	PipelineSteps(ctx context.Context, projectID, pipelineID, runID string) ([]logsapi.PipelineStep, error)
}

// Builds keeps answers about tasks and builds, but not their logs, for a short
// time. A host need not publish any of these endpoints: one that is not available
// is not asked again for ten minutes, which is logged once. It is safe for
// concurrent use.
type Builds struct {
	source   BuildSource
	projects []string
	warnf    func(format string, args ...any)

	flights flight.Group
	answers *otter.Cache[string, *answer] // by question

	mu       sync.Mutex
	editions map[string]string  // of builds, as their records said last
	missing  map[string]refusal // by endpoint, or by question if only that is refused
}

// answer is the answer to a question, and how long it is kept.
type answer struct {
	value any
	ttl   time.Duration
}

// refusal is the error of an endpoint that cannot be used, and until when it is not
// asked again.
type refusal struct {
	err   error
	until time.Time
}

// NewBuilds returns a cache in front of source, to be ended with Close. Tasks lists
// the tasks of the projects with these ids.
func NewBuilds(source BuildSource, projects []string, log Logger) *Builds {
	return &Builds{
		source: source, projects: projects, warnf: redisclient.OrSilence(log).Warnf, missing: map[string]refusal{}, editions: map[string]string{},
		flights: flight.Group{Limit: fetchTimeout, Warnf: redisclient.OrSilence(log).Warnf},
		answers: otter.Must(&otter.Options[string, *answer]{
			MaximumSize:      maxAnswers,
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, *answer]) time.Duration { return e.Value.ttl }),
		}),
	}
}

// Close ends the requests under way and stops the goroutines of the cache.
func (b *Builds) Close() {
	b.flights.Close()
	b.answers.StopAllGoroutines()
}

// Record is the record of a build.
func (b *Builds) Record(ctx context.Context, taskID string, build int64) (logsapi.Record, error) {
	return recall(ctx, b, "the record of a build", fmt.Sprintf("%s/%d", taskID, build), func(ctx context.Context) (logsapi.Record, time.Duration, error) {
		r, err := b.source.Record(ctx, taskID, build)
		if err == nil {
			b.compare(fmt.Sprintf("%s/%d", taskID, build), r.Edition())
		}
		return r, min(ttlOf(r.State), recordTTL), err
	})
}

// compare drops what is kept of a build if its record is that of another run than before.
func (b *Builds) compare(build, edition string) {
	b.mu.Lock()
	before, known := b.editions[build]
	if len(b.editions) >= maxAnswers {
		clear(b.editions)
	}
	b.editions[build] = edition
	b.mu.Unlock()
	if known && before != edition {
		b.answers.Invalidate(stepsOf + " " + build)
		b.answers.Invalidate(analysisOf + " " + build)
	}
}

// The questions about a build of which the answers change if it is run again.
const (
	stepsOf    = "the steps of a build"
	analysisOf = "the analysis of a failure"
)

// Task is what the service knows of one task. It is kept as long as a list, so the
// state of its last build may be old.
func (b *Builds) Task(ctx context.Context, taskID string) (logsapi.Task, error) {
	return recall(ctx, b, "the project of a task", taskID, func(ctx context.Context) (logsapi.Task, time.Duration, error) {
		task, err := b.source.Task(ctx, taskID)
		return task, listTTL, err
	})
}

// Tasks lists the tasks of all projects.
func (b *Builds) Tasks(ctx context.Context) ([]logsapi.Task, error) {
	return overProjects(b, func(project string) ([]logsapi.Task, error) {
		return recall(ctx, b, "the list of tasks", project, func(ctx context.Context) ([]logsapi.Task, time.Duration, error) {
			tasks, err := b.source.Tasks(ctx, project, "")
			return tasks, listTTL, err
		})
	})
}

// CheckTasks lists the check tasks of all projects.
func (b *Builds) CheckTasks(ctx context.Context) ([]logsapi.CheckTask, error) {
	return overProjects(b, func(project string) ([]logsapi.CheckTask, error) {
		return recall(ctx, b, "the list of check tasks", project, func(ctx context.Context) ([]logsapi.CheckTask, time.Duration, error) {
			tasks, err := b.source.CheckTasks(ctx, project)
			return tasks, listTTL, err
		})
	})
}

// CheckRuns lists the runs of a check task, newest first.
func (b *Builds) CheckRuns(ctx context.Context, checkTaskID string) ([]logsapi.CheckRun, error) {
	return recall(ctx, b, "the runs of a check task", checkTaskID, func(ctx context.Context) ([]logsapi.CheckRun, time.Duration, error) {
		runs, err := b.source.CheckRuns(ctx, checkTaskID)
		return runs, stateTTL, err
	})
}

// RecordBuild is the number of the build with a record.
func (b *Builds) RecordBuild(ctx context.Context, recordID string) (int64, error) {
	return recall(ctx, b, "the build of a record", recordID, func(ctx context.Context) (int64, time.Duration, error) {
		number, err := b.source.RecordBuild(ctx, recordID)
		return number, finishedTTL, err
	})
}

// PipelineSteps are the steps of a run of a pipeline; an empty run is the latest.
func (b *Builds) PipelineSteps(ctx context.Context, projectID, pipelineID, runID string) ([]logsapi.PipelineStep, error) {
	return recall(ctx, b, "the run of a pipeline", projectID+"/"+pipelineID+"/"+runID, func(ctx context.Context) ([]logsapi.PipelineStep, time.Duration, error) {
		steps, err := b.source.PipelineSteps(ctx, projectID, pipelineID, runID)
		return steps, stateTTL, err
	})
}

// Builds lists the last n builds of a task, newest first.
func (b *Builds) Builds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error) {
	return recall(ctx, b, "the list of builds", fmt.Sprintf("%s/%d", taskID, n), func(ctx context.Context) ([]logsapi.Build, time.Duration, error) {
		builds, err := b.source.Builds(ctx, taskID, n)
		return builds, stateTTL, err
	})
}

// NewestBuilds lists the last n builds of about the last 29 days, newest first.
func (b *Builds) NewestBuilds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error) {
	return recall(ctx, b, "the newest builds of a task", fmt.Sprintf("%s/%d", taskID, n), func(ctx context.Context) ([]logsapi.Build, time.Duration, error) {
		builds, err := b.source.NewestBuilds(ctx, taskID, n)
		return builds, stateTTL, err
	})
}

// Steps lists the steps of a build in their order. The record's id may be empty
// if it is not known.
func (b *Builds) Steps(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error) {
	return recall(ctx, b, stepsOf, fmt.Sprintf("%s/%d", taskID, build), func(ctx context.Context) ([]logsapi.Step, time.Duration, error) {
		steps, err := b.source.StepsOf(ctx, taskID, build, recordID)
		ttl := finishedTTL
		for _, s := range steps {
			ttl = min(ttl, ttlOf(s.State))
		}
		if len(steps) == 0 {
			ttl = stateTTL
		}
		return steps, ttl, err
	})
}

// Analysis is the service's own explanation of why a build failed.
func (b *Builds) Analysis(ctx context.Context, taskID string, build int64) (logsapi.Analysis, error) {
	return recall(ctx, b, analysisOf, fmt.Sprintf("%s/%d", taskID, build), func(ctx context.Context) (logsapi.Analysis, time.Duration, error) {
		a, err := b.source.Analysis(ctx, taskID, build)
		ttl := stateTTL
		if a.Code != "" || a.Message != "" {
			ttl = finishedTTL
		}
		return a, ttl, err
	})
}

func ttlOf(s logsapi.State) time.Duration {
	if s.Finished() {
		return finishedTTL
	}
	return stateTTL
}

// overProjects collects what each project has. It returns an error only if no
// project can be read.
func overProjects[T any](b *Builds, list func(project string) ([]T, error)) ([]T, error) {
	var all []T
	var first error
	read := 0
	for _, project := range b.projects {
		some, err := list(project)
		if err != nil {
			first = errors.Join(first, err)
			continue
		}
		read++
		all = append(all, some...)
	}
	if read > 0 {
		first = nil
	}
	return all, first
}

// recall answers from memory, or asks once for all callers with the same question;
// see flight.Do.
func recall[V any](ctx context.Context, b *Builds, what, of string, load func(context.Context) (V, time.Duration, error)) (V, error) {
	var none V
	question := what + " " + of
	if a, ok := b.answers.GetIfPresent(question); ok {
		return a.value.(V), nil
	}
	if err := b.refused(what, question); err != nil {
		return none, err
	}
	a, _, err := flight.Do(ctx, &b.flights, question, what, func(ctx context.Context) (V, error) {
		v, ttl, err := load(ctx)
		if err != nil {
			b.remember(what, question, err)
			return none, err
		}
		b.answers.Set(question, &answer{v, ttl})
		return v, nil
	})
	return a, err
}

// codeOf is the status and code of a refusal: "HTTP 404 APIGW.0101".
func codeOf(err error) string {
	var refused *logsapi.Error
	if errors.As(err, &refused) && refused.Status != 0 {
		return strings.TrimSpace(fmt.Sprintf("HTTP %d %s", refused.Status, refused.Code))
	}
	return err.Error()
}

// refused is the error of a question that is not asked now.
func (b *Builds) refused(what, question string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range []string{what, question} {
		if r, known := b.missing[key]; known && time.Now().Before(r.until) {
			return r.err
		}
	}
	return nil
}

// remember records that an endpoint is not available: for all questions if it is
// not published, for this one if it is forbidden. It logs each endpoint once.
func (b *Builds) remember(what, question string, err error) {
	if !logsapi.OutOfReach(err) {
		return
	}
	key := question
	if errors.Is(err, logsapi.ErrNotPublished) {
		key = what
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.missing) >= maxAnswers {
		clear(b.missing)
	}
	if _, said := b.missing[what]; !said {
		b.warnf("CodeArts does not tell %s here (%s); everything else works", what, codeOf(err))
		b.missing[what] = refusal{}
	}
	b.missing[key] = refusal{err: err, until: time.Now().Add(missingTTL)}
}
