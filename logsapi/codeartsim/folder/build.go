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
	NeverScheduled = "SCHEDULE_FAILURE" // no executor was found, so nothing ran and there is no log
)

// Build is one document of a build.yaml. The log of the whole build is the file
// before, the steps in their order and the file after, and, once it is over,
// the closing line "[stamp] Finished: STATE".
type Build struct {
	From  string `yaml:"from"`  // another build.yaml, whose task, steps and files these are, too
	Until int    `yaml:"until"` // how many of its steps were run; all when left out

	Task     Task   `yaml:"task"`
	Number   int64  `yaml:"build"`
	Record   string `yaml:"record"` // 36 characters
	Outcome  `yaml:",inline"`
	Queue    time.Duration `yaml:"queue"` // how long it waited before it started
	Grows    bool          `yaml:"grows"` // it begins when the Server does
	Asked    time.Duration `yaml:"asked"` // how long after the Server one that grows is asked for
	Executor string        `yaml:"executor"`
	Branch   string        `yaml:"branch"`
	Commit   string        `yaml:"commit"`
	Message  string        `yaml:"message"` // of the commit
	Trigger  string        `yaml:"trigger"`
	Before   string        `yaml:"before"` // file of what belongs to no step
	After    string        `yaml:"after"`
	Steps    []Step        `yaml:"steps"` // the first is stage1
	Analysis []Finding     `yaml:"analysis"`

	file     string // its file
	before   *logtext.Text
	whole    *logtext.Text
	arrivals []arrival // of a build that grows
}

func (b *Build) QueuedAt() time.Time { return b.Started.Add(-b.Queue) }

// isVisible reports whether somebody has asked for the build by then. One that grows
// is nowhere to be seen before.
func (b *Build) isVisible(now time.Time) bool { return !b.Grows || !now.Before(b.QueuedAt()) }

// ExecutionID is the id under which an executor knows the build.
func (b *Build) ExecutionID() string { return b.Task.ID + "_" + strconv.FormatInt(b.Number, 10) }

// Task is what a build is one of.
type Task struct {
	Name       string  `yaml:"name"`
	ID         string  `yaml:"id"` // 32 hex digits
	Project    Project `yaml:"project"`
	Repository string  `yaml:"repository"`
}

// Project is a project of CodeArts. A task without one is in no list.
type Project struct {
	Name string `yaml:"name"`
	ID   string `yaml:"id"` // 32 hex digits
}

// Finding is what the service's own analysis says of a failed step.
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
	started, finished time.Time // by the stamps of the log
}

// Outcome says when something ran and how it ended.
type Outcome struct {
	State    string        `yaml:"state"`
	Started  time.Time     `yaml:"started"`
	Duration time.Duration `yaml:"duration"`
}

func (o Outcome) Finished() time.Time { return o.Started.Add(o.Duration) }

// Final reports whether a state is one that will not change.
func Final(state string) bool { return state != Running && state != InQueue && state != "" }

// Snapshot is a build as it stands at one moment.
type Snapshot struct {
	*Build
	State string
	Log   *logtext.Text
	Steps []StepSnapshot
}

// StepSnapshot is a step as it stands at that moment. Its state is empty, and so is
// its log, as long as it has not begun.
type StepSnapshot struct {
	*Step
	Number            int // from 1
	State             string
	Log, Debug        *logtext.Text
	Started, Finished time.Time // zero as long as it has not
}

// Snapshot is the build as it stands at a moment.
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

// snapshot is the step when so many bytes of it and of what comes after it are there.
func (s *Step) snapshot(number int, there int64) StepSnapshot {
	v := StepSnapshot{Step: s, Number: number, Log: s.log.Head(max(there, 0))}
	v.Debug = v.Log // the file of level DEBUG is written in the end
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

// Duration is how long the step took, or 0 as long as it is not over.
func (s StepSnapshot) Duration() time.Duration {
	return max(s.Finished.Sub(s.Started), 0)
}

// Took is how long the build ran, or 0 as long as it is not over.
func (v Snapshot) Took() time.Duration {
	if !Final(v.State) {
		return 0
	}
	return v.Duration
}
