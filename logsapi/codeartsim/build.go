package codeartsim

import (
	"strconv"
	"time"
)

// The states of a build, a step and a check run, as the real service spells
// them in its records.
const (
	inQueue        = "InQueue"
	running        = "Running"
	success        = "SUCCESS"
	failure        = "FAILURE"
	aborted        = "ABORTED"
	neverScheduled = "SCHEDULE_FAILURE" // no executor was found, so nothing ran and there is no log
)

// build is one document of a build.yaml. The log of the whole build is the file
// before, the steps in their order and the file after, and, once it is over,
// the closing line "[stamp] Finished: STATE".
type build struct {
	From  string `yaml:"from"`  // another build.yaml, whose task, steps and files these are, too
	Until int    `yaml:"until"` // how many of its steps were run; all when left out

	Task     task   `yaml:"task"`
	Number   int64  `yaml:"build"`
	Record   string `yaml:"record"` // 36 characters
	outcome  `yaml:",inline"`
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
	Steps    []step        `yaml:"steps"` // the first is stage1
	Analysis []finding     `yaml:"analysis"`

	at       string // its file
	before   *text
	whole    *text
	arrivals []arrival // of a build that grows
}

func (b *build) queued() time.Time { return b.Started.Add(-b.Queue) }

// asked reports whether somebody has asked for the build by then. One that grows
// is nowhere to be seen before.
func (b *build) asked(now time.Time) bool { return !b.Grows || !now.Before(b.queued()) }

// execution is the id under which an executor knows the build.
func (b *build) execution() string { return b.Task.ID + "_" + strconv.FormatInt(b.Number, 10) }

// task is what a build is one of.
type task struct {
	Name       string  `yaml:"name"`
	ID         string  `yaml:"id"` // 32 hex digits
	Project    project `yaml:"project"`
	Repository string  `yaml:"repository"`
}

// project is a project of CodeArts. A task without one is in no list.
type project struct {
	Name string `yaml:"name"`
	ID   string `yaml:"id"` // 32 hex digits
}

// finding is what the service's own analysis says of a failed step.
type finding struct {
	Step    int    `yaml:"step"` // from 1
	Code    string `yaml:"code"`
	Message string `yaml:"message"`
	FAQ     string `yaml:"faq"`
}

type step struct {
	Name   string `yaml:"name"`
	ID     int64  `yaml:"step_id"`
	State  string `yaml:"state"`
	source `yaml:",inline"`
	Debug  *source `yaml:"debug"` // served at level DEBUG

	log, debug        *text
	started, finished time.Time // by the stamps of the log
}

// outcome says when something ran and how it ended.
type outcome struct {
	State    string        `yaml:"state"`
	Started  time.Time     `yaml:"started"`
	Duration time.Duration `yaml:"duration"`
}

func (o outcome) finished() time.Time { return o.Started.Add(o.Duration) }

// over reports whether a state is one that will not change.
func over(state string) bool { return state != running && state != inQueue && state != "" }

// view is a build as it stands at one moment.
type view struct {
	*build
	state string
	log   *text
	steps []stepView
}

// stepView is a step as it stands at that moment. Its state is empty, and so is
// its log, as long as it has not begun.
type stepView struct {
	*step
	number            int // from 1
	state             string
	log, debug        *text
	started, finished time.Time // zero as long as it has not
}

// seen is the build as it stands at a moment.
func (b *build) seen(now time.Time) view {
	v := view{build: b, state: b.State, log: b.whole}
	if b.Grows && now.Before(b.finished()) {
		v.state = running
		if now.Before(b.Started) {
			v.state = inQueue
		}
		v.log = b.whole.head(b.visible(now))
	}
	left := v.log.size - b.before.size
	for i := range b.Steps {
		v.steps = append(v.steps, b.Steps[i].seen(i+1, left))
		left -= b.Steps[i].log.size
	}
	return v
}

// seen is the step when so many bytes of it and of what comes after it are there.
func (s *step) seen(number int, there int64) stepView {
	v := stepView{step: s, number: number, log: s.log.head(max(there, 0))}
	v.debug = v.log // the file of level DEBUG is written in the end
	if there <= 0 {
		return v
	}
	v.state, v.started = running, s.started
	if there >= s.log.size {
		v.state, v.debug = s.State, s.debug
	}
	if over(v.state) {
		v.finished = s.finished
	}
	return v
}

// duration is how long the step took, or 0 as long as it is not over.
func (s stepView) duration() time.Duration {
	return max(s.finished.Sub(s.started), 0)
}
