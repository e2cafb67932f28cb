package codeartsim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"logbot/logsapi/codeartsim/folder"
)

// executions returns the runs of the check task in the path of the request, newest
// first.
func executions(c *exchange) ([]*folder.Check, error) {
	var runs []*folder.Check
	for _, run := range c.folder.Checks {
		if run.Task == c.request.PathValue("task_id") && run.Task != "" {
			runs = append(runs, run)
		}
	}
	if len(runs) == 0 {
		return nil, knownRefusal(codeCheck)
	}
	slices.SortFunc(runs, func(a, b *folder.Check) int { return b.Started.Compare(a.Started) })
	return runs, nil
}

// serveCheckTasks serves GET /v2/{project_id}/tasks, which has no search.
func serveCheckTasks(c *exchange) error {
	offset, limit, err := c.paging("offset", 0, "limit", maxListSize, defaultListSize)
	if err != nil {
		return err
	}
	latest := map[string]*folder.Check{}
	for _, run := range c.folder.Checks {
		if run.Task == "" || run.Project.ID != c.request.PathValue("project_id") {
			continue
		}
		if last := latest[run.Task]; last == nil || last.Started.Before(run.Started) {
			latest[run.Task] = run
		}
	}
	tasks := []map[string]string{}
	for _, run := range slices.SortedFunc(maps.Values(latest), func(a, b *folder.Check) int { return strings.Compare(a.Name, b.Name) }) {
		tasks = append(tasks, map[string]string{
			"task_id": run.Task, "task_name": run.Name, "git_url": run.Repository, "git_branch": run.Branch,
			"created_at": run.Started.UTC().Format(time.RFC3339), "last_check_time": run.Started.UTC().Format(time.RFC3339),
		})
	}
	c.writeJSON(http.StatusOK, map[string]any{"tasks": window(tasks, offset, limit), "total": len(tasks)})
	return nil
}

// serveCheckProgress serves GET /v2/tasks/{task_id}/progress.
func serveCheckProgress(c *exchange) error {
	runs, err := executions(c)
	if err != nil {
		return err
	}
	status := map[string]int{folder.Running: 0, folder.Failure: 1, folder.Success: 2, folder.Aborted: 3}[runs[0].State]
	progress := map[string]any{"ratio": nil, "info": nil}
	switch runs[0].State {
	case folder.Running:
		progress = map[string]any{"ratio": "50%", "info": "running"}
	case folder.Success:
		progress = map[string]any{"ratio": "100%", "info": "success"}
	}
	c.writeJSON(http.StatusOK, map[string]any{"task_status": status, "progress": progress})
	return nil
}

// serveCheckJobs serves GET /v4/tasks/{task_id}/jobs. Only the request and the
// fields id, status, startTime and finishTime are known. That a row also names the
// sub-tasks, which have the logs, is a guess; OtherShape omits them.
func serveCheckJobs(c *exchange) error {
	page, size, err := c.paging("page", 1, "page_size", maxCheckJobs, maxCheckJobs)
	if err != nil {
		return err
	}
	runs, err := executions(c)
	if err != nil {
		return err
	}
	jobs := []map[string]any{}
	wanted := c.request.URL.Query()["statuses"]
	for _, run := range runs {
		job := map[string]any{
			"id": run.Execution, "status": checkStatus(run.State), "startTime": run.Started.UTC().Format(time.RFC3339),
		}
		if folder.Final(run.State) {
			job["finishTime"] = run.Finished().UTC().Format(time.RFC3339)
		}
		if !c.faults.has(OtherShape) {
			job["sub_jobs"] = []map[string]string{{"id": run.Run, "name": "analyze"}}
		}
		if len(wanted) == 0 || slices.Contains(wanted, checkStatus(run.State)) {
			jobs = append(jobs, job)
		}
	}
	c.writeJSON(http.StatusOK, map[string]any{"data": window(jobs, (page-1)*size, size), "total": len(jobs)})
	return nil
}

// checkStatus returns the state of a run in the words of this API.
func checkStatus(state string) string {
	return map[string]string{folder.Running: "running", folder.Failure: "failed", folder.Success: "success", folder.Aborted: "aborted"}[state]
}

// serveCheckLastJobs serves GET /v4/tasks/{task_id}/last-jobs.
func serveCheckLastJobs(c *exchange) error {
	runs, err := executions(c)
	if err != nil {
		return err
	}
	last := map[string]any{"last_job_id": runs[0].Execution, "last_success_job_id": nil}
	if i := slices.IndexFunc(runs, func(run *folder.Check) bool { return run.State == folder.Success }); i >= 0 {
		last["last_success_job_id"] = runs[i].Execution
	}
	c.writeJSON(http.StatusOK, map[string]any{"result": last})
	return nil
}

// serveCheckLogDetail serves GET /v2/{project_id}/tasks/{task_id}/log-detail for
// the execution execute_id, or else the latest. A successful run has no details.
func serveCheckLogDetail(c *exchange) error {
	runs, err := executions(c)
	if err != nil {
		return err
	}
	run := runs[0]
	if id := c.request.URL.Query().Get("execute_id"); id != "" {
		i := slices.IndexFunc(runs, func(run *folder.Check) bool { return run.Execution == id })
		if i < 0 {
			return knownRefusal(codeCheck)
		}
		run = runs[i]
	}
	if run.Project.ID != c.request.PathValue("project_id") {
		return knownRefusal(codeCheck)
	}
	logs := []map[string]string{}
	if run.State == folder.Failure {
		tail := run.Log.Slice(run.Log.LinesBack(run.Log.Size, maxPageLines), run.Log.Size)
		logs = append(logs, map[string]string{"display_name": "analyze", "log": string(tail), "level": "ERROR", "analysis": "", "faq": ""})
	}
	c.writeJSON(http.StatusOK, map[string]any{
		"param_info": map[string]string{"url": run.Repository, "branch": run.Branch, "language": run.Language}, "log_info": logs,
	})
	return nil
}

// maxCheckJobs is the documented default and maximum of page_size.
const maxCheckJobs = 200
