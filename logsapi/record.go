package logsapi

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// recordResult is the result of record-info, as far as it is used.
type recordResult struct {
	RecordID text `json:"build_record_id"` // "id" is the key of a database row
	Status   text `json:"status"`
	Branch   text `json:"branch"`
	Commit   text `json:"commit"`
	Message  text `json:"commit_message"`
	Trigger  text `json:"trigger_type"`
	Start    text `json:"start_time"`
	Finish   text `json:"finish_time"`
	Duration text `json:"duration"`
}

// Record looks up what the service knows of one build
// (GET /v1/record/{job_id}/{build_no}/record-info), first of all the record id
// that names its step files. Regions that do not publish the endpoint give an
// error of kind ErrNotPublished.
func (c *Client) Record(ctx context.Context, taskID string, build int64) (Record, error) {
	op := fmt.Sprintf("read record of build %d of task %.64s", build, taskID)
	if err := checkBuild(taskID, build); err != nil {
		return Record{}, invalid("read record", err)
	}
	path := fmt.Sprintf("/v1/record/%s/%d/record-info", taskID, build)
	result, err := call[recordResult](ctx, c, op, buildService, path, nil)
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
		Started:  instant(string(r.Start)),
		Finished: instant(string(r.Finish)),
	}
	record.Duration = took(record.Started, record.Finished, r.Duration)
	return record
}

// took is how long something took that has a start and a finish, or else a
// number of milliseconds.
func took(started, finished time.Time, ms text) time.Duration {
	if !started.IsZero() && finished.After(started) {
		return finished.Sub(started)
	}
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(ms.number(), most)) * time.Millisecond
}

// serviceZone is the zone of times that are written without one: the log stamps
// of the same service carry it.
var serviceZone = time.FixedZone("GMT+8", 8*60*60)

// lastInstant is the end of the year 9999 in milliseconds, the last year that
// has a standard form.
const lastInstant = 253402300799999

// instant reads a time in milliseconds since 1970 or as text; anything else is
// the zero time.
func instant(s string) time.Time {
	s = strings.TrimSpace(s)
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		if ms <= 0 || ms > lastInstant {
			return time.Time{}
		}
		return time.UnixMilli(ms)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999Z0700", time.DateTime, "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, serviceZone); err == nil {
			return t
		}
	}
	return time.Time{}
}
