package logsapi

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"logbot/logsapi/lenient"
	"logbot/logsapi/wire"
)

// maxSearch bounds a search in bytes; names of tasks are shorter.
const maxSearch = 400

// Task is a task of CodeArts Build. Fields that the service left out are zero.
type Task struct {
	ID        string // job_id, 32 hex digits
	Name      string
	ProjectID string    // of the CodeArts project, 32 hex digits
	State     State     // of the last build
	LastBuilt time.Time // when the last build began
	Running   bool      // a build is on its way
}

// tasks asks for tasks of CodeArts Build.
type tasks struct{ wire *wire.Requester }

// Tasks lists the tasks of a CodeArts project (GET /v1/job/{project_id}/list, and
// GET /v3/{project_id}/jobs where that is not published), in the service's order
// and 1,000 at most. With search only those whose name contains it,
// whatever the case.
//
// It makes one request for 100 tasks. The error may be OutOfReach; it is of kind
// ErrNotFound for a project that the service does not know.
func (t *tasks) Tasks(ctx context.Context, projectID, search string) ([]Task, error) {
	switch {
	case !IsTaskID(projectID):
		return nil, wire.Invalid("list tasks", badID("project", projectID))
	case len(search) > maxSearch:
		return nil, wire.Invalid("list tasks", fmt.Errorf("the search has more than %d bytes", maxSearch))
	}
	op := "list tasks of project " + projectID
	list := listing[taskRow, Task]{
		path: "/v1/job/" + projectID + "/list",
		query: func(page int) url.Values {
			query := pageIndexQuery(page, listPage)
			if search != "" {
				query.Set("search", search)
			}
			return query
		},
		item: taskRow.listed,
	}
	tasks, err := list.read(ctx, t.wire, op)
	if errors.Is(err, ErrNotPublished) {
		list.path = "/v3/" + projectID + "/jobs"
		list.query = func(page int) url.Values { return pageIndexQuery(page, listPage) }
		tasks, err = list.read(ctx, t.wire, op)
	}
	for i := range tasks {
		tasks[i].ProjectID = projectID
	}
	// The one list also searches the creators' names, the other not at all.
	return slices.DeleteFunc(tasks, func(t Task) bool {
		return !strings.Contains(strings.ToLower(t.Name), strings.ToLower(search))
	}), err
}

// TaskPage is one page of the list of a project's tasks.
type TaskPage struct {
	Tasks []Task // in the service's order
	Total int    // on all pages; 0 if the service does not say
	Rows  int    // of the page, with those that could not be read
}

// TasksPerPage is how many tasks a full page has.
const TasksPerPage = listPage

// TaskPage reads one page of the list of a project's tasks; pages are counted from 0, and
// one beyond the end is empty. It makes one request, or two where the list is published in
// its older form alone, after those for which somebody waits. The error is as that of
// Tasks.
func (t *tasks) TaskPage(ctx context.Context, projectID string, page int) (TaskPage, error) {
	op := fmt.Sprintf("list tasks of project %.64s, page %d", projectID, page)
	if !IsTaskID(projectID) || page < 0 {
		return TaskPage{}, wire.Invalid(op, badID("project", projectID))
	}
	ask := func(path string) (*lenient.Rows[taskRow], error) {
		return getRowsOf[taskRow](ctx, t.wire, wire.Request{Op: op, Path: path, Query: pageIndexQuery(page, listPage), Bulk: true})
	}
	got, err := ask("/v1/job/" + projectID + "/list")
	if errors.Is(err, ErrNotPublished) {
		got, err = ask("/v3/" + projectID + "/jobs")
	}
	if err != nil {
		return TaskPage{}, err
	}
	listed := TaskPage{Total: int(got.Total), Rows: len(got.All)}
	for _, row := range got.All {
		if id, task := row.listed(); id != "" {
			task.ProjectID = projectID
			listed.Tasks = append(listed.Tasks, task)
		}
	}
	if len(listed.Tasks) == 0 && listed.Rows > 0 {
		return TaskPage{}, wire.Senseless(op, fmt.Errorf("none of its %d rows has an id", listed.Rows))
	}
	return listed, nil
}

// Task looks up one task (GET /v1/job/{job_id}/info). The error may be
// OutOfReach; it is of kind ErrNotFound for a task that does not exist.
func (t *tasks) Task(ctx context.Context, taskID string) (Task, error) {
	if !IsTaskID(taskID) {
		return Task{}, wire.Invalid("read task", badID("task", taskID))
	}
	op := "read task " + taskID
	row, err := wire.Get[taskRow](ctx, t.wire, wire.Request{Op: op, Path: "/v1/job/" + taskID + "/info"})
	if err != nil {
		return Task{}, err
	}
	task := row.task()
	if task.Name == "" {
		return Task{}, wire.Senseless(op, errors.New("it holds no name"))
	}
	task.ID = taskID
	return task, nil
}

// taskRow is a task as a list or job info has it.
type taskRow struct {
	ID            lenient.Text  `json:"id"`
	JobID         lenient.Text  `json:"job_id"`
	JobName       lenient.Text  `json:"job_name"`
	Name          lenient.Text  `json:"name"`
	ProjectID     lenient.Text  `json:"project_id"`
	LastStatus    lenient.Text  `json:"last_build_status"`
	RunningStatus lenient.Text  `json:"running_status"`
	LastRunning   lenient.Text  `json:"last_job_running_status"`
	LastBuilt     lenient.Text  `json:"last_build_time"`
	Finished      *lenient.Flag `json:"is_finished"`
}

func (r taskRow) listed() (string, Task) {
	task := r.task()
	return task.ID, task
}

func (r taskRow) task() Task {
	task := Task{
		Name:      string(lenient.First(r.JobName, r.Name)),
		ProjectID: string(r.ProjectID),
		State:     firstState(r.LastStatus, r.LastRunning, r.RunningStatus),
		LastBuilt: r.LastBuilt.Time(),
	}
	if id := string(lenient.First(r.JobID, r.ID)); IsTaskID(id) {
		task.ID = id
	}
	now := firstState(r.LastRunning, r.RunningStatus, r.LastStatus)
	task.Running = now == Running || now == Queued || r.Finished != nil && !bool(*r.Finished)
	return task
}
