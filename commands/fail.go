package commands

import (
	"context"
	"strings"

	"logbot/commands/excerpt"
	"logbot/commands/find"
	"logbot/commands/green"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

func failVerb(s service, names *find.Names, r read.Reader, g *green.Finder) *verb {
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
			link, analysis := s.link(ctx, in), s.analysis(ctx, in)
			b := s.facts(ctx, in)
			if !b.noLog().Empty() {
				b.link = link()
				return b.notRun(), nil
			}
			what := read.Request{Finished: b.State.Finished(), Edition: b.Edition(), Known: b.known(), Logs: read.BuildLogs(in.task.ID(), in.build), Meter: in.meter}
			b.green = before
			what.Green = func() *excerpt.Seen { return before.Lines(ctx) }
			if in.Has("step") {
				b.link = link()
				return b.explainStep(ctx, names, r, what, want)
			}
			if b.broke.Mapped {
				what.Logs = append(read.StepLogs(in.task.ID(), in.build, b.broke.Node, b.State.Finished()), what.Logs...)
			}
			r := b.reads(r)
			if b.State == logsapi.Aborted {
				what.Green = nil // nothing failed
				stopped := b.aborted(ctx, r, what, want)
				stopped.Link = link()
				return stopped, nil
			}
			found, err := r.Explain(ctx, what, want)
			b.settle(found.Step)
			if err == nil && len(b.suspects) > 0 && b.suspects[0].Mapped {
				// The last one that failed is the likeliest; the reply names all.
				what.Logs = read.StepLogs(in.task.ID(), in.build, b.suspects[0].Node, b.State.Finished())
				if last, err := r.Explain(ctx, what, want); err == nil && last.Reason.Text != "" {
					found = last
				}
			}
			b.analysis, b.link = analysis(), link()
			switch {
			case noLogCame(err) && b.State.Finished():
				return b.gone(err), nil
			case err != nil:
				return reply.Reply{}, b.unreadable(err)
			case found.Read == 0 && b.unbegun():
				return b.notRun(), nil
			}
			return b.failure(found, want), nil
		},
	}
}

// failure is the reply that explains why the build failed, or says that it did
// not.
func (b buildFacts) failure(found read.Explained, want int) reply.Reply {
	r := b.answer(found)
	switch {
	case found.Read == 0:
		r.Body = b.in.say(texts.LogEmpty)
		r.Try = []reply.Example{{Line: b.line("fail")}}
		if b.State != logsapi.Unknown && !b.State.Finished() {
			r.Try = []reply.Example{{Line: b.line("follow"), Does: b.in.say(texts.FollowDoes)}}
		}
		return r
	case b.outcome(found.Outcome) == logsapi.Succeeded:
		r.Body = b.in.say(texts.NothingFailed)
		r.Try = []reply.Example{{Line: b.line("show", "--tail"), Does: b.in.say(texts.DoesEnd)}}
		return r
	}
	b.explain(&r, found, want, b.broke.Mapped && !read.IsStep(found.Log))
	if b.analysis.Message != "" {
		r.Body = b.in.say(texts.CodeArtsSays, strings.TrimSpace(b.analysis.Message+" ("+b.analysis.Code+")"))
	}
	if b.failedFile() {
		r.Try = append(r.Try, b.offer(b.line("full", find.Stage(b.broke.Position)), texts.DoesStepLog, texts.StepLog, reply.InThread))
	}
	r.Try = append(r.Try, b.wholeLog(), b.offer(b.line("show")+typed.SearchEnd, texts.DoesSearch, texts.Search, reply.AskFirst))
	return r
}

// explainStep explains the log of the step that the command names, however it ended.
func (b buildFacts) explainStep(ctx context.Context, names *find.Names, r read.Reader, what read.Request, want int) (reply.Reply, error) {
	in := b.in
	step, err := names.Step(ctx, in.Query, in.task, in.build, b.Record.ID, in.Flags["step"])
	if err != nil {
		return reply.Reply{}, err
	}
	says := texts.StepOf.With(step.Label(), b.name())
	if step.State != logsapi.Unknown {
		says = texts.BuildStands.With(says, textsOf(step.State).sentence)
	}
	answer := reply.Reply{Heading: says.In(in.request.Lang), Context: b.contextParts(), Started: b.Started, Link: b.link, About: b.about()}
	if step.State == logsapi.Succeeded {
		answer.Body = in.say(texts.NothingFailed)
		answer.Try = []reply.Example{{Line: b.line("show", "--step", find.Stage(step.Position), "--tail"), Does: in.say(texts.DoesEnd)}}
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
	b.explain(&answer, found, want, false)
	position := find.Stage(step.Position)
	if b.Record.ID != "" {
		answer.Try = append(answer.Try, b.offer(b.line("full", position), texts.DoesStepLog, texts.StepLog, reply.InThread))
	}
	answer.Try = append(answer.Try, b.offer(b.line("show", "--step", position)+typed.SearchEnd, texts.DoesSearch, texts.Search, reply.AskFirst))
	return answer, nil
}
