package find

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// stepSlack is how far a build may lie outside the times of the pipeline step that
// started it: the two services write their own.
const stepSlack = time.Minute

// pipeline resolves the address of a pipeline's run to the build that failed in it.
// A caller who may read nothing here learns nothing of it.
func (n *Names) pipeline(ctx context.Context, q Query, p page) (Task, error) {
	if p.id == "" || p.project == "" {
		return Task{}, typed.Wrong(texts.NoPipelineID.With(), "builds", typed.Help)
	}
	if !n.access.AllowsSome(q.Caller) {
		return Task{}, denied(q.Caller)
	}
	n.tasks.learnProjects(ctx)
	steps, err := n.lists.PipelineSteps(ctx, p.project, p.id, p.run)
	seen := func(s logsapi.PipelineStep) bool {
		return logsapi.IsTaskID(s.TaskID) && n.tasks.visible(q.Caller, s.TaskID)
	}
	gone := err == nil || errors.Is(err, logsapi.ErrNotFound) || errors.Is(err, logsapi.ErrRefused)
	if gone && !n.access.AllowsAll(q.Caller) && !slices.ContainsFunc(steps, seen) {
		return Task{}, denied(q.Caller) // also if there is no such pipeline
	}
	var away texts.Phrase
	switch {
	case err == nil:
	case logsapi.OutOfReach(err), errors.Is(err, logsapi.ErrInvalid): // the latter if no address of the service is known
		away = texts.PipelineAway.With()
	case errors.Is(err, logsapi.ErrNotFound), errors.Is(err, logsapi.ErrRefused):
		away = texts.PipelineGone.With(typed.Briefly(err))
	default:
		return Task{}, err
	}
	if err != nil {
		problem := typed.Wrong(away, n.Examples(q.Caller, q.Verb)...)
		problem.Cause = err
		return Task{}, problem
	}
	var builds []logsapi.PipelineStep
	var others texts.Names
	for _, s := range steps {
		switch {
		case s.State != logsapi.Failed && s.State != logsapi.TimedOut:
		case !logsapi.IsTaskID(s.TaskID):
			others = append(others, s.Name)
		case seen(s):
			builds = append(builds, s)
		}
	}
	switch {
	case len(builds) == 0 && len(others) > 0:
		return Task{}, typed.Wrong(n.orHidden(q.Caller, texts.PipelineOther.With(others)), n.Examples(q.Caller, q.Verb)...)
	case len(builds) == 0:
		return Task{}, typed.Wrong(n.orHidden(q.Caller, texts.PipelineFine.With()), n.Examples(q.Caller, q.Verb)...)
	}
	for i := range builds {
		if builds[i].Build, err = n.buildOfStep(ctx, builds[i]); err != nil {
			return Task{}, err
		}
	}
	if len(builds) > 1 {
		return Task{}, chooseStep(q, builds)
	}
	t := n.tasks.byID(builds[0].TaskID)
	if builds[0].Build == 0 {
		return Task{}, typed.Wrong(texts.PipelineNumber.With(texts.Quote(builds[0].Name), t.Name), typed.Line("builds", t.Word), typed.Line(typed.Fail, t.Word, "NUMBER"))
	}
	t.build = builds[0].Build
	return n.tasks.authorize(q, t)
}

// chooseStep offers the failed builds of a pipeline's run.
func chooseStep(q Query, steps []logsapi.PipelineStep) error {
	p := &typed.Problem{Says: texts.PipelineMany.With(texts.StepNoun.Count(len(steps)))}
	for _, s := range steps[:min(len(steps), maxChoices)] {
		line := typed.Line("builds", s.TaskID)
		if s.Build > 0 {
			line = typed.Line(typed.Fail, s.TaskID, strconv.FormatInt(s.Build, 10))
		}
		p.Try = append(p.Try, typed.Suggestion{Line: line, Does: texts.Plain(s.Name)})
	}
	return p
}

// buildOfStep is the build that a step of a pipeline started: the one it names by
// either number, else the only failed one that was started meanwhile; 0 if there is
// none or several.
func (n *Names) buildOfStep(ctx context.Context, s logsapi.PipelineStep) (int64, error) {
	if s.Build > 0 || s.Started.IsZero() && s.Daily == "" {
		return s.Build, nil
	}
	builds, err := n.lists.Builds(ctx, s.TaskID, logsapi.MaxBuilds)
	if err != nil && !logsapi.OutOfReach(err) {
		return 0, err
	}
	for _, b := range builds {
		if s.Daily != "" && b.Daily == s.Daily {
			return b.Number, nil
		}
	}
	if s.Started.IsZero() {
		return 0, nil
	}
	meant := slices.DeleteFunc(slices.Clone(builds), func(b logsapi.Build) bool {
		late := !s.Finished.IsZero() && b.Started.After(s.Finished.Add(stepSlack))
		return b.State == logsapi.Succeeded || b.Started.Before(s.Started.Add(-stepSlack)) || late
	})
	byPipeline := slices.DeleteFunc(slices.Clone(meant), func(b logsapi.Build) bool { return !strings.Contains(strings.ToLower(b.Trigger), "pipeline") })
	for _, of := range [][]logsapi.Build{meant, byPipeline} {
		if len(of) == 1 {
			return of[0].Number, nil
		}
	}
	return 0, nil
}
