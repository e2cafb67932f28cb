package codeartsim

import (
	"net/http"
	"strconv"
	"time"

	"logbot/logsapi/codeartsim/folder"
)

// The longest periods that one request may cover.
const (
	maxHistory       = 31 * 24 * time.Hour
	maxPeriodHistory = 30 * 24 * time.Hour
)

// historyRow is a build in a history. Names and types are those of the vendor's
// SDK; times are in milliseconds.
type historyRow struct {
	Number           int64  `json:"number"`
	BuildTime        int64  `json:"build_time"`
	StartTime        int64  `json:"start_time"`
	JobRunningStatus string `json:"job_running_status"`
	State            string `json:"state"`
	Executor         string `json:"executor"`
	Nickname         string `json:"nickname"`
	DailyBuildNumber string `json:"daily_build_number"`
	TriggerType      string `json:"trigger_type"`
	CostTime         int64  `json:"cost_time"`
	CommitID         string `json:"commit_id"`
	BuildType        string `json:"build_type"`
	CodeBranch       string `json:"code_branch"`
	ScmType          string `json:"scm_type"`
	ScmWebURL        string `json:"scm_web_url"`
}

func newHistoryRow(c *exchange, b folder.Snapshot) historyRow {
	return historyRow{
		Number: b.Number, BuildTime: b.Took().Milliseconds(), StartTime: b.QueuedAt().UnixMilli(),
		JobRunningStatus: runningStatus(b.State), State: b.State, Executor: b.Executor, Nickname: b.Executor,
		DailyBuildNumber: c.folder.DailyNumber(b.Build), TriggerType: b.Trigger, CostTime: b.Took().Milliseconds(),
		CommitID: b.Commit, BuildType: "branch", CodeBranch: b.Branch, ScmType: scmType, ScmWebURL: b.Task.Repository,
	}
}

// buildsBetween returns the builds of the task in the path that were requested from
// start_time to end_time, newest first. Both are wall clock in the given form; an
// end that is a day includes the day.
func (c *exchange) buildsBetween(form string, most time.Duration) ([]folder.Snapshot, error) {
	q := c.request.URL.Query()
	from, err := time.ParseInLocation(form, q.Get("start_time"), folder.ChinaTime)
	if err != nil {
		return nil, refusal(http.StatusBadRequest, codeParameter, "start_time is not of the form "+form+".")
	}
	to, err := time.ParseInLocation(form, q.Get("end_time"), folder.ChinaTime)
	if err != nil {
		return nil, refusal(http.StatusBadRequest, codeParameter, "end_time is not of the form "+form+".")
	}
	builds, err := c.builds()
	if err != nil {
		return nil, err
	}
	if to.Sub(from) > most {
		return nil, knownRefusal(codeWindow)
	}
	if form == time.DateOnly {
		to = to.AddDate(0, 0, 1)
	}
	var found []folder.Snapshot
	for _, b := range builds {
		if at := b.QueuedAt(); !at.Before(from) && !at.After(to) && !at.After(c.now) {
			found = append(found, b)
		}
	}
	return found, nil
}

// serveRecordList serves GET /v1/record/{job_id}/list.
func serveRecordList(c *exchange) error {
	index, size, err := c.paging("page_index", 0, "page_size", maxListSize, defaultListSize)
	if err != nil {
		return err
	}
	found, err := c.buildsBetween(time.DateTime, maxHistory)
	if err != nil {
		return err
	}
	rows := []historyRow{}
	for _, b := range window(found, index*size, size) {
		rows = append(rows, newHistoryRow(c, b))
	}
	total := int64(len(found))
	c.writeBuild(map[string]any{
		"health_score": "80", "page_index": strconv.FormatInt(index, 10),
		"total_page": strconv.FormatInt((total+size-1)/size, 10), "total_record": strconv.FormatInt(total, 10),
		"job_build_states": rows,
	})
	return nil
}

// periodRow is a build in a period-history.
type periodRow struct {
	RecordID      string `json:"record_id"`
	JobID         string `json:"job_id"`
	BuildNumber   int64  `json:"build_number"`
	StartTime     string `json:"start_time"`
	EndTime       string `json:"end_time"`
	Result        string `json:"result"`
	Branch        string `json:"branch"`
	CommitID      string `json:"commit_id"`
	CommitMessage string `json:"commit_message"`
	Executor      string `json:"executor"`
	TriggerType   string `json:"trigger_type"`
}

// servePeriodHistory serves GET /v3/jobs/{job_id}/period-history, where offset
// counts builds.
func servePeriodHistory(c *exchange) error {
	offset, limit, err := c.paging("offset", 0, "limit", maxListSize, 0)
	if err != nil {
		return err
	}
	found, err := c.buildsBetween(time.DateOnly, maxPeriodHistory)
	if err != nil {
		return err
	}
	rows := []periodRow{}
	for _, b := range window(found, offset, limit) {
		row := periodRow{
			RecordID: b.Record, JobID: b.Task.ID, BuildNumber: b.Number, Result: b.State,
			StartTime: b.QueuedAt().In(folder.ChinaTime).Format(time.DateTime),
			Branch:    b.Branch, CommitID: b.Commit, CommitMessage: b.Message, Executor: b.Executor, TriggerType: b.Trigger,
		}
		if folder.Final(b.State) {
			row.EndTime = b.Finished().In(folder.ChinaTime).Format(time.DateTime)
		}
		rows = append(rows, row)
	}
	c.writeJSON(http.StatusOK, map[string]any{"total": len(found), "history_records": rows})
	return nil
}

// serveBuildInfoRecord serves GET /v1/record/{job_id}/{build_no}/build-info-record.
func serveBuildInfoRecord(c *exchange) error {
	b, err := c.build()
	if err == nil {
		c.writeBuild(newHistoryRow(c, b))
	}
	return err
}
