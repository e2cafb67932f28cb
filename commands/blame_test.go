package commands

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/commands/find"
	"logbot/logsapi"
)

func TestTheStepThatEndedTheBuildIsToldFromThoseThatWereAllowedToFail(t *testing.T) {
	const (
		ok, bad, slow, odd = logsapi.Succeeded, logsapi.Failed, logsapi.TimedOut, logsapi.Ended
		never, stop, going = logsapi.Unknown, logsapi.Aborted, logsapi.Running
	)
	states := func(all ...logsapi.State) (steps []logsapi.Step) {
		for i, s := range all {
			steps = append(steps, logsapi.Step{Position: i + 1, Name: string(rune('a' + i)), State: s})
		}
		return steps
	}
	begun := func(steps []logsapi.Step, i int) []logsapi.Step {
		steps[i].Started = time.Unix(1, 0)
		return steps
	}
	for name, c := range map[string]struct {
		state            logsapi.State
		steps            []logsapi.Step
		broke            string
		passed, suspects []string
	}{
		"one failed, nothing ran after it":                   {bad, states(ok, bad, never), "b", nil, nil},
		"one failed, the others are called aborted":          {bad, states(ok, bad, stop, stop), "b", nil, nil},
		"an earlier one was allowed to fail":                 {bad, states(bad, ok, bad, never), "c", []string{"a"}, nil},
		"the first of two in a row was allowed to fail":      {bad, states(bad, bad), "b", []string{"a"}, nil},
		"one failed, and the notification was sent":          {bad, states(ok, bad, ok), "b", nil, nil},
		"one failed, and a later one is in an unclear state": {bad, begun(states(ok, bad, never), 2), "", nil, []string{"b"}},
		"a step timed out":                                   {bad, states(bad, slow, never), "b", []string{"a"}, nil},
		"a step ended in an unknown state":                   {bad, states(bad, odd), "b", []string{"a"}, nil},
		"two failed, and the notification was sent":          {bad, states(ok, bad, bad, ok), "", nil, []string{"c", "b"}},
		"it was aborted in a step":                           {stop, begun(states(bad, ok, stop, stop), 2), "c", []string{"a"}, nil},
		"it was aborted between two steps":                   {stop, states(ok, ok, stop), "", nil, nil},
		"it timed out while a step ran":                      {slow, states(bad, going, never), "b", []string{"a"}, nil},
		"it timed out in a failed step":                      {slow, states(ok, bad), "b", nil, nil},
		"it runs on after a failure":                         {going, states(bad, going), "", nil, []string{"a"}},
		"the state of the build is not known":                {never, states(ok, bad), "b", nil, nil},
		"nothing failed":                                     {bad, states(ok, ok), "", nil, nil},
		"there are no steps":                                 {bad, nil, "", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := blameOf(c.state, c.steps)
			assert.Equal(t, c.broke, b.broke.Name)
			assert.Equal(t, c.passed, namesOf(b.passed))
			assert.Equal(t, c.suspects, namesOf(b.suspects))
		})
	}

	b := blameOf(bad, states(ok, bad, bad, ok))
	b.settle("post_build")
	assert.Len(t, b.suspects, 2, "the log's step did not fail")
	b.settle("C:shell")
	assert.Equal(t, "c", b.broke.Name)
	assert.Equal(t, []string{"b"}, namesOf(b.passed))
	assert.Empty(t, b.suspects)
}

func namesOf(steps []find.Step) (names []string) {
	for _, s := range steps {
		names = append(names, s.Name)
	}
	return names
}
