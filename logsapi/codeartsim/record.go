package codeartsim

import (
	"regexp"
	"strconv"
	"time"
)

// taskID is the documented form of a job_id.
var taskID = regexp.MustCompile(`^[0-9A-Za-z]{32}$`)

// recordTime is how a record writes times; its form is not documented.
const recordTime = "2006-01-02T15:04:05.000-07:00"

// recordResult is the part of record-info that a folder knows. The names and
// types are those of the vendor's SDK.
type recordResult struct {
	ID            string `json:"id"` // of this row, and not the record: a trap of the real reply
	BuildRecordID string `json:"build_record_id"`
	ProjectID     string `json:"devcloud_project_id,omitempty"`
	JobID         string `json:"codeci_job_id"`
	BuildNo       int64  `json:"build_no"`
	ExecutionID   string `json:"execution_id"`
	Branch        string `json:"branch"`
	Commit        string `json:"commit"`
	CommitMessage string `json:"commit_message"`
	TriggerType   string `json:"trigger_type"`
	Status        string `json:"status"`
	CreateTime    string `json:"create_time"`
	QueuedTime    string `json:"queued_time"`
	StartTime     string `json:"start_time,omitempty"`
	FinishTime    string `json:"finish_time,omitempty"`
	Duration      int64  `json:"duration"` // milliseconds
	ErrMsg        string `json:"err_msg"`
	ConfigType    string `json:"build_config_type"`
}

// recordInfo is GET /v1/record/{job_id}/{build_no}/record-info.
func (c *call) recordInfo() error {
	b, err := c.build()
	if err != nil {
		return err
	}
	c.writeBuild(recordResult{
		ID: b.Task.ID, BuildRecordID: b.Record, ProjectID: b.Task.Project.ID, JobID: b.Task.ID, BuildNo: b.Number,
		ExecutionID: b.execution(), Branch: b.Branch, Commit: b.Commit, CommitMessage: b.Message,
		TriggerType: b.Trigger, Status: b.state,
		CreateTime: b.queued().Format(recordTime), QueuedTime: b.queued().Format(recordTime),
		StartTime: b.startTime(), FinishTime: b.finishTime(), Duration: b.took().Milliseconds(),
		ErrMsg: b.complaint(), ConfigType: "ACTION",
	})
	return nil
}

// buildRecordResult is the reply of build-record, by the vendor's SDK.
type buildRecordResult struct {
	ID               string `json:"id"`
	Status           string `json:"status"`
	StatusCode       int    `json:"status_code"`
	CreateTime       string `json:"create_time"`
	QueuedTime       string `json:"queued_time"`
	StartTime        string `json:"start_time,omitempty"`
	FinishTime       string `json:"finish_time,omitempty"`
	Duration         int64  `json:"duration"` // milliseconds
	BuildDuration    int64  `json:"build_duration"`
	PendingDuration  int64  `json:"pending_duration"`
	ProjectID        string `json:"project_id"`
	DisplayName      string `json:"display_name"`
	TriggerName      string `json:"trigger_name"`
	ExecutionID      string `json:"execution_id"`
	Repository       string `json:"repository"`
	Branch           string `json:"branch"`
	Revision         string `json:"revision"`
	DailyBuildNumber string `json:"daily_build_number"`
	TriggerType      string `json:"trigger_type"`
	ScmType          string `json:"scm_type"`
	BuildNo          string `json:"build_no"`
}

// buildRecord is GET /v1/record/{record_id}/info.
func (c *call) buildRecord() error {
	b, err := c.record()
	if err != nil {
		return err
	}
	code := 0
	if b.state == neverScheduled || b.state == failure {
		code = 1
	}
	c.writeBuild(buildRecordResult{
		ID: b.Record, Status: b.state, StatusCode: code,
		CreateTime: b.queued().Format(recordTime), QueuedTime: b.queued().Format(recordTime),
		StartTime: b.startTime(), FinishTime: b.finishTime(),
		Duration: (b.took() + b.Queue).Milliseconds(), BuildDuration: b.took().Milliseconds(),
		PendingDuration: b.Queue.Milliseconds(),
		ProjectID:       b.Task.Project.ID, DisplayName: b.Task.Name, TriggerName: b.Executor,
		ExecutionID: b.execution(), Repository: b.Task.Repository, Branch: b.Branch, Revision: b.Commit,
		DailyBuildNumber: c.folder.daily(b.build), TriggerType: b.Trigger, ScmType: scmType,
		BuildNo: strconv.FormatInt(b.Number, 10),
	})
	return nil
}

// startTime is when the build started, or empty as long as it has not.
func (v view) startTime() string {
	if v.state == inQueue || v.state == neverScheduled {
		return ""
	}
	return v.Started.Format(recordTime)
}

// finishTime is when the build was over, or empty as long as it is not.
func (v view) finishTime() string {
	if !over(v.state) {
		return ""
	}
	return v.finished().Format(recordTime)
}

// took is how long the build ran, or 0 as long as it is not over.
func (v view) took() time.Duration {
	if !over(v.state) {
		return 0
	}
	return v.Duration
}

// complaint is what a record says of a build that never ran.
func (v view) complaint() string {
	if v.state == neverScheduled {
		return "No executor could be scheduled."
	}
	return ""
}

// daily is the number of a build among those of its task and day, after the
// date: "20261120.3".
func (f *folder) daily(b *build) string {
	date, n := b.queued().In(wallClock).Format("20060102"), 1
	for _, other := range f.newest(b.Task.ID) {
		if other.Number < b.Number && other.queued().In(wallClock).Format("20060102") == date {
			n++
		}
	}
	return date + "." + strconv.Itoa(n)
}
