package commands

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	// maxListed is how many builds are listed at most: 100 short lines. BuildsMore says it.
	maxListed = 50
	// stripOf is how many outcomes the strip shows: half a row of a phone.
	stripOf = 20
	// maxTasks bounds the tasks that are listed, and maxTaskButtons the failed ones
	// that have a button.
	maxTasks, maxTaskButtons = 20, 5
)

func buildsVerb(lists Builds, names *find.Names) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:  "builds",
			Also:  []string{"构建", "构建列表", "构建历史"},
			Usage: "TASK [N]",
			Does:  texts.BuildsDoes,
			More:  texts.BuildsMore,
			Examples: []typed.Suggestion{
				{Line: "builds web", Does: texts.BuildsExample.With()},
				{Line: "builds", Does: texts.BuildsTasks.With()},
			},
			Flags: []typed.Flag{{Name: "branch", Value: "B", Does: texts.BuildsOf.With()}},
			Max:   2,
		},
		names: func(ctx context.Context, n *find.Names, in *command) error {
			if len(in.Words) == 0 {
				return nil // answer shows what the caller may read
			}
			return aTask(ctx, n, in)
		},
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			if len(in.Words) == 0 {
				return taskList(ctx, lists, names, in)
			}
			return buildList(ctx, lists, in)
		},
	}
}

// buildList is the reply that lists builds of a task.
func buildList(ctx context.Context, lists Builds, in *command) (reply.Reply, error) {
	t := in.task
	in.Words[0] = t.Word
	want, err := in.howMany()
	if err != nil {
		return reply.Reply{}, err
	}
	branch, only := in.Flags["branch"]
	asked := max(want, stripOf)
	if only {
		asked = logsapi.MaxBuilds
	}
	all, err := lists.Builds(ctx, t.ID(), asked)
	if logsapi.OutOfReach(err) {
		p := typed.Wrong(texts.NotListed.With(), typed.Line("fail", t.Word, "NUMBER"))
		p.Cause = err
		return reply.Reply{}, p
	}
	if err != nil && !errors.Is(err, logsapi.ErrNotFound) { // that is a task that was never built, or none
		return reply.Reply{}, err
	}
	r := reply.Reply{Heading: in.say(texts.LastBuilds, t.Name)}
	builds := all
	if only {
		r.Heading = in.say(texts.BuildsOnOf, t.Name, branch)
		builds = slices.DeleteFunc(slices.Clone(all), func(b logsapi.Build) bool { return !strings.EqualFold(b.Branch, branch) })
	}
	switch {
	case len(all) == 0:
		r.Body = in.say(texts.NotBuilt)
		return r, nil
	case len(builds) == 0:
		return reply.Reply{}, typed.Wrong(texts.BuildsBranch.With(texts.BuildNoun.Count(len(all)), t.Name, texts.Quote(branch)), in.Without("branch").Line())
	}
	r.Lines = append([]lines.Line{{Text: strip(builds) + "  " + in.say(texts.OldestFirst)}}, in.buildLines(builds[:min(want, len(builds))])...)
	if slices.ContainsFunc(builds, func(b logsapi.Build) bool { return !b.Started.IsZero() }) {
		r.Source = in.say(texts.ChinaTime)
	}
	for _, b := range builds {
		if b.State == logsapi.Failed {
			r.Try = []reply.Example{{Line: typed.Line("fail", in.task.Word, itoa(b.Number)), Does: in.say(texts.DoesLastFail, b.Number), Button: in.say(texts.WhyBuild, b.Number)}}
			break
		}
	}
	return r, nil
}

// howMany reads the second word, how many builds are listed.
func (in *command) howMany() (int, error) {
	if len(in.Words) < 2 {
		return find.RecentBuilds, nil
	}
	n, err := strconv.Atoi(typed.Narrow(in.Words[1]))
	if err != nil || n < 1 || n > maxListed {
		task := typed.Line(in.Verb.Name, in.Words[0])
		return 0, typed.Wrong(texts.BuildsNumber.With(texts.Quote(in.Words[1]), maxListed), task+" "+strconv.Itoa(max(1, min(n, maxListed))), task)
	}
	return n, nil
}

// strip is the signs of the newest builds, the oldest of them first.
func strip(builds []logsapi.Build) string {
	var b strings.Builder
	for _, build := range slices.Backward(builds[:min(stripOf, len(builds))]) {
		b.WriteString(textsOf(build.State).sign)
	}
	return b.String()
}

// buildLines are two lines a build, none wider than a phone.
func (in *command) buildLines(builds []logsapi.Build) []lines.Line {
	var out []lines.Line
	for _, b := range builds {
		state := textsOf(b.State)
		first := state.sign + " #" + itoa(b.Number)
		if word := cmp.Or(b.Word, in.say(state.word)); word != "" {
			first += " " + word
		}
		if b.Branch+b.Commit != "" {
			first += " · " + revisionWithin(b.Branch, b.Commit, phoneColumns-lines.Columns(first+" · "))
		}
		second := "  " + dotted(within(b.Who, 14), day(b.Started), brief(b.Duration))
		out = append(out, lines.Line{Text: within(first, phoneColumns)})
		if second = strings.TrimRight(second, " "); second != "" {
			out = append(out, lines.Line{Text: within(second, phoneColumns)})
		}
	}
	return out
}

// taskList is the reply that lists the tasks that the caller may read, those that
// were built last first.
func taskList(ctx context.Context, lists Builds, names *find.Names, in *command) (reply.Reply, error) {
	if in.Has("branch") {
		return reply.Reply{}, typed.Wrong(texts.VerbWhat.With(in.Verb.Name, texts.Usage(in.Verb.Usage)), names.Examples(in.Caller, in.Verb)...)
	}
	tasks, err := lists.Tasks(ctx)
	if err != nil && !logsapi.OutOfReach(err) {
		return reply.Reply{}, err
	}
	names.LearnProjects(ctx)
	tasks = slices.DeleteFunc(slices.Clone(tasks), func(t logsapi.Task) bool { return !names.Visible(in.Caller, t.ID, false) })
	if len(tasks) == 0 {
		return reply.Reply{Private: true, Body: in.say(texts.BuildsNoTasks), Try: []reply.Example{{Line: "builds TASK"}}}, nil
	}
	slices.SortStableFunc(tasks, func(a, b logsapi.Task) int { return b.LastBuilt.Compare(a.LastBuilt) })
	r := reply.Reply{Heading: in.say(texts.BuildsTasks)}
	var rows [][]string
	for _, t := range tasks[:min(maxTasks, len(tasks))] {
		label := names.Label(t.ID, t.Name)
		state := textsOf(t.State)
		sign, word := state.sign, in.say(state.word)
		switch {
		case t.Running:
			sign, word = textsOf(logsapi.Running).sign, in.say(texts.StateRunning)
		case t.LastBuilt.IsZero() && t.State == logsapi.Unknown:
			sign, word = "·", in.say(texts.NeverBuilt)
		}
		rows = append(rows, []string{sign, label.Name, word, day(t.LastBuilt)})
		if t.State == logsapi.Failed && len(r.Try) < maxTaskButtons {
			r.Try = append(r.Try, reply.Example{Line: typed.Line(typed.Fail, wordFor(tasks, t, label)), Does: in.say(texts.DoesWhyStep, label.Name), Button: sign + " " + label.Name})
		}
	}
	r.Lines = tableWithin(phoneColumns, rows, 1)
	r.Source = in.say(texts.ChinaTime)
	if left := len(tasks) - len(rows); left > 0 {
		r.Source = in.say(texts.TestsMoreNamed, texts.TaskNoun.Count(left)) + " · " + r.Source
	}
	return r, nil
}

// wordFor is what to type for a task of a list: its name, unless it has an alias,
// another has the same name or nobody could type it.
func wordFor(tasks []logsapi.Task, t logsapi.Task, label find.Label) string {
	same := 0
	for _, other := range tasks {
		if strings.EqualFold(other.Name, t.Name) {
			same++
		}
	}
	if !strings.EqualFold(label.Word, t.ID) || same > 1 || !typed.Typeable(t.Name) {
		return label.Word
	}
	return t.Name
}
