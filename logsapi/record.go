package logsapi

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"logbot/logsapi/lenient"
	"logbot/logsapi/wire"
)

// Record is what the service knows of one build (record-info). Fields that the
// service left out are zero.
type Record struct {
	ID       string // record_id, 36 characters: build_record_id
	Project  string // id of the CodeArts project, 32 hex digits
	State    State
	Word     string // for the state, as the service writes it, if State is Ended or Unknown
	Branch   string
	Commit   string
	Message  string // commit message
	Who      string // who started it, a name; empty if the service does not say
	Trigger  string // trigger_type as the service writes it
	Queued   time.Time
	Started  time.Time
	Finished time.Time
	Duration time.Duration

	// Error is why the build did not run, or failed, in the service's own words
	// (err_msg); ErrorCode is its status_code. Both are empty if it says nothing.
	Error     string // at most 500 bytes
	ErrorCode string
}

// NeverRan reports whether the record says that nothing of the build ran, so that
// it has no log.
func (r Record) NeverRan() bool { return r.State == Unscheduled }

// NeverBegan reports whether the build has ended and its record, which tells other
// times, tells none of its start. That the service left the start out is possible, too,
// so such a build may have a log.
func (r Record) NeverBegan() bool {
	return r.NeverRan() || r.State.Finished() && r.State != Succeeded && r.Started.IsZero() && !(r.Queued.IsZero() && r.Finished.IsZero())
}

// Edition tells the runs of a build apart that was run again under its number: it is
// another if the build ended at another time or in another state and, until it has
// ended, if it began at another time. It is empty if the record does not say when the
// build ended, nor that it has not.
func (r Record) Edition() string {
	at, word := r.Finished, fmt.Sprintf("%s %s", r.State, r.Word)
	switch {
	case r.State == Queued, r.State == Running:
		at, word = r.Started, "not ended"
	case at.IsZero() || !r.State.Finished():
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", at.UnixMilli(), word))
	return hex.EncodeToString(sum[:4])
}

// Record looks up what the service knows of one build
// (GET /v1/record/{job_id}/{build_no}/record-info), first of all the record id
// that names its step files. Regions that do not publish the endpoint give an
// error of kind ErrNotPublished. A build that did not run costs a second request, for
// the code that says why.
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
	if err := row.isOf(taskID, build); err != nil {
		return Record{}, &Error{Op: op, Kind: ErrProtocol, Summary: "the service sent the record of another build", Err: err}
	}
	got := row.record()
	if got.NeverBegan() && got.ErrorCode == "" && IsRecordID(got.ID) {
		b.explain(ctx, &got)
	}
	return got, nil
}

// explain adds why a build did not run to its record (GET
// /v1/record/{record_id}/info). Without an answer the record stays as it is.
func (b *builds) explain(ctx context.Context, r *Record) {
	row, err := wire.Get[buildRow](ctx, b.wire, wire.Request{Op: "read record " + r.ID, Path: "/v1/record/" + r.ID + "/info"})
	if err != nil {
		return
	}
	more := row.record()
	r.Error, r.ErrorCode = cmp.Or(r.Error, more.Error), more.ErrorCode
}

// isOf reports that a record names another task or build than it was asked for by. A
// record that names none may be right.
func (r *buildRow) isOf(taskID string, build int64) error {
	if id := string(r.TaskID); IsTaskID(id) && !strings.EqualFold(id, taskID) {
		return fmt.Errorf("it is of task %s", id)
	}
	if n := r.BuildNo.Number(); n > 0 && n != build {
		return fmt.Errorf("it is of build %d", n)
	}
	return nil
}

func (r *buildRow) record() Record {
	got := r.build()
	record := Record{
		ID: got.RecordID, State: got.State, Word: got.Word, Branch: got.Branch, Commit: got.Commit, Message: got.Message, Who: got.Who, Trigger: got.Trigger,
		Queued: lenient.First(r.Queued, r.Created).Time(), Started: got.Started, Finished: r.finished(), Duration: got.Duration,
		Error: shortened(r.ErrMsg, maxComplaint), ErrorCode: wire.Plain(string(r.StatusCode)),
	}
	if id := string(r.ProjectID); IsTaskID(id) {
		record.Project = strings.ToLower(id)
	}
	if record.ErrorCode == "0" {
		record.ErrorCode = ""
	}
	return record
}

// RecordBuild is the number of the build that a record is of (GET
// /v1/record/{record_id}/info). The error may be OutOfReach.
func (b *builds) RecordBuild(ctx context.Context, recordID string) (int64, error) {
	if !IsRecordID(recordID) {
		return 0, wire.Invalid("find build of record", badRecord(recordID))
	}
	op := "find build of record " + recordID
	row, err := wire.Get[buildRow](ctx, b.wire, wire.Request{Op: op, Path: "/v1/record/" + recordID + "/info"})
	if err != nil {
		return 0, err
	}
	number := row.build().Number
	if number == 0 {
		return 0, wire.Senseless(op, errors.New("it holds no build number"))
	}
	return number, nil
}

// maxComplaint bounds what a record says of a failure, in bytes.
const maxComplaint = 500
