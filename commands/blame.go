package commands

import (
	"slices"
	"strings"

	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/logsapi"
)

// blame is what the steps of a build tell of how it ended.
//
// A step may be allowed to fail, and the service does not say which: its actions
// have a parameter "continue after failure". A step that failed and after which
// others ran was allowed to, or those others run in any case.
type blame struct {
	broke  find.Step   // the step that ended the build; zero if the steps do not tell
	passed []find.Step // steps that failed without ending it
	// suspects are the failed steps, the last one first, if any of them may have
	// ended the build. Then the log must tell.
	suspects []find.Step
	began    bool // a step was
}

// blameOf finds the step that ended a build in that state.
func blameOf(state logsapi.State, steps []logsapi.Step) blame {
	var b blame
	lastRun := -1 // of the steps
	var bad []int
	for i, s := range steps {
		if ran(s) {
			lastRun = i
		}
		if isBad(s.State) {
			bad = append(bad, i)
		}
	}
	b.began = lastRun >= 0
	last := -1
	if len(bad) > 0 {
		last = bad[len(bad)-1]
	}
	if state == logsapi.Aborted || state == logsapi.TimedOut {
		// It was stopped from outside, in the step that ran then.
		if lastRun >= 0 && steps[lastRun].State != logsapi.Succeeded {
			b.broke = find.StepOf(steps[lastRun])
			bad = slices.DeleteFunc(bad, func(i int) bool { return i == lastRun })
		}
		for _, i := range bad {
			b.passed = append(b.passed, find.StepOf(steps[i]))
		}
		return b
	}
	clear := last >= 0 && !slices.ContainsFunc(steps[last+1:], func(s logsapi.Step) bool { return ran(s) && s.State != logsapi.Succeeded })
	switch {
	case last < 0:
	case lastRun <= last, len(bad) == 1 && clear:
		b.broke = find.StepOf(steps[last])
		for _, i := range bad[:len(bad)-1] {
			b.passed = append(b.passed, find.StepOf(steps[i]))
		}
	default:
		for _, i := range slices.Backward(bad) {
			b.suspects = append(b.suspects, find.StepOf(steps[i]))
		}
	}
	return b
}

// isBad reports whether a step in this state can have ended its build.
func isBad(s logsapi.State) bool {
	return s == logsapi.Failed || s == logsapi.TimedOut || s == logsapi.Ended
}

// ran reports whether a step was begun. One that a stopped build did not reach may
// be called aborted, too.
func ran(s logsapi.Step) bool {
	switch s.State {
	case logsapi.Unknown, logsapi.Aborted, logsapi.Queued, logsapi.Unscheduled:
		return !s.Started.IsZero() || s.Duration > 0
	}
	return true
}

// settle takes the step that the end of the whole log is from for the one that
// ended the build, if it is one of the suspects.
func (b *blame) settle(logStep string) {
	name := read.StepName(logStep)
	i := slices.IndexFunc(b.suspects, func(s find.Step) bool { return name != "" && strings.EqualFold(s.Name, name) })
	if i < 0 {
		return
	}
	b.broke = b.suspects[i]
	for _, s := range slices.Backward(slices.Delete(b.suspects, i, i+1)) {
		b.passed = append(b.passed, s)
	}
	b.suspects = nil
}
