package commands

import (
	"context"
	"strconv"
	"strings"

	"logbot/commands/texts"
	"logbot/logsapi"
)

// recentBuilds is how many builds `builds` shows, and how far back "last-N"
// reaches.
const recentBuilds = 10

// lastWord stands for the last build that has ended.
const lastWord = "last"

// build reads TASK and BUILD from the first two words, and makes the command
// name both. BUILD is a number, #128, "last" or "last-1"; left out it is the one
// that a pasted address names, else the last one that has ended.
func (c *Commands) build(ctx context.Context, in *call) (task, int64, error) {
	t, err := c.task(ctx, in, in.words[0])
	if err != nil {
		return task{}, 0, err
	}
	n, err := c.numberOf(ctx, in, t)
	if err != nil {
		return task{}, 0, err
	}
	in.audited.Build = n
	in.pin(t, n)
	return t, n, nil
}

func (c *Commands) numberOf(ctx context.Context, in *call, t task) (int64, error) {
	word := lastWord
	if len(in.words) > 1 {
		word = strings.TrimRight(strings.ToLower(narrow(in.words[1])), ".,;:!?。、")
	} else if t.build > 0 {
		return t.build, nil
	}
	if back, ok := strings.CutPrefix(word, lastWord); ok {
		return c.recentBuild(ctx, in, t, back)
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64)
	if err == nil && n > 0 {
		return n, nil
	}
	if nearest(word, []string{lastWord}) != "" {
		return 0, wrong(texts.MeantLast.With(texts.Quote(in.words[1])), in.withBuild(t.word, lastWord))
	}
	return 0, wrong(texts.NoBuildNumber.With(texts.Quote(in.words[1])), in.withBuild(t.word, lastWord), typed("builds", t.word))
}

// withBuild is the command with another task and build.
func (in *call) withBuild(task, build string) string {
	words := []string{task, build}
	if len(in.words) > 2 {
		words = append(words, in.words[2:]...)
	}
	return (&call{verb: in.verb, words: words, flags: in.flags}).line()
}

// recentBuild is the build that many before the last one that has ended: back is
// "" or "-1" and alike.
func (c *Commands) recentBuild(ctx context.Context, in *call, t task, back string) (int64, error) {
	n := 0
	if back != "" {
		var err error
		if n, err = strconv.Atoi(back); err != nil || n > -1 || n <= -recentBuilds {
			return 0, wrong(texts.NoBuildWord.With(texts.Quote(lastWord+back), recentBuilds-1), in.withBuild(t.word, lastWord))
		}
	}
	builds, err := c.builds.Builds(ctx, t.id, recentBuilds)
	if logsapi.OutOfReach(err) {
		return 0, wrong(texts.WhichBuild.With(t.name), in.withBuild(t.word, "128"))
	}
	if err != nil {
		return 0, err
	}
	for _, b := range builds {
		if !b.State.Finished() {
			continue
		}
		if n == 0 {
			return b.Number, nil
		}
		n++
	}
	return 0, wrong(texts.NoSuchBuild.With(t.name, texts.BuildNoun.Count(len(builds))), typed("builds", t.word))
}

// step is a resolved step of a build.
type step struct {
	position int    // 1 for stage1
	node     int64  // what the step's own log is asked by
	name     string // empty where the service does not tell
	mapped   bool   // node is the service's own, not just the typed number
	beyond   error  // the service tells of fewer steps; nil where it is not known
}

// label is `"Maven test"`, or "step 3".
func (s step) label() texts.Phrase {
	if s.name != "" {
		return texts.Join(texts.Nothing, texts.Quote(s.name))
	}
	return texts.StepNumber.With(s.position)
}

// stage is how the service names the step at a position: stage3.
func stage(position int) string { return "stage" + strconv.Itoa(position) }

// step finds what the word for a step names: its position (3, stage3), or its
// name among the steps of the build.
func (c *Commands) step(ctx context.Context, in *call, b buildFacts, word string) (step, error) {
	position, isNumber := stepPosition(word)
	steps, err := c.builds.Steps(ctx, b.task.id, b.build, b.Record.ID)
	if err != nil && !isNumber && !logsapi.OutOfReach(err) {
		return step{}, err
	}
	if isNumber {
		for _, s := range steps {
			if s.Position == position {
				return stepOf(s), nil
			}
		}
		s := step{position: position, node: int64(position)}
		if len(steps) > 0 && position > steps[len(steps)-1].Position {
			s.beyond = c.unknownStep(in, word, steps, nil)
		}
		return s, nil
	}
	fits := matching(namesOfSteps(steps), word)
	if len(fits) == 1 {
		i, _ := strconv.Atoi(fits[0].id)
		return stepOf(steps[i]), nil
	}
	return step{}, c.unknownStep(in, word, steps, fits)
}

// namesOfSteps are the names of steps; their ids are their places in the list.
func namesOfSteps(steps []logsapi.Step) []named {
	var names []named
	for i, s := range steps {
		names = append(names, named{strconv.Itoa(i), s.Name})
	}
	return names
}

func stepOf(s logsapi.Step) step {
	return step{position: s.Position, node: s.NodeID, name: s.Name, mapped: s.NodeID != 0}
}

// stepPosition reads 3 and stage3.
func stepPosition(word string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToLower(narrow(word)), "stage"))
	return n, err == nil && n > 0
}

func (c *Commands) unknownStep(in *call, word string, steps []logsapi.Step, fits []named) error {
	if len(steps) == 0 {
		return wrong(texts.NoStepNumber.With(texts.Quote(word)), c.examples(in)...)
	}
	p := &problem{says: texts.NoStep.With(texts.Quote(word))}
	if len(fits) > 1 {
		p.says = texts.StepsFit.With(texts.Quote(word), texts.StepNoun.Count(len(fits)))
	}
	var lower []string
	for _, s := range steps {
		lower = append(lower, strings.ToLower(s.Name))
	}
	near := nearest(strings.ToLower(word), lower)
	if near != "" {
		p.says = texts.MeantStep.With(texts.Quote(word))
	}
	for _, s := range steps {
		if near == "" || strings.ToLower(s.Name) == near {
			p.try = append(p.try, suggestion{line: in.withStep(stage(s.Position)), does: texts.Plain(s.Name)})
		}
	}
	return p
}

// withStep is the typed command with another step.
func (in *call) withStep(s string) string {
	if in.has("step") {
		return in.again("step", s)
	}
	words := append([]string{}, in.words...)
	words[len(words)-1] = s
	return (&call{verb: in.verb, words: words, flags: in.flags}).line()
}
