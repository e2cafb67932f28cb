package logsapi

import (
	"context"
	"fmt"
	"time"
)

// PageLines is how many lines a page holds at most: the services' documented
// default, and for LiveLog the only value they accept.
const PageLines = 1000

// Log is one readable, paged log: an endpoint together with the ids it needs.
// The implementations are FinishedLog, LiveLog, StepLog and CheckLog; they are
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

// StepLog is the log of one step of a build (GET /v1/log/task/step).
type StepLog struct {
	TaskID string // job_id, 32 hex digits
	Build  int64  // build_no, from 1
	Step   int64  // step_id
}

// CheckLog is the log of one check run (GET /v1/console-log).
type CheckLog struct {
	RunID string // job_id of the sub-task, 32 hex digits
}

func (l FinishedLog) String() string { return fmt.Sprintf("finished/%s/%d", l.TaskID, l.Build) }
func (l LiveLog) String() string     { return fmt.Sprintf("live/%s/%d", l.TaskID, l.Build) }
func (l StepLog) String() string     { return fmt.Sprintf("step/%s/%d/%d", l.TaskID, l.Build, l.Step) }
func (l CheckLog) String() string    { return "check/" + l.RunID }

// StepFile is the log file of one step (GET /v4/{record_id}/task-log).
type StepFile struct {
	RecordID string // record_id, 36 characters
	Step     int    // position of the step in the build, from 1: task_name=stageN
	Debug    bool   // log_level DEBUG instead of INFO
}

// Order is the direction in which the pages of a log are read.
type Order int

const (
	Ascending  Order = iota // from the first line towards the last
	Descending              // from the last line towards the first
)

// Cursor is the pair of offsets that continues a log after a page. The zero
// Cursor starts: at the first line ascending, at the last line descending.
// Offsets are compared and sent back, nothing else; that they count bytes is
// an assumption nothing relies on.
type Cursor struct {
	Start int64 // start_offset
	End   int64 // end_offset
}

// PageRequest asks for one page of a log.
type PageRequest struct {
	Log   Log
	Order Order
	At    Cursor
	Size  int // lines, 1 to PageLines; 0 is PageLines. FinishedLog has no size and ignores it

	// Finished says that the build was known to be finished before this
	// request. It changes nothing in the request; a cache may keep the last
	// page of a log only when it is set.
	Finished bool
}

// Page is what one request returned.
type Page struct {
	Text string // whole or cut lines, oldest first whatever the order of the request
	Next Cursor // continues in the same order; after the Last page ascending, where a running build's log will
	Last bool   // nothing follows in this order (yet, for the log of a running build)
}

// Pager reads single pages: a Client, or a cache in front of one.
type Pager interface {
	// Page returns one page, or an error that is or wraps *Error when the
	// service refused. It is safe for concurrent use.
	Page(ctx context.Context, r PageRequest) (Page, error)
}

// Record is what the service knows of one build (record-info). Fields that the
// service left out are zero.
type Record struct {
	ID       string // record_id, 36 characters: build_record_id
	State    State
	Branch   string
	Commit   string
	Message  string // commit message
	Trigger  string // trigger_type as the service writes it
	Started  time.Time
	Finished time.Time
	Duration time.Duration
}
