package logsapi

import (
	"context"
	"fmt"
	"time"

	"logbot/logsapi/lenient"
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

// recordResult is the result of record-info, as far as it is used.
type recordResult struct {
	RecordID lenient.Text `json:"build_record_id"` // "id" is the key of a database row
	Status   lenient.Text `json:"status"`
	Branch   lenient.Text `json:"branch"`
	Commit   lenient.Text `json:"commit"`
	Message  lenient.Text `json:"commit_message"`
	Trigger  lenient.Text `json:"trigger_type"`
	Start    lenient.Text `json:"start_time"`
	Finish   lenient.Text `json:"finish_time"`
	Duration lenient.Text `json:"duration"`
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
	result, err := wire.Get[recordResult](ctx, b.wire, wire.Request{Op: op, Path: path})
	if err != nil {
		return Record{}, err
	}
	return result.record(), nil
}

func (r *recordResult) record() Record {
	record := Record{
		ID:       string(r.RecordID),
		State:    ParseState(string(r.Status)),
		Branch:   string(r.Branch),
		Commit:   string(r.Commit),
		Message:  string(r.Message),
		Trigger:  string(r.Trigger),
		Started:  r.Start.Time(),
		Finished: r.Finish.Time(),
	}
	record.Duration = lenient.Took(record.Started, record.Finished, r.Duration)
	return record
}
