package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"logbot/logsapi"
)

// recentBuilds is how many builds `builds` shows, and how far back "last-N"
// reaches.
const recentBuilds = 10

// build reads TASK and BUILD from the first two words. BUILD is a number, #128,
// "last" or "last-1"; left out it is the last one that has ended.
func (c *Commands) build(ctx context.Context, in *call) (task, int64, error) {
	t, err := c.task(ctx, in, in.words[0])
	if err != nil {
		return task{}, 0, err
	}
	word := "last"
	if len(in.words) > 1 {
		word = strings.ToLower(in.words[1])
	}
	if back, ok := strings.CutPrefix(word, "last"); ok {
		n, err := c.recentBuild(ctx, in, t, back)
		return t, n, err
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64)
	if err != nil || n < 1 {
		return task{}, 0, wrong(fmt.Sprintf("%s is no build number; builds are counted from 1.", quote(in.words[1])), exampleLines(in.verb)...)
	}
	return t, n, nil
}

// recentBuild is the build that many before the last one that has ended: back is
// "" or "-1" and alike.
func (c *Commands) recentBuild(ctx context.Context, in *call, t task, back string) (int64, error) {
	n := 0
	if back != "" {
		var err error
		if n, err = strconv.Atoi(back); err != nil || n > -1 || n <= -recentBuilds {
			return 0, wrong(fmt.Sprintf("%s is no build: write last, or last-1 to last-%d.", quote("last"+back), recentBuilds-1), in.with(t.word))
		}
	}
	builds, err := c.builds.Builds(ctx, t.id, recentBuilds)
	if logsapi.OutOfReach(err) {
		return 0, wrong(fmt.Sprintf("Which build of %s? Please add its number; the service does not tell which was the last:", t.name),
			in.verb.name+" "+t.word+" 128")
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
	return 0, wrong(fmt.Sprintf("%s has no such build: %s.", t.name, count(len(builds), "build")+" known, and not that many have ended"), "builds "+t.word)
}

// step is a resolved step of a build.
type step struct {
	position int    // 1 for stage1
	node     int64  // what the step's own log is asked by
	name     string // empty where the service does not tell
	mapped   bool   // node is the service's own, not just the typed number
}

// label is `"Maven test"`, or "step 3".
func (s step) label() string {
	if s.name != "" {
		return strconv.Quote(s.name)
	}
	return fmt.Sprintf("step %d", s.position)
}

// stage is how the service names the step at a position: stage3.
func stage(position int) string { return fmt.Sprintf("stage%d", position) }

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
		return step{position: position, node: int64(position)}, nil
	}
	var names []named
	for i, s := range steps {
		names = append(names, named{strconv.Itoa(i), s.Name})
	}
	fits := matching(names, word)
	if len(fits) == 1 {
		i, _ := strconv.Atoi(fits[0].id)
		return stepOf(steps[i]), nil
	}
	return step{}, unknownStep(in, word, steps, fits)
}

func stepOf(s logsapi.Step) step {
	return step{position: s.Position, node: s.NodeID, name: s.Name, mapped: s.NodeID != 0}
}

// stepPosition reads 3 and stage3.
func stepPosition(word string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToLower(word), "stage"))
	return n, err == nil && n > 0
}

func unknownStep(in *call, word string, steps []logsapi.Step, fits []named) error {
	if len(steps) == 0 {
		return wrong(fmt.Sprintf("%s is no step; steps are counted from 1 and written 3 or stage3.", quote(word)), exampleLines(in.verb)...)
	}
	says := fmt.Sprintf("No step is called %s.", quote(word))
	if len(fits) > 1 {
		says = fmt.Sprintf("%s fits %s.", quote(word), count(len(fits), "step"))
	}
	p := &problem{says: says + " The steps are:"}
	for _, s := range steps {
		p.try = append(p.try, Example{Line: in.withStep(stage(s.Position)), Does: s.Name})
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
	return in.verb.name + " " + strings.Join(words, " ")
}
