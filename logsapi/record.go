package logsapi

import (
	"context"
	"fmt"
	"time"

	"logbot/logsapi/wire"
)

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

// Record looks up what the service knows of one build
// (GET /v1/record/{job_id}/{build_no}/record-info), first of all the record id
// that names its step files. Regions that do not publish the endpoint give an
// error of kind ErrNotPublished.
func (b *builds) Record(ctx context.Context, taskID string, build int64) (Record, error) {
	op := fmt.Sprintf("read record of build %d of task %.64s", build, taskID)
	if err := checkBuild(taskID, build); err != nil {
		return Record{}, wire.Invalid("read record", err)
	}
	path := fmt.Sprintf("/v1/record/%s/%d/record-info", taskID, build)
	row, err := wire.Get[buildRow](ctx, b.wire, wire.Request{Op: op, Path: path})
	if err != nil {
		return Record{}, err
	}
	got := row.build()
	return Record{
		ID: got.RecordID, State: got.State, Branch: got.Branch, Commit: got.Commit, Message: got.Message, Trigger: got.Trigger,
		Started: got.Started, Finished: row.finished(), Duration: got.Duration,
	}, nil
}
