package watch

import (
	"cmp"
	"slices"

	"logbot/logsapi"
)

// isFailure reports whether a build that ended so counts as failed. An aborted one was
// stopped by a person and says nothing about the task.
func isFailure(s logsapi.State) bool {
	return s == logsapi.Failed || s == logsapi.TimedOut || s == logsapi.Unscheduled
}

// endOf is when a build ended, in Unix ms; 0 if that is unknown.
func endOf(b logsapi.Build) int64 {
	if b.Started.IsZero() || b.Duration <= 0 {
		return 0
	}
	return b.Started.Add(b.Duration).UnixMilli()
}

// judge finds the builds that have ended since the watch was judged last: those above
// judged, and those that were running then, in whatever order they ended. A success is
// told only after a failure; failing says that one was told. complete is false if more
// builds must be told first than a note has room for.
// Builds that left says to leave out count as judged.
func judge(judged int64, n note, failing bool, builds []logsapi.Build, left func(logsapi.Build) bool) (newJudged int64, next note, complete bool) {
	builds = slices.Clone(builds)
	slices.SortFunc(builds, func(a, b logsapi.Build) int { return cmp.Compare(a.Number, b.Number) })
	next = n
	next.Pending, next.Running, next.Forced = slices.Clone(n.Pending), nil, 0
	newJudged, complete = judged, true
	listed := map[int64]bool{}
	lowest := int64(0)
	for i, b := range builds {
		if i == 0 {
			lowest = b.Number
		}
		listed[b.Number] = true
		if b.Number <= judged && !slices.Contains(n.Running, b.Number) {
			continue
		}
		if left(b) {
			newJudged = max(newJudged, b.Number)
			continue
		}
		if len(next.Pending) == maxPending || len(next.Running) == maxRunning {
			complete = false
			if b.Number <= judged { // keep it for the next time
				next.Running = append(next.Running, b.Number)
			}
			continue
		}
		switch {
		case !b.State.Finished():
			next.Running = append(next.Running, b.Number)
		case isFailure(b.State), b.State == logsapi.Succeeded && (failing || len(next.Pending) > 0):
			next.Pending = append(next.Pending, outcome{Build: b.Number, State: b.State, Ended: endOf(b)})
		}
		newJudged = max(newJudged, b.Number)
	}
	// A running build that is missing from the list was deleted if older ones are
	// listed; otherwise the list does not reach it.
	for _, b := range n.Running {
		if !listed[b] && b < lowest && len(next.Running) < maxRunning {
			next.Running = append(next.Running, b)
		}
	}
	slices.Sort(next.Running)
	next.Running = slices.Compact(next.Running)
	slices.SortFunc(next.Pending, func(a, b outcome) int { return cmp.Compare(a.Build, b.Build) })
	return newJudged, next, complete
}
