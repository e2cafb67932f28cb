package watch

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"logbot/cache/state"
	"logbot/logsapi"
)

const (
	// maxRunning bounds the builds of a task that are remembered as running, and
	// maxPending the builds of a watch that are not told yet. Further ones are found
	// later. Both together fit into the 4 KiB that a watch has for a note.
	maxRunning = 40
	maxPending = 40
	// maxForced is how often builds are listed without a change, which takes about two
	// hours; forcedEvery is the pause after that.
	maxForced   = 300
	forcedEvery = 5 * time.Minute
)

// note is state.WatchState.Note: what was seen of the task, and what is not told yet.
// It is stored as JSON. The newest build that was judged is state.WatchState.Build.
type note struct {
	Row     string    `json:"row,omitempty"`  // how the list of tasks showed the task when its builds were last listed
	Running []int64   `json:"run,omitempty"`  // builds that had not ended, lowest first
	Pending []outcome `json:"tell,omitempty"` // builds to be told, lowest first
	Forced  int       `json:"f,omitempty"`    // how often the builds were listed without a change of the row

	// Seen is how the list showed the task last, if it has changed and the builds were not
	// listed since; Since is when it changed first, Unix ms.
	Seen  string `json:"seen,omitempty"`
	Since int64  `json:"since,omitempty"`

	Read bool `json:"read,omitempty"` // the last failed builds were read; see lessonKind

	Lost *lost `json:"lost,omitempty"` // nil: the task can be read

	// From is the project whose list did not have the task, so that it is looked at by
	// itself; Moved is when that began, Unix ms.
	From  string `json:"from,omitempty"`
	Moved int64  `json:"moved,omitempty"`
}

// outcome is a build that ended and may have to be told.
type outcome struct {
	Build int64         `json:"n"`
	State logsapi.State `json:"s"`
	Ended int64         `json:"e,omitempty"` // Unix ms; 0 if unknown
}

func noteOf(s state.WatchState) (n note) {
	if json.Unmarshal([]byte(s.Note), &n) != nil {
		return note{}
	}
	return n
}

func (n note) encode() string {
	content, err := json.Marshal(n)
	if err != nil { // strings and numbers only
		panic(fmt.Sprintf("write the note of a watch: %v", err))
	}
	return string(content)
}

// withoutPending removes a build from those to be told; found is false if it was not
// among them.
func (n note) withoutPending(build int64) (_ note, found bool) {
	before := len(n.Pending)
	n.Pending = slices.DeleteFunc(n.Pending, func(o outcome) bool { return o.Build == build })
	return n, len(n.Pending) < before
}

// mustList reports whether the builds must be listed although the row is the same. The
// row shows only the newest build: an older one may still run, or the list of builds was
// behind the row. lastSeen is when the builds were last listed.
func (n note) mustList(running bool, lastSeen time.Time) bool {
	if len(n.Running) == 0 || running && len(n.Running) == 1 {
		return false
	}
	return n.Forced < maxForced || time.Since(lastSeen) >= forcedEvery
}

// oldestNeeded is the lowest build that a list must reach so that judge misses nothing;
// judged is the newest build that was judged.
func (n note) oldestNeeded(judged int64) int64 {
	if len(n.Running) > 0 {
		return min(judged+1, n.Running[0])
	}
	return judged + 1
}

// baseline is what a new watch has seen, from the newest builds of its task: builds that
// have ended are not told, those that run are.
func baseline(newest []logsapi.Build) (s state.WatchState) {
	var n note
	for _, b := range newest {
		if b.Number > s.Build {
			s.Build = b.Number
			n.Row = row{b.State, b.Started.UnixMilli(), !b.State.Finished()}.String()
		}
		if !b.State.Finished() && len(n.Running) < maxRunning {
			n.Running = append(n.Running, b.Number)
		}
	}
	slices.Sort(n.Running)
	s.Note = n.encode()
	return s
}
