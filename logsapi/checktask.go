package logsapi

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

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
	if id := string(lenient.First(r.TaskID, r.ID)); IsTaskID(id) {
		task.ID = id
	}
	return task.ID, task
}

// CheckRuns lists the last runs of a check task, newest first and 100 executions
// at most (GET /v4/tasks/{task_id}/jobs). Where that is not published it knows
// the last one, and the last that succeeded (GET /v4/tasks/{task_id}/last-jobs).
//
// CheckLog wants the id of a part of an execution, and no documentation says
// which answer holds it: where this one does, every part is a run, else every
// execution. The error may be OutOfReach.
func (c *checks) CheckRuns(ctx context.Context, checkTaskID string) ([]CheckRun, error) {
	if !IsTaskID(checkTaskID) {
		return nil, wire.Invalid("list check runs", badID("check task", checkTaskID))
	}
	op := "list runs of check task " + checkTaskID
	query := url.Values{"page": {"1"}, "page_size": {strconv.Itoa(listPage)}}
	got, err := getRows[checkRow](ctx, c.wire, op, wire.CheckService, "/v4/tasks/"+checkTaskID+"/jobs", query)
	if errors.Is(err, ErrNotPublished) {
		return c.lastRuns(ctx, op, checkTaskID)
	}
	if err != nil {
		return nil, err
	}
	var runs []CheckRun
	for _, row := range got.All {
		runs = append(runs, row.runs()...)
	}
	if len(runs) == 0 && len(got.All) > 0 {
		return nil, wire.Senseless(op, errors.New("none of its rows has an id"))
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
	good := CheckRun{ID: string(last.Good), State: Succeeded}
	runs := []CheckRun{{ID: string(last.Any)}, good}
	if last.Any == last.Good {
		runs = runs[1:]
	}
	return slices.DeleteFunc(runs, func(r CheckRun) bool { return !IsTaskID(r.ID) }), nil
}

// lastJobs is the result of last-jobs.
type lastJobs struct {
	Any  lenient.Text `json:"last_job_id"`
	Good lenient.Text `json:"last_success_job_id"`
}

// checkRow is an execution of a check task. Its fields are not documented; the
// names are those of neighbouring endpoints, with underscores and in camel case.
type checkRow struct {
	jobRow
	SubJobs  lenient.Rows[jobRow] `json:"sub_jobs"`
	SubJobsC lenient.Rows[jobRow] `json:"subJobs"`
}

type jobRow struct {
	ID      lenient.Text `json:"id"`
	JobID   lenient.Text `json:"job_id"`
	JobIDC  lenient.Text `json:"jobId"`
	Status  lenient.Text `json:"status"`
	Started lenient.Text `json:"start_time"`
	StartC  lenient.Text `json:"startTime"`
}

func (r checkRow) runs() []CheckRun {
	execution := r.run()
	var runs []CheckRun
	for _, part := range append(r.SubJobs.All, r.SubJobsC.All...) {
		run := part.run()
		if run.State == Unknown {
			run.State = execution.State
		}
		if run.Started.IsZero() {
			run.Started = execution.Started
		}
		runs = append(runs, run)
	}
	if len(runs) == 0 {
		runs = append(runs, execution)
	}
	return slices.DeleteFunc(runs, func(r CheckRun) bool { return !IsTaskID(r.ID) })
}

func (r jobRow) run() CheckRun {
	return CheckRun{
		ID:      string(lenient.First(r.ID, r.JobID, r.JobIDC)),
		State:   ParseState(string(r.Status)),
		Started: lenient.First(r.Started, r.StartC).Time(),
	}
}
