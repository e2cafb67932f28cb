package commands

import (
	"cmp"
	"context"
	"strings"

	"logbot/commands/excerpt"
	"logbot/commands/failure/kind"
	"logbot/commands/failure/known"
	"logbot/commands/find"
	"logbot/commands/green"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/testlog"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/commands/verdict"
	"logbot/logsapi"
)

func failVerb(s service, names *find.Names, r read.Reader, g *green.Finder, m *memory) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:  typed.Fail,
			Also:  []string{"失败", "为什么", "为何", "为啥", "原因", "why", "explain", "error", "errors"},
			Usage: "TASK [BUILD]",
			Does:  texts.FailDoes,
			More:  texts.FailMore,
			Examples: []typed.Suggestion{
				{Line: "fail web", Does: texts.FailExample.With()},
				{Line: "web --me", Does: texts.FailExampleMe.With()},
			},
			Flags: []typed.Flag{{Name: "step", Value: "S", Does: texts.FlagFailStep.With()}, linesFlag()},
			Min:   1, Max: 2,
		},
		names: aBuild,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			want, err := in.Number("lines", read.DefaultLines, 1, read.MaxLines)
			if err != nil {
				return reply.Reply{}, err
			}
			before := g.Before(in.task.ID(), in.build)
			defer before.End()
			link, analysis, list := s.link(ctx, in), s.analysis(ctx, in), s.list(ctx, in)
			past := m.recall(ctx, in)
			b := s.facts(ctx, in)
			// The rest is asked for meanwhile.
			known := func() {
				b.analysis, b.link, b.recent = analysis(), link(), list()
				b.adopt(b.recent)
			}
			if !b.noLog().Empty() {
				known()
				return b.notRun(), nil
			}
			what := b.whatBroke()
			b.green = before
			what.Green = func() *excerpt.Seen { return before.Lines(ctx) }
			if in.Has("step") {
				known()
				return b.explainStep(ctx, names, r, what, want)
			}
			r := b.reads(r)
			if b.State == logsapi.Aborted || b.State == logsapi.TimedOut {
				what.Green = nil // nothing failed
				known()
				return b.stopped(ctx, past, r, what, want), nil
			}
			found, step, err := b.find(ctx, r, what, want)
			known()
			switch {
			case noLogCame(err) && b.State.Finished():
				return b.gone(err), nil
			case err != nil:
				return reply.Reply{}, b.unreadable(err)
			case found.Read == 0 && b.unbegun():
				return b.notRun(), nil
			}
			return b.failure(ctx, past, found, step, want), nil
		},
	}
}

// whatBroke is what to read of the build to find what failed: the log of the step that
// ended it, if it has one, else that of the build.
func (b buildFacts) whatBroke() read.Request {
	what := read.Request{Finished: b.State.Finished(), Edition: b.Edition(), Known: b.known(), Logs: read.BuildLogs(b.in.task.ID(), b.in.build), Meter: b.in.meter}
	if b.broke.Mapped {
		what.Logs = append(read.StepLogs(b.in.task.ID(), b.in.build, b.broke.Node, b.State.Finished()), what.Logs...)
	}
	return what
}

// find looks for what failed, and says in which step it was found.
func (b *buildFacts) find(ctx context.Context, r read.Reader, what read.Request, want int) (found read.Explained, step find.Step, err error) {
	found, err = r.Explain(ctx, what, want)
	b.settle(found.Step)
	step = b.broke
	if err != nil || len(b.suspects) == 0 {
		return found, step, err
	}
	// The last one that failed is the likeliest; the reply names all.
	if last := b.suspects[0]; last.Mapped {
		what.Logs = read.StepLogs(b.in.task.ID(), b.in.build, last.Node, b.State.Finished())
		if of, err := r.Explain(ctx, what, want); err == nil && of.Reason.Text != "" {
			return of, last, nil
		}
	}
	return found, step, nil
}

// failure is the card that explains why the build failed, or says that it did not. step
// is the one that found is from, if it is known.
func (b buildFacts) failure(ctx context.Context, past *recalled, found read.Explained, step find.Step, want int) reply.Reply {
	outcome, name := b.outcome(found.Outcome), step.Name
	if name == "" && len(b.suspects) == 0 {
		name = read.StepName(found.Step)
	}
	switch {
	case found.Read == 0:
		r := b.card(outcome, b.broke.Name)
		r.Body = b.in.say(texts.LogEmpty)
		r.Try = []reply.Example{{Line: b.line("fail")}}
		if b.State != logsapi.Unknown && !b.State.Finished() {
			r.Try = []reply.Example{{Line: b.line("follow"), Does: b.in.say(texts.FollowDoes)}}
		}
		return r
	case outcome == logsapi.Succeeded:
		past.passed(b)
		return b.success(found)
	}
	tests := testsIn(found)
	b.kind = kind.Of(&found.Excerpt, tests, found.Text)
	says, about := past.judge(ctx, b, b.explainedBy(found, tests))
	b.otherwise = b.in.request.Via == ViaWatch && says.Unlike > 0
	explained := func(says verdict.Verdict, about known.Failure) reply.Reply {
		return b.explained(found, step, want, cause{outcome: outcome, step: name, tests: tests, verdict: b.withCommits(says, past), known: about})
	}
	r := explained(says, about)
	r.Settle = past.settling()
	if past != nil && past.lesson != nil {
		r.Amend = func(ctx context.Context) (reply.Reply, bool) {
			says, about, ok := past.again(ctx)
			if !ok {
				return reply.Reply{}, false
			}
			more := explained(says, about)
			return more, more.Verdict != "" && more.Verdict != r.Verdict
		}
	}
	return r
}

// cause is what is known of why a build failed, besides the lines that say so.
type cause struct {
	outcome logsapi.State
	step    string // that ended the build; empty if it is not known
	tests   testlog.Report
	verdict func(texts.Lang, int) verdict.Said
	known   known.Failure
}

// explained is the card of a build that failed.
func (b buildFacts) explained(found read.Explained, step find.Step, want int, c cause) reply.Reply {
	r := b.card(c.outcome, c.step)
	r.Apart = b.otherwise
	if b.kind == kind.Timeout {
		r.Parts = dotted(r.Parts, b.hungIn(found))
	}
	if b.analysis.Message != "" {
		r.Service = b.in.say(texts.CodeArtsSays, strings.TrimSpace(strings.Join(strings.Fields(b.analysis.Message), " ")+" ("+b.analysis.Code+")"))
	}
	r.Try = append(r.Try, b.wholeLog())
	r.Lang, r.Claim = b.in.request.Lang, claimOf(c.known) // the language, as the claim takes rows
	b.explain(&r, found, want, notes{tests: &c.tests, verdict: c.verdict, noStep: b.broke.Mapped && !read.IsStep(found.Log), early: b.State.Finished() && endsEarly(found)})
	r.Try = append(r.Try, b.offerSteps(c.step)...)
	if step.Position > 0 && b.Record.ID != "" {
		r.Try = append(r.Try, b.menu(worthStepLog, b.line("full", find.Stage(step.Position)), texts.DoesStepLog.With(), texts.StepLog.With(), reply.InThread))
	}
	r.Try = append(r.Try, b.search(b.line("show")))
	r.Try = append(r.Try, b.offerClaim(c.known)...)
	return r
}

// success is the card of a build that did not fail. It says how many of its tests ran,
// if the whole log was read.
func (b buildFacts) success(found read.Explained) reply.Reply {
	r := b.card(logsapi.Succeeded, "")
	if found.Whole {
		counts := testsIn(found).Counts
		all := counts.Failed + counts.Passed + counts.Skipped
		switch {
		case all > 0 && counts.Skipped == all:
			says := texts.AllSkipped.With(texts.Thousands(all), texts.TestNoun.Count(all)).In(b.in.request.Lang)
			r.Heading = dotted(b.name()+" "+says, b.took())
		case all > 0 && counts.Whole:
			r.Tests = b.in.say(texts.TestsPassedOf, texts.Thousands(counts.Passed), texts.TestNoun.Count(all))
			if counts.Skipped > 0 {
				r.Tests = b.in.say(texts.TestsSkippedOf, texts.Thousands(counts.Passed), texts.TestNoun.Count(all), texts.Thousands(counts.Skipped))
			}
		}
	}
	r.FitHead()
	r.Try = []reply.Example{{Line: b.line("show", "--tail"), Does: b.in.say(texts.DoesEnd), Button: b.in.say(texts.EndOfLog)}, b.wholeLog(), b.search(b.line("show"))}
	return r
}

// explainStep explains the log of the step that the command names, however it ended.
func (b buildFacts) explainStep(ctx context.Context, names *find.Names, r read.Reader, what read.Request, want int) (reply.Reply, error) {
	in := b.in
	step, err := names.Step(ctx, in.Query, in.task, in.build, b.Record.ID, in.Flags["step"])
	if err != nil {
		return reply.Reply{}, err
	}
	b.Duration = step.Duration
	answer := b.card(step.State, "")
	name := cmp.Or(step.Name, texts.StepNumber.With(step.Position).In(in.request.Lang))
	answer.Heading = b.title(dotted(b.name(), within(name, reply.Columns)), step.State, "")
	if !isBad(step.State) {
		answer.Parts = ""
	}
	position := find.Stage(step.Position)
	if step.State == logsapi.Succeeded {
		answer.Try = []reply.Example{{Line: b.line("show", "--step", position, "--tail"), Does: in.say(texts.DoesEnd)}}
		return answer, nil
	}
	what.Logs = read.StepLogs(in.task.ID(), in.build, step.Node, b.State.Finished())
	if isBad(step.State) {
		what.Known = excerpt.Failed
	}
	found, err := r.Explain(ctx, what, want)
	if err == nil && found.Read == 0 {
		err = step.Beyond
	}
	if err != nil {
		return reply.Reply{}, b.unreadable(err)
	}
	if found.Read == 0 {
		answer.Body = in.say(texts.StepNoLog)
		answer.Try = []reply.Example{{Line: b.line("steps"), Does: in.say(texts.StepsDoes)}}
		return answer, nil
	}
	if b.Record.ID != "" {
		answer.Try = append(answer.Try, b.offer(b.line("full", position), texts.DoesStepLog, texts.StepLog, reply.InThread))
	}
	b.explain(&answer, found, want, notes{})
	if isBad(step.State) {
		answer.Try = append(answer.Try, b.offerSteps(step.Name)...)
	}
	answer.Try = append(answer.Try, b.search(b.line("show", "--step", position)))
	return answer, nil
}
