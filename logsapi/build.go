package logsapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// How far back the history of a task is searched.
const (
	// MaxBuilds is how many builds Builds lists at most: a page of the service.
	MaxBuilds = listPage
	// historyWindow is what one request spans: 31 days are the most for the
	// history (CB.00031105), 30 for the older one (its documentation).
	historyWindow = 30 * 24 * time.Hour
	// historyWindows bounds the requests for a task that is built seldom; twelve
	// windows are about a year.
	historyWindows = 12
	// historyAhead is how far the newest window reaches beyond now. The service
	// takes wall-clock times and does not say of which zone, and its clock is
	// not ours; a day covers every zone.
	historyAhead = 24 * time.Hour
)

// Build is one build of a task. Fields that the endpoint does not tell are zero.
type Build struct {
	Number   int64  // build_no, from 1
	RecordID string // record_id, 36 characters
	State    State
	Branch   string
	Commit   string
	Message  string // commit message
	Who      string // who started it, a name
	Trigger  string // trigger_type as the service writes it
	Started  time.Time
	Duration time.Duration // of a finished build
}

// Builds lists the last n builds of a task, newest first, n from 1 to MaxBuilds
// (GET /v1/record/{job_id}/list, and GET /v3/jobs/{job_id}/period-history where
// that is not published). Builds that are older than about a year are not found.
//
// A request spans 30 days at most, so a task that is built seldom takes several,
// 12 at most. The error may be OutOfReach; it is of kind ErrNotFound for a task
// that does not exist or was never built.
func (c *Client) Builds(ctx context.Context, taskID string, n int) ([]Build, error) {
	switch {
	case !IsTaskID(taskID):
		return nil, invalid("list builds", badID("task", taskID))
	case n < 1 || n > MaxBuilds:
		return nil, invalid("list builds", fmt.Errorf("%d builds: want 1 to %d", n, MaxBuilds))
	}
	return c.builds(ctx, taskID, n, historyWindows)
}

// NewestBuilds is Builds that makes one request: builds that were asked for more
// than 29 days ago are not found, and an empty list is no error. It is for who
// looks often.
func (c *Client) NewestBuilds(ctx context.Context, taskID string, n int) ([]Build, error) {
	switch {
	case !IsTaskID(taskID):
		return nil, invalid("list newest builds", badID("task", taskID))
	case n < 1 || n > MaxBuilds:
		return nil, invalid("list newest builds", fmt.Errorf("%d builds: want 1 to %d", n, MaxBuilds))
	}
	return c.builds(ctx, taskID, n, 1)
}

func (c *Client) builds(ctx context.Context, taskID string, n, windows int) ([]Build, error) {
	builds, err := c.history(ctx, n, windows, recordList(taskID, n))
	if errors.Is(err, ErrNotPublished) {
		builds, err = c.history(ctx, n, windows, periodHistory(taskID, n))
	}
	return builds, err
}

// history is one of the two endpoints that list builds between two times.
type history struct {
	op   string
	path string
	// query asks for the newest builds from one time to another.
	query func(from, to time.Time) url.Values
}

func recordList(taskID string, n int) history {
	return history{"list builds of task " + taskID, "/v1/record/" + taskID + "/list", func(from, to time.Time) url.Values {
		return url.Values{
			"start_time": {from.Format(time.DateTime)}, "end_time": {to.Format(time.DateTime)},
			"page_index": {"0"}, "page_size": {strconv.Itoa(n)},
		}
	}}
}

func periodHistory(taskID string, n int) history {
	return history{"list builds of task " + taskID, "/v3/jobs/" + taskID + "/period-history", func(from, to time.Time) url.Values {
		return url.Values{
			"start_time": {from.Format(time.DateOnly)}, "end_time": {to.Format(time.DateOnly)},
			"offset": {"0"}, "limit": {strconv.Itoa(n)},
		}
	}}
}

// history walks back window by window. Neighbouring windows share a moment, or a
// day, so that nothing falls between them; what both hold is taken once.
func (c *Client) history(ctx context.Context, n, windows int, h history) ([]Build, error) {
	var builds []Build
	seen := map[int64]bool{}
	to := c.now().Add(historyAhead).In(serviceZone)
	for range windows {
		from := to.Add(-historyWindow)
		got, err := callRows[buildRow](ctx, c, h.op, buildService, h.path, h.query(from, to))
		if errors.Is(err, ErrNotFound) && len(builds) > 0 {
			break // the history does not go back that far
		}
		if err != nil {
			return nil, err
		}
		before := len(builds)
		for _, row := range got.all {
			if b := row.build(); b.Number > 0 && !seen[b.Number] {
				seen[b.Number] = true
				builds = append(builds, b)
			}
		}
		if len(builds) == 0 && len(got.all) > 0 {
			return nil, senseless(h.op, fmt.Errorf("none of its %d rows has a build number", len(got.all)))
		}
		slices.SortFunc(builds[before:], func(a, b Build) int { return cmp.Compare(b.Number, a.Number) })
		if len(builds) >= n || seen[1] {
			break
		}
		to = from
	}
	return builds[:min(n, len(builds))], nil
}

// LatestBuild is the newest build of a task, its number and state alone (GET
// /v1/job/{job_id}/running-status); where that is not published, the newest of
// Builds. The error may be OutOfReach; it is of kind ErrNotFound for a task that
// does not exist or was never built.
func (c *Client) LatestBuild(ctx context.Context, taskID string) (Build, error) {
	if !IsTaskID(taskID) {
		return Build{}, invalid("find latest build", badID("task", taskID))
	}
	op := "find latest build of task " + taskID
	row, err := call[latestRow](ctx, c, op, buildService, "/v1/job/"+taskID+"/running-status", nil)
	if errors.Is(err, ErrNotPublished) {
		return c.newest(ctx, op, taskID)
	}
	if err != nil {
		return Build{}, err
	}
	if *row == (latestRow{}) {
		return Build{}, senseless(op, errors.New("it holds no build"))
	}
	build := Build{Number: row.Number.number(), State: ParseState(string(row.Status))}
	if build.Number == 0 {
		return Build{}, neverBuilt(op)
	}
	if row.Running && build.State != Queued {
		build.State = Running // the status may still be that of the build before
	}
	return build, nil
}

func (c *Client) newest(ctx context.Context, op, taskID string) (Build, error) {
	builds, err := c.Builds(ctx, taskID, 1)
	if err != nil {
		return Build{}, err
	}
	if len(builds) == 0 {
		return Build{}, neverBuilt(op)
	}
	return builds[0], nil
}

func neverBuilt(op string) *Error {
	return &Error{Op: op, Kind: ErrNotFound, Summary: "the task was never built, or not for about a year"}
}

// latestRow is the result of running-status.
type latestRow struct {
	Number  text `json:"last_build_no"`
	Status  text `json:"last_build_status"`
	Running flag `json:"is_running"`
}

// BuildOfRecord is the build that a record id stands for (GET
// /v1/record/{record_id}/info). It does not tell the task. The error may be
// OutOfReach; it is of kind ErrNotFound for a record that does not exist.
func (c *Client) BuildOfRecord(ctx context.Context, recordID string) (Build, error) {
	if !IsRecordID(recordID) {
		return Build{}, invalid("read record", badRecord(recordID))
	}
	op := "read record " + recordID
	row, err := call[buildRow](ctx, c, op, buildService, "/v1/record/"+recordID+"/info", nil)
	if err != nil {
		return Build{}, err
	}
	build := row.build()
	if build.Number == 0 {
		return Build{}, senseless(op, errors.New("it holds no build number"))
	}
	build.RecordID = recordID
	return build, nil
}

// buildRow is a build as the two histories and a record's info have it.
type buildRow struct {
	Number        text `json:"number"`
	BuildNo       text `json:"build_no"`
	BuildNumber   text `json:"build_number"`
	RecordID      text `json:"record_id"`
	BuildRecordID text `json:"build_record_id"`

	State   text `json:"state"`
	Status  text `json:"status"`
	Result  text `json:"result"`
	Running text `json:"job_running_status"`

	Branch     text `json:"branch"`
	CodeBranch text `json:"code_branch"`
	Commit     text `json:"commit"`
	CommitID   text `json:"commit_id"`
	Revision   text `json:"revision"`
	Message    text `json:"commit_message"`

	Nickname    text `json:"nickname"`
	Executor    text `json:"executor"`
	TriggerName text `json:"trigger_name"`
	Trigger     text `json:"trigger_type"`

	Start    text `json:"start_time"`
	End      text `json:"end_time"`
	Finish   text `json:"finish_time"`
	Cost     text `json:"cost_time"` // milliseconds, like the others
	Duration text `json:"duration"`
}

func (r *buildRow) build() Build {
	b := Build{
		Number:   firstOf(r.Number, r.BuildNo, r.BuildNumber).number(),
		RecordID: string(firstOf(r.BuildRecordID, r.RecordID)),
		State:    firstState(r.State, r.Status, r.Result, r.Running),
		Branch:   string(firstOf(r.Branch, r.CodeBranch)),
		Commit:   string(firstOf(r.Commit, r.CommitID, r.Revision)),
		Message:  string(r.Message),
		Who:      string(firstOf(r.Nickname, r.Executor, r.TriggerName)),
		Trigger:  string(r.Trigger),
		Started:  instant(string(r.Start)),
	}
	b.Duration = took(b.Started, instant(string(firstOf(r.Finish, r.End))), firstOf(r.Duration, r.Cost))
	return b
}
