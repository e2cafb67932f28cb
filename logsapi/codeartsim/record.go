package codeartsim

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"logbot/logsapi/codeartsim/folder"
)

// taskID is the documented form of a job_id.
var taskID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z]{32}$`) })

// recordID is the form of a record_id: 36 characters.
var recordID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-z-]{36}$`) })

// recordTime is the layout of times in a record, which is not documented.
const recordTime = "2006-01-02T15:04:05.000-07:00"

// recordResult is the part of record-info that the folder knows. Names and types
// are those of the vendor's SDK.
type recordResult struct {
	ID            string `json:"id"` // of the task, not of the record: as in the real reply
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

// serveRecordInfo serves GET /v1/record/{job_id}/{build_no}/record-info.
func serveRecordInfo(c *exchange) error {
	b, err := c.build()
	if err != nil {
		return err
	}
	result := recordResult{
		ID: b.Task.ID, BuildRecordID: b.Record, ProjectID: b.Task.Project.ID, JobID: b.Task.ID, BuildNo: b.Number,
		ExecutionID: b.ExecutionID(), Branch: b.Branch, Commit: b.Commit, CommitMessage: b.Message,
		TriggerType: b.Trigger, Status: b.State,
		CreateTime: b.QueuedAt().Format(recordTime), QueuedTime: b.QueuedAt().Format(recordTime),
		StartTime: startTime(b), FinishTime: finishTime(b), Duration: b.Took().Milliseconds(),
		ErrMsg: complaint(b), ConfigType: "ACTION",
	}
	if s := c.faults[OtherRecord]; len(s) > 0 {
		switch s[0].name {
		case "task":
			result.JobID = strings.Repeat("0", 32)
		case "project":
			result.ProjectID = strings.Repeat("0", 32)
		default:
			result.BuildNo++
		}
	}
	c.writeBuild(result)
	return nil
}

// buildRecordResult is the answer of build-record, after the vendor's SDK.
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

// serveBuildRecord serves GET /v1/record/{record_id}/info.
func serveBuildRecord(c *exchange) error {
	b, err := c.record()
	if err != nil {
		return err
	}
	code := 0
	if b.NeverRan() || b.State == folder.Failure {
		code = 1
	}
	c.writeBuild(buildRecordResult{
		ID: b.Record, Status: b.State, StatusCode: code,
		CreateTime: b.QueuedAt().Format(recordTime), QueuedTime: b.QueuedAt().Format(recordTime),
		StartTime: startTime(b), FinishTime: finishTime(b),
		Duration: (b.Took() + b.Queue).Milliseconds(), BuildDuration: b.Took().Milliseconds(),
		PendingDuration: b.Queue.Milliseconds(),
		ProjectID:       b.Task.Project.ID, DisplayName: b.Task.Name, TriggerName: b.Executor,
		ExecutionID: b.ExecutionID(), Repository: b.Task.Repository, Branch: b.Branch, Revision: b.Commit,
		DailyBuildNumber: c.folder.DailyNumber(b.Build), TriggerType: b.Trigger, ScmType: scmType,
		BuildNo: strconv.FormatInt(b.Number, 10),
	})
	return nil
}

// startTime is the start of the build, or empty before it.
func startTime(v folder.Snapshot) string {
	if v.State == folder.InQueue || v.NeverRan() {
		return ""
	}
	return v.Started.Format(recordTime)
}

// finishTime is the end of the build, or empty before it.
func finishTime(v folder.Snapshot) string {
	if !folder.Final(v.State) {
		return ""
	}
	return v.Finished().Format(recordTime)
}

// complaint is the error message of a build that never ran.
func complaint(v folder.Snapshot) string {
	if v.NeverRan() {
		return "No executor could be scheduled."
	}
	return ""
}
