package find

import (
	"context"
	"strconv"
	"strings"
	"time"

	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// Step is a step of a build.
type Step struct {
	Position int    // 1 for stage1; 0 if there is none
	Node     int64  // what the step's own log is asked by
	Name     string // empty if the service does not tell
	State    logsapi.State
	Started  time.Time // zero if the service does not tell
	Duration time.Duration
	Mapped   bool  // Node is the service's own, not just the typed number
	Beyond   error // the service tells of fewer steps; nil if it does not say
}

// Label is `"Maven test"`, or "step 3".
func (s Step) Label() texts.Phrase {
	if s.Name != "" {
		return texts.Join(texts.Nothing, texts.Quote(s.Name))
	}
	return texts.StepNumber.With(s.Position)
}

// Stage is how the service names the step at a position: stage3.
func Stage(position int) string { return "stage" + strconv.Itoa(position) }

// StepOf is a step that the service tells of.
func StepOf(s logsapi.Step) Step {
	return Step{Position: s.Position, Node: s.NodeID, Name: s.Name, State: s.State, Started: s.Started, Duration: s.Duration, Mapped: s.NodeID != 0}
}

// Step finds what the word for a step names: its position (3, stage3), or its name
// among the steps of the build. recordID may be empty.
func (n *Names) Step(ctx context.Context, q Query, t Task, build int64, recordID, word string) (Step, error) {
	position, isNumber := typed.StepPosition(word)
	steps, err := n.lists.Steps(ctx, t.id, build, recordID)
	if err != nil && !isNumber && !logsapi.OutOfReach(err) {
		return Step{}, err
	}
	if isNumber {
		for _, s := range steps {
			if s.Position == position {
				return StepOf(s), nil
			}
		}
		s := Step{Position: position, Node: int64(position)}
		if len(steps) > 0 && position > steps[len(steps)-1].Position {
			s.Beyond = n.unknownStep(q, word, steps, nil)
		}
		return s, nil
	}
	fits := matching(namesOfSteps(steps), word)
	if len(fits) == 1 {
		i, _ := strconv.Atoi(fits[0].id)
		return StepOf(steps[i]), nil
	}
	return Step{}, n.unknownStep(q, word, steps, fits)
}

// StepNumber reads the word for a step of which only the position can be used.
func (n *Names) StepNumber(q Query, word string) (int, error) {
	position, ok := typed.StepPosition(word)
	if !ok {
		return 0, n.unknownStep(q, word, nil, nil)
	}
	return position, nil
}

// namesOfSteps are the names of steps; their ids are their places in the list.
func namesOfSteps(steps []logsapi.Step) []named {
	var names []named
	for i, s := range steps {
		names = append(names, named{id: strconv.Itoa(i), name: s.Name})
	}
	return names
}

func (n *Names) unknownStep(q Query, word string, steps []logsapi.Step, fits []named) error {
	if len(steps) == 0 {
		return typed.Wrong(texts.NoStepNumber.With(texts.Quote(word)), n.Examples(q.Caller, q.Verb)...)
	}
	p := &typed.Problem{Says: texts.NoStep.With(texts.Quote(word))}
	if len(fits) > 1 {
		p.Says = texts.StepsFit.With(texts.Quote(word), texts.StepNoun.Count(len(fits)))
	}
	var lower []string
	for _, s := range steps {
		lower = append(lower, strings.ToLower(s.Name))
	}
	near := typed.Nearest(strings.ToLower(word), lower)
	if near != "" {
		p.Says = texts.MeantStep.With(texts.Quote(word))
	}
	for _, s := range steps {
		if near == "" || strings.ToLower(s.Name) == near {
			p.Try = append(p.Try, typed.Suggestion{Line: q.WithStep(Stage(s.Position)), Does: texts.Plain(s.Name)})
		}
	}
	return p
}
