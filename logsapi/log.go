package logsapi

import "fmt"

// Log is one readable, paged log: an endpoint together with the ids it needs.
// The implementations are FinishedLog, LiveLog, StepLog, FinishedStepLog, CheckLog and CheckDetail; they are
// comparable values and may be used as map keys.
type Log interface {
	// String names the log in errors, cache keys and our own log lines, such as
	// "finished/48c66c6002964721be537cdc6ce0297b/7". Two logs are the same log
	// exactly when their strings are equal.
	String() string
	// endpoint also reports what is wrong with the ids.
	endpoint() (endpoint, error)
}

// FinishedLog is the log of a finished build, all steps joined
// (GET /v1/log/stage/page).
type FinishedLog struct {
	TaskID string // job_id, 32 hex digits
	Build  int64  // build_no, from 1
}

// LiveLog is the log of a whole build, also while it runs
// (GET /v1/log/{job_id}/{build_no}/real-time-log).
type LiveLog struct {
	TaskID string // job_id, 32 hex digits
	Build  int64  // build_no, from 1
}

// StepLog is the log of one step of a build (GET /v1/log/task/step). The
// documentation calls it that of an active step; see FinishedStepLog.
type StepLog struct {
	TaskID string // job_id, 32 hex digits
	Build  int64  // build_no, from 1
	Step   int64  // step_id
}

// FinishedStepLog is the log of one step of a finished build (GET
// /v1/log/task/page). It is not one of the five documented for every region.
type FinishedStepLog StepLog

// CheckLog is the log of one check run (GET /v1/console-log).
type CheckLog struct {
	RunID string // job_id of the sub-task; see IsCheckID
}

func (l FinishedLog) String() string { return fmt.Sprintf("finished/%s/%d", l.TaskID, l.Build) }
func (l LiveLog) String() string     { return fmt.Sprintf("live/%s/%d", l.TaskID, l.Build) }
func (l StepLog) String() string     { return fmt.Sprintf("step/%s/%d/%d", l.TaskID, l.Build, l.Step) }

func (l FinishedStepLog) String() string {
	return fmt.Sprintf("finished-step/%s/%d/%d", l.TaskID, l.Build, l.Step)
}

func (l CheckLog) String() string { return "check/" + l.RunID }
