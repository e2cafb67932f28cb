package logsapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"logbot/logsapi/dialect"
	"logbot/logsapi/lenient"
	"logbot/logsapi/wire"
)

// CheckTask is a task of CodeArts Check. Fields that the service left out are
// zero.
type CheckTask struct {
	ID          string // task_id, 32 hex digits
	Name        string
	ProjectID   string // of the CodeArts project, 32 hex digits
	LastChecked time.Time
}

// CheckRun is one run of a check task.
type CheckRun struct {
	ID      string // what CheckLog wants, 32 hex digits; of the whole execution where the service does not name its parts
	State   State
	Started time.Time

	Execution string // id of the execution that it is a part of; empty if that is not told
}

// checks asks for tasks of CodeArts Check and their runs.
type checks struct{ wire *wire.Requester }

// CheckTasks lists the check tasks of a CodeArts project (GET
// /v2/{project_id}/tasks), in the service's order and 1,000 at most. It makes one
// request for 100 tasks. The error may be OutOfReach.
func (c *checks) CheckTasks(ctx context.Context, projectID string) ([]CheckTask, error) {
	if !IsTaskID(projectID) {
		return nil, wire.Invalid("list check tasks", badID("project", projectID))
	}
	list := listing[checkTaskRow, CheckTask]{
		service: wire.CheckService,
		path:    "/v2/" + projectID + "/tasks",
		query:   func(page int) url.Values { return offsetQuery(page*listPage, listPage) },
		item:    checkTaskRow.listed,
	}
	tasks, err := list.read(ctx, c.wire, "list check tasks of project "+projectID)
	for i := range tasks {
		tasks[i].ProjectID = projectID
	}
	return tasks, err
}

// checkTaskRow is a check task in a list.
type checkTaskRow struct {
	ID          lenient.Text `json:"id"`
	TaskID      lenient.Text `json:"task_id"`
	Name        lenient.Text `json:"name"`
	TaskName    lenient.Text `json:"task_name"`
	LastChecked lenient.Text `json:"last_check_time"`
}

func (r checkTaskRow) listed() (string, CheckTask) {
	task := CheckTask{Name: string(lenient.First(r.TaskName, r.Name)), LastChecked: r.LastChecked.Time()}
	if id := string(lenient.First(r.TaskID, r.ID)); IsCheckID(id) {
		task.ID = id
	}
	return task.ID, task
}

// CheckRuns lists the last runs of a check task, newest first and 100 executions
// at most (GET /v4/tasks/{task_id}/jobs). Where that is not published, or not
// understood, it knows the last one, and the last that succeeded (GET
// /v4/tasks/{task_id}/last-jobs).
//
// CheckLog wants the id of a part of an execution, and no documentation says
// which answer holds it: where this one does, every part is a run, else every
// execution. The error may be OutOfReach.
func (c *checks) CheckRuns(ctx context.Context, checkTaskID string) ([]CheckRun, error) {
	if !IsCheckID(checkTaskID) {
		return nil, wire.Invalid("list check runs", badID("check task", checkTaskID))
	}
	op := "list runs of check task " + checkTaskID
	runs, err := c.executions(ctx, op, checkTaskID)
	if !errors.Is(err, ErrNotPublished) && !errors.Is(err, ErrProtocol) {
		return runs, err
	}
	last, lastErr := c.lastRuns(ctx, op, checkTaskID)
	if lastErr != nil && errors.Is(err, ErrProtocol) {
		return nil, err
	}
	return last, lastErr
}

func (c *checks) executions(ctx context.Context, op, checkTaskID string) ([]CheckRun, error) {
	query := url.Values{"page": {"1"}, "page_size": {strconv.Itoa(listPage)}}
	got, err := wire.Get[executions](ctx, c.wire, wire.Request{Op: op, Service: wire.CheckService, Path: "/v4/tasks/" + checkTaskID + "/jobs", Query: query})
	if err != nil {
		return nil, err
	}
	if !got.set {
		return nil, wire.Senseless(op, fmt.Errorf("no list of runs is in %s", got.shape))
	}
	if got.guessed {
		c.wire.Dialect(wire.CheckService).Note(func(d *dialect.Dialect) { d.CheckRuns = got.shape })
	}
	var runs []CheckRun
	for _, row := range got.all {
		runs = append(runs, row.runs()...)
	}
	slices.SortStableFunc(runs, func(a, b CheckRun) int { return b.Started.Compare(a.Started) })
	return runs[:min(maxRows, len(runs))], nil
}

// lastRuns are the last run and the last that succeeded, which may be the same.
func (c *checks) lastRuns(ctx context.Context, op, checkTaskID string) ([]CheckRun, error) {
	last, err := wire.Get[lastJobs](ctx, c.wire, wire.Request{Op: op, Service: wire.CheckService, Path: "/v4/tasks/" + checkTaskID + "/last-jobs"})
	if err != nil {
		return nil, err
	}
	if last.Any == nil && last.Good == nil {
		return nil, wire.Senseless(op, errors.New("it holds no last run"))
	}
	runs := []CheckRun{{ID: last.Any.id()}, {ID: last.Good.id(), State: Succeeded}}
	if runs[0].ID == runs[1].ID {
		runs = runs[1:]
	}
	for i := range runs {
		runs[i].Execution = runs[i].ID
	}
	return slices.DeleteFunc(runs, func(r CheckRun) bool { return !IsCheckID(r.ID) }), nil
}

// lastJobs is the result of last-jobs.
type lastJobs struct {
	Any  *runID `json:"last_job_id"`
	Good *runID `json:"last_success_job_id"`
}

// runID is an id that may be null, but is there.
type runID struct{ text lenient.Text }

func (r *runID) UnmarshalJSON(b []byte) error { return r.text.UnmarshalJSON(b) }

func (r *runID) id() string {
	if r == nil {
		return ""
	}
	return string(r.text)
}

// CheckDetail is what CodeArts Check says of a run that failed (GET
// /v2/{project_id}/tasks/{task_id}/log-detail): the ends of the logs of its parts,
// in one page. A run that went well has none.
type CheckDetail struct {
	ProjectID string // of the CodeArts project, 32 hex digits
	TaskID    string // of the check task; see IsCheckID
	Execution string // empty is the latest
}

func (d CheckDetail) String() string {
	return "check-detail/" + d.ProjectID + "/" + d.TaskID + "/" + d.Execution
}

func (d CheckDetail) endpoint() (endpoint, error) {
	query := url.Values{}
	if d.Execution != "" {
		query.Set("execute_id", d.Execution)
	}
	var err error
	switch {
	case !IsTaskID(d.ProjectID):
		err = badID("project", d.ProjectID)
	case !IsCheckID(d.TaskID):
		err = badID("check task", d.TaskID)
	case d.Execution != "" && !IsCheckID(d.Execution):
		err = badID("execution", d.Execution)
	}
	return endpoint{service: wire.CheckService, path: "/v2/" + d.ProjectID + "/tasks/" + d.TaskID + "/log-detail", query: query}, err
}

// logDetail is the result of log-detail.
type logDetail struct {
	Logs []struct {
		Name     lenient.Text `json:"display_name"`
		Log      lenient.Text `json:"log"`
		Analysis lenient.Text `json:"analysis"`
	} `json:"log_info"`
	Params json.RawMessage `json:"param_info"`
}

// Bare marks a result without an envelope.
func (*logDetail) Bare() {}

// detail reads the only page of a CheckDetail.
func (l *logs) detail(ctx context.Context, op string, e endpoint, r PageRequest) (Page, error) {
	got, err := wire.Get[logDetail](ctx, l.wire, wire.Request{Op: op, Service: e.service, Path: e.path, Query: e.query})
	if err != nil {
		return Page{}, err
	}
	if got.Logs == nil && got.Params == nil {
		return Page{}, wire.Senseless(op, errors.New("it holds no log_info"))
	}
	var b strings.Builder
	for _, part := range got.Logs {
		for _, text := range []lenient.Text{part.Log, part.Analysis} {
			if text != "" {
				b.WriteString(strings.TrimSuffix(string(text), "\n") + "\n")
			}
		}
	}
	page := Page{Text: l.wire.Dialect(e.service).Split(b.String()), Last: true, Next: Cursor{End: int64(b.Len())}}
	if r.At != (Cursor{}) { // there is no further page
		page.Text, page.Next = "", r.At
	}
	return page, nil
}
