package commands

import (
	"context"

	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

func showVerb(s service, names *find.Names, r read.Reader) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:  "show",
			Also:  []string{"日志", "查看"},
			Usage: "TASK [BUILD]",
			Does:  texts.ShowDoes,
			More:  texts.ShowMore,
			Examples: []typed.Suggestion{
				{Line: "show web --tail", Does: texts.ShowExampleTail.With()},
				{Line: "show web --grep timeout --context 2", Does: texts.ShowExampleGrep.With()},
			},
			Flags: append([]typed.Flag{{Name: "step", Value: "S", Does: texts.FlagStep.With()}}, partFlags()...),
			Min:   1, Max: 2,
		},
		refuse: checkPart,
		names:  aBuild,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			link := s.link(ctx, in)
			b := s.record(ctx, in)
			if !b.noLog().Empty() {
				return reply.Reply{}, b.unreadable(nil)
			}
			what, name := read.Request{Finished: b.State.Finished(), Edition: b.Edition(), Logs: read.BuildLogs(in.task.ID(), in.build), Meter: in.meter, Record: b.Record.ID}, texts.Plain(b.name())
			var beyond error
			if in.Has("step") {
				step, err := names.Step(ctx, in.Query, in.task, in.build, b.Record.ID, in.Flags["step"])
				if err != nil {
					return reply.Reply{}, err
				}
				beyond = step.Beyond
				what.Logs = append(read.StepLogs(in.task.ID(), in.build, step.Node, b.State.Finished()), what.Logs...)
				what.Record = "" // its file is that of the whole build
				name = texts.StepOf.With(step.Label(), b.name())
			}
			shown, of, err := showPart(ctx, b.reads(r), in, name, what)
			b.link = link()
			if err != nil {
				return reply.Reply{}, s.missing(ctx, b, err)
			}
			if beyond != nil && !read.IsStep(of) { // the log that was read is not the step's
				return reply.Reply{}, beyond
			}
			if in.Has("step") && of != nil && !read.IsStep(of) {
				shown.Source = texts.Join(texts.Dot, shown.Source, texts.NoStepLog).In(in.request.Lang)
			}
			shown.Link, shown.About = b.link, b.about()
			if of != nil {
				search := in.Without("tail", "from", "lines", "grep", "context", "skip")
				shown.Try = append(shown.Try, b.menu(worthSteps, b.line("full", everyStep), texts.DoesFullLog.With(), texts.FullLog.With(), reply.InThread), b.search(search.Line()))
			}
			return shown, nil
		},
	}
}
