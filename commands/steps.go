package commands

import (
	"context"
	"errors"
	"strings"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

func stepsVerb(s service) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     "steps",
			Also:     []string{"步骤", "阶段", "stages", "step", "stage"},
			Usage:    "TASK [BUILD]",
			Does:     texts.StepsDoes,
			Examples: []typed.Suggestion{{Line: "steps web", Does: texts.StepsExample.With()}},
			Min:      1, Max: 2,
		},
		names: aBuild,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			link, list := s.link(ctx, in), s.list(ctx, in)
			b := s.record(ctx, in)
			b.link = link()
			b.adopt(list())
			if !b.noLog().Empty() {
				return b.notRun(), nil
			}
			steps, err := s.builds.Steps(ctx, in.task.ID(), in.build, b.Record.ID)
			switch {
			case logsapi.OutOfReach(err) || errors.Is(err, logsapi.ErrInvalid): // the record is not told
				p := typed.Wrong(texts.StepsAway.With(), b.line(typed.Fail), b.line("show", "--tail"))
				p.Cause = err
				return reply.Reply{}, p
			case err != nil:
				return reply.Reply{}, s.missing(ctx, b, err)
			}
			return b.stepList(steps), nil
		},
	}
}

// stepList is the reply that lists the steps: a button explains the first that failed,
// and a list has the others that began, to explain them or to show their logs.
func (b buildFacts) stepList(steps []logsapi.Step) reply.Reply {
	in := b.in
	r := b.card(b.State, "")
	r.FitHead()
	if len(steps) == 0 {
		r.Body = in.say(texts.StepsNone)
		return r
	}
	r.Picks = in.say(texts.PickStep)
	rows, explained := make([][]string, len(steps)), false
	for i, s := range steps {
		state := textsOf(s.State)
		sign, word := state.sign, in.say(state.word)
		begun := s.State != logsapi.Unknown || !s.Started.IsZero()
		if !begun {
			sign, word = "·", in.say(texts.StepNotRun)
		}
		rows[i] = []string{sign, itoa(int64(s.Position)), s.Name, word, brief(s.Duration)}
		if begun {
			e := b.stepOffer(s, sign)
			e.Picked = explained || !isBad(s.State)
			explained = explained || !e.Picked
			r.Try = append(r.Try, e)
		}
	}
	r.Lines = tableWithin(phoneColumns, rows, 2)
	return r
}

// stepOffer explains a step that failed, and shows the log of any other.
func (b buildFacts) stepOffer(s logsapi.Step, sign string) reply.Example {
	name := find.StepOf(s).Label()
	line, does := b.line("show", "--step", find.Stage(s.Position)), texts.DoesStep.With(name)
	if isBad(s.State) {
		line, does = b.line(typed.Fail, "--step", find.Stage(s.Position)), texts.DoesWhyStep.With(name)
	}
	label := strings.TrimSpace(sign + " " + lines.Shorten(s.Name, maxStepLabel))
	if s.Name == "" {
		label = sign + " " + name.In(b.in.request.Lang)
	}
	return reply.Example{Line: line, Does: does.In(b.in.request.Lang), Button: label, Place: reply.InThread}
}

// maxStepLabel bounds the name of a step on its button, in characters: a button
// and the list stand side by side on a phone.
const maxStepLabel = 24
