package jobs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"logbot/cache/state"
	"logbot/logsapi"
)

const (
	// maxRunning bounds the builds of a task that are remembered as running.
	maxRunning = 40
	// maxPending bounds the builds of a watch that wait to be told; further ones
	// are found when these were. Both together fit a watch's note of 4 KiB.
	maxPending = 40
	// maxForced is how often builds are listed without a change, some two hours;
	// forcedEvery is the pause after that.
	maxForced   = 300
	forcedEvery = 5 * time.Minute
)

// seen is the note of a watch: what was seen of the task and is not told yet. The
// newest build that was judged is the watch's Build.
type seen struct {
	Row     string  `json:"row,omitempty"`  // how the task looked in its list, when its builds were listed last
	Running []int64 `json:"run,omitempty"`  // builds that had not ended, lowest first
	Pending []ended `json:"tell,omitempty"` // builds that wait to be told, lowest first
	Forced  int     `json:"f,omitempty"`    // how often the builds were listed though the row was the same
}

// ended is a build that ended in a way that may have to be told.
type ended struct {
	Build int64         `json:"n"`
	State logsapi.State `json:"s"`
}

func seenOf(w state.Watch) (s seen) {
	if json.Unmarshal([]byte(w.Seen.Note), &s) != nil {
		return seen{}
	}
	return s
}

// open reports whether the builds must be listed although the row is the same: it
// shows only how the newest build stands, and one may still run beside it, or the
// list may have lagged behind the row. What stays open for hours is listed less
// often. at is when it was last.
func (s seen) open(running bool, at time.Time) bool {
	if len(s.Running) == 0 || running && len(s.Running) == 1 {
		return false
	}
	return s.Forced < maxForced || time.Since(at) >= forcedEvery
}

func (s seen) note() string {
	content, err := json.Marshal(s)
	if err != nil { // it holds numbers and words
		panic(fmt.Sprintf("write the note of a watch: %v", err))
	}
	return string(content)
}

// broke reports whether a build that ended so has broken: an aborted one was
// stopped by somebody, and says nothing of the task.
func broke(s logsapi.State) bool {
	return s == logsapi.Failed || s == logsapi.TimedOut || s == logsapi.Unscheduled
}

// Baseline is what is seen of a task when its watch begins, from its newest
// builds: what ended before is not told, what runs is when it breaks.
func Baseline(newest []logsapi.Build) (s state.WatchState) {
	var note seen
	for _, b := range newest {
		if b.Number > s.Build {
			s.Build = b.Number
			note.Row = rowOf(b.State, b.Started.UnixMilli(), !b.State.Finished())
		}
		if !b.State.Finished() && len(note.Running) < maxRunning {
			note.Running = append(note.Running, b.Number)
		}
	}
	slices.Sort(note.Running)
	s.Note = note.note()
	return s
}

// rowOf is how a task looks in a list: when it changes, builds have begun or
// ended.
func rowOf(s logsapi.State, lastBuilt int64, running bool) string {
	if running { // queued or not is the same here
		s = logsapi.Running
	}
	return fmt.Sprintf("%s/%d", s, lastBuilt)
}

// oldest is the lowest build that must be in a list for judge to miss nothing.
func oldest(top int64, s seen) int64 {
	if len(s.Running) > 0 {
		return min(top+1, s.Running[0])
	}
	return top + 1
}

// judge finds what has ended since the watch was judged last: builds above top,
// and those that still ran then, in whatever order they end. Successes count only
// where something broken was, or will be, told before them; told says that it
// was. all is false where more must be told first than is remembered.
func judge(top int64, s seen, told bool, builds []logsapi.Build) (newTop int64, next seen, all bool) {
	builds = slices.Clone(builds)
	slices.SortFunc(builds, func(a, b logsapi.Build) int { return cmp.Compare(a.Number, b.Number) })
	next = seen{Row: s.Row, Pending: slices.Clone(s.Pending)}
	newTop, all = top, true
	listed := map[int64]bool{}
	lowest := int64(0)
	for i, b := range builds {
		if i == 0 {
			lowest = b.Number
		}
		listed[b.Number] = true
		if b.Number <= top && !slices.Contains(s.Running, b.Number) {
			continue
		}
		if len(next.Pending) == maxPending || len(next.Running) == maxRunning {
			all = false
			if b.Number <= top { // it is looked at again
				next.Running = append(next.Running, b.Number)
			}
			continue
		}
		switch {
		case !b.State.Finished():
			next.Running = append(next.Running, b.Number)
		case broke(b.State), b.State == logsapi.Succeeded && (told || len(next.Pending) > 0):
			next.Pending = append(next.Pending, ended{b.Number, b.State})
		}
		newTop = max(newTop, b.Number)
	}
	// A build that is not listed though older ones are is gone; else it may come.
	for _, n := range s.Running {
		if !listed[n] && n < lowest && len(next.Running) < maxRunning {
			next.Running = append(next.Running, n)
		}
	}
	slices.Sort(next.Running)
	next.Running = slices.Compact(next.Running)
	slices.SortFunc(next.Pending, func(a, b ended) int { return cmp.Compare(a.Build, b.Build) })
	return newTop, next, all
}
