package folder

import (
	"strconv"
	"time"

	"logbot/logsapi/codeartsim/logtext"
)

// The states of a build, a step and a check run, as the real service spells
// them in its records.
const (
	InQueue        = "InQueue"
	Running        = "Running"
	Success        = "SUCCESS"
	Failure        = "FAILURE"
	Aborted        = "ABORTED"
	NeverScheduled = "SCHEDULE_FAILURE" // no executor was found: nothing ran, no log exists
)

// Build is one document of a build.yaml. Its log is the file Before, the steps in
// order, the file After and, if it is finished, the line "[stamp] Finished: STATE".
type Build struct {
	From  string `yaml:"from"`  // another build.yaml to take the task, steps and files from
	Until int    `yaml:"until"` // number of its steps that were run; all if missing

	Task     Task   `yaml:"task"`
	Number   int64  `yaml:"build"`
	Record   string `yaml:"record"` // 36 characters
	Outcome  `yaml:",inline"`
	Queue    time.Duration `yaml:"queue"` // wait before the start
	Grows    bool          `yaml:"grows"` // it starts with the server, and its log grows
	Asked    time.Duration `yaml:"asked"` // for a build that grows: from the start of the server to the request for the build
	Executor string        `yaml:"executor"`
	Branch   string        `yaml:"branch"`
	Commit   string        `yaml:"commit"`
	Message  string        `yaml:"message"` // of the commit
	Trigger  string        `yaml:"trigger"`
	Before   string        `yaml:"before"` // file with the lines before the first step
	After    string        `yaml:"after"`
	Steps    []Step        `yaml:"steps"` // the first is stage1
	Analysis []Finding     `yaml:"analysis"`

	file     string // its file
	before   *logtext.Text
	whole    *logtext.Text
	arrivals []arrival // when each line appears, if it grows
}

func (b *Build) QueuedAt() time.Time { return b.Started.Add(-b.Queue) }

// isVisible reports whether the build has been requested by then.
func (b *Build) isVisible(now time.Time) bool { return !b.Grows || !now.Before(b.QueuedAt()) }

// ExecutionID is the id of the build for its executor.
func (b *Build) ExecutionID() string { return b.Task.ID + "_" + strconv.FormatInt(b.Number, 10) }

// Task is the build task of a build.
type Task struct {
	Name       string  `yaml:"name"`
	ID         string  `yaml:"id"` // 32 hex digits
	Project    Project `yaml:"project"`
	Repository string  `yaml:"repository"`
}

// Project is a CodeArts project. A task without one is not in any list.
type Project struct {
	Name string `yaml:"name"`
	ID   string `yaml:"id"` // 32 hex digits
}

// Finding is what the analysis of the service says about a failed step.
type Finding struct {
	Step    int    `yaml:"step"` // from 1
	Code    string `yaml:"code"`
	Message string `yaml:"message"`
	FAQ     string `yaml:"faq"`
}

type Step struct {
	Name   string `yaml:"name"`
	ID     int64  `yaml:"step_id"`
	State  string `yaml:"state"`
	source `yaml:",inline"`
	Debug  *source `yaml:"debug"` // served at level DEBUG

	log, debug        *logtext.Text
	started, finished time.Time // from the stamps of the log
}

// Outcome is when something ran and how it ended.
type Outcome struct {
	State    string        `yaml:"state"`
	Started  time.Time     `yaml:"started"`
	Duration time.Duration `yaml:"duration"`
}

func (o Outcome) Finished() time.Time { return o.Started.Add(o.Duration) }

// Final reports whether a state cannot change any more.
func Final(state string) bool { return state != Running && state != InQueue && state != "" }

// Snapshot is a build at one moment. State, Log and Steps hide those of the
// finished build.
type Snapshot struct {
	*Build
	State string
	Log   *logtext.Text
	Steps []StepSnapshot
	// Unbegun says that the build ended before it began: it has no start, steps or log.
	Unbegun bool
}

// NeverRan reports whether nothing of the build ran, and nothing will.
func (v Snapshot) NeverRan() bool { return v.State == NeverScheduled || v.Unbegun }

// StepSnapshot is a step at that moment. State and Log are empty until the step
// begins.
type StepSnapshot struct {
	*Step
	Number            int // from 1
	State             string
	Log, Debug        *logtext.Text
	Started, Finished time.Time // zero until then
}

// Snapshot returns the build as it is at a moment.
func (b *Build) Snapshot(now time.Time) Snapshot {
	v := Snapshot{Build: b, State: b.State, Log: b.whole}
	if b.Grows && now.Before(b.Finished()) {
		v.State = Running
		if now.Before(b.Started) {
			v.State = InQueue
		}
		v.Log = b.whole.Head(b.visibleBytes(now))
	}
	left := v.Log.Size - b.before.Size
	for i := range b.Steps {
		v.Steps = append(v.Steps, b.Steps[i].snapshot(i+1, left))
		left -= b.Steps[i].log.Size
	}
	return v
}

// snapshot returns the step when there are this many bytes of it and of what comes
// after it.
func (s *Step) snapshot(number int, there int64) StepSnapshot {
	v := StepSnapshot{Step: s, Number: number, Log: s.log.Head(max(there, 0))}
	v.Debug = v.Log // the DEBUG file is written when the step ends
	if there <= 0 {
		return v
	}
	v.State, v.Started = Running, s.started
	if there >= s.log.Size {
		v.State, v.Debug = s.State, s.debug
	}
	if Final(v.State) {
		v.Finished = s.finished
	}
	return v
}

// Duration is the duration of the step, or 0 while it is not finished.
func (s StepSnapshot) Duration() time.Duration {
	return max(s.Finished.Sub(s.Started), 0)
}

// Took is the duration of the build, or 0 while it is not finished.
func (v Snapshot) Took() time.Duration {
	if !Final(v.State) {
		return 0
	}
	return v.Duration
}
