package codeartsim

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// taskID is the documented form of a job_id.
var taskID = regexp.MustCompile(`^[0-9A-Za-z]{32}$`)

// build finds the build a request names.
func (s *Server) build(task, number string) (*build, error) {
	if !taskID.MatchString(task) {
		return nil, refusal(http.StatusBadRequest, codeTaskID, "The build task ID is invalid.")
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 {
		return nil, refusal(http.StatusBadRequest, codeParameter, "build_no is not a number from 1.")
	}
	known := false
	for _, b := range s.folder.builds {
		if b.Task.ID != task {
			continue
		}
		if b.Number == n {
			return b, nil
		}
		known = true
	}
	if known {
		return nil, refusal(http.StatusForbidden, codeNeverBuilt, "The build does not exist or its history was deleted.")
	}
	return nil, refusal(http.StatusUnprocessableEntity, codeUnknown, "The build task does not exist.")
}

// check finds a check run; nil when there is none.
func (f *folder) check(run string) *check {
	i := slices.IndexFunc(f.checks, func(c *check) bool { return c.Run == run })
	if i < 0 {
		return nil
	}
	return f.checks[i]
}

// recordResult is the part of record-info that a folder knows. The names and
// types are those of the vendor's SDK; the form of the times is not documented.
type recordResult struct {
	ID            string `json:"id"` // of this row, and not the record: a trap of the real reply
	BuildRecordID string `json:"build_record_id"`
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
	StartTime     string `json:"start_time"`
	FinishTime    string `json:"finish_time,omitempty"`
	Duration      int64  `json:"duration"` // milliseconds
	ErrMsg        string `json:"err_msg"`
	ConfigType    string `json:"build_config_type"`
}

const recordTime = "2006-01-02T15:04:05.000-07:00"

// recordInfo is GET /v1/record/{job_id}/{build_no}/record-info.
func (s *Server) recordInfo(w http.ResponseWriter, r *http.Request) error {
	b, err := s.build(r.PathValue("job_id"), r.PathValue("build_no"))
	if err != nil {
		return err
	}
	started := b.Started.Format(recordTime)
	result := recordResult{
		ID: b.Task.ID, BuildRecordID: b.Record, JobID: b.Task.ID, BuildNo: b.Number,
		ExecutionID: b.Task.ID + "_" + strconv.FormatInt(b.Number, 10),
		Branch:      b.Branch, Commit: b.Commit, CommitMessage: b.Message,
		TriggerType: b.Trigger, Status: b.State,
		CreateTime: started, QueuedTime: started, StartTime: started,
		ConfigType: "ACTION",
	}
	if b.State != running {
		result.FinishTime = b.finished().Format(recordTime)
		result.Duration = int64(b.Duration / time.Millisecond)
	}
	s.writeBuild(w, result)
	return nil
}

var stageName = regexp.MustCompile(`^stage([1-9][0-9]{0,8})$`)

// stepFile is GET /v4/{record_id}/task-log.
func (s *Server) stepFile(w http.ResponseWriter, r *http.Request) error {
	switch {
	case s.faults.has(FileJSON):
		writeJSON(w, http.StatusOK, map[string]string{"error_code": "CB.00060100", "error_msg": "The system is busy. Try again later."})
		return nil
	case s.faults.has(FileHTML):
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		io.WriteString(w, "<!DOCTYPE html>\n<html><head><title>Log In</title></head><body><form action=\"/authui/login\"></form></body></html>\n")
		return nil
	}
	st, err := s.stage(r)
	if err != nil {
		return err
	}
	log := st.log
	switch level := r.URL.Query().Get("log_level"); level {
	case "", "INFO":
	case "DEBUG":
		log = st.debug
	default:
		return refusal(http.StatusBadRequest, codeParameter, "log_level is neither INFO nor DEBUG.")
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="`+r.URL.Query().Get("task_name")+`.log"`)
	w.Header().Set("Content-Length", strconv.FormatInt(log.size, 10))
	io.Copy(w, io.NewSectionReader(log, 0, log.size)) // fails only when the caller went away
	return nil
}

// stage finds the step whose file is asked for.
func (s *Server) stage(r *http.Request) (*step, error) {
	record := r.PathValue("record_id")
	if !recordID.MatchString(record) {
		return nil, refusal(http.StatusBadRequest, codeParameter, "The build record ID is invalid.")
	}
	name := stageName.FindStringSubmatch(r.URL.Query().Get("task_name"))
	if name == nil {
		return nil, refusal(http.StatusBadRequest, codeFileName, "task_name is not of the form stageX.")
	}
	i := slices.IndexFunc(s.folder.builds, func(b *build) bool { return b.Record == record })
	if i < 0 {
		return nil, refusal(http.StatusUnprocessableEntity, codeUnknown, "The build record does not exist.")
	}
	steps := s.folder.builds[i].Steps
	n, err := strconv.Atoi(name[1])
	if err != nil || n > len(steps) {
		return nil, refusal(http.StatusNotFound, codeFileName, "The log file does not exist.")
	}
	return &steps[n-1], nil
}
