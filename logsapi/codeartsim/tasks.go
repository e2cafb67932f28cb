package codeartsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"logbot/logsapi/codeartsim/folder"
)

// scmType is CodeArts Repo, the repository of every task.
const scmType = "codehub"

// Documented limits of lists.
const (
	maxListSize     = 100
	defaultListSize = 10
	maxPageIndex    = 1 << 20
)

// newestOfProject returns the newest build of each task of a project, sorted by the
// name of the task. It reports false if the project is unknown.
func (c *exchange) newestOfProject(project string) (newest []folder.Snapshot, known bool) {
	seen := map[string]bool{}
	for _, b := range c.folder.Builds {
		if b.Task.Project.ID != project || seen[b.Task.ID] {
			continue
		}
		seen[b.Task.ID] = true
		newest = append(newest, c.snapshot(c.folder.Newest(b.Task.ID)[0]))
	}
	slices.SortFunc(newest, func(a, b folder.Snapshot) int { return strings.Compare(a.Task.Name, b.Task.Name) })
	return newest, len(newest) > 0
}

// taskPage returns the tasks of the project and page that the request names.
func (c *exchange) taskPage(search string) (tasks []any, total int, err error) {
	index, size, err := c.paging("page_index", 0, "page_size", maxListSize, 0)
	if err != nil {
		return nil, 0, err
	}
	newest, known := c.newestOfProject(c.request.PathValue("project_id"))
	if !known {
		return nil, 0, knownRefusal(codeUnknown)
	}
	found := slices.DeleteFunc(newest, func(b folder.Snapshot) bool {
		return !strings.Contains(strings.ToLower(b.Task.Name+"\n"+b.Executor), strings.ToLower(search))
	})
	tasks = []any{}
	for _, b := range window(found, index*size, size) {
		tasks = append(tasks, taskRow(c, b))
	}
	return tasks, len(found), nil
}

// taskRow is a task in a list, with the fields that a client may need.
func taskRow(c *exchange, b folder.Snapshot) map[string]any {
	id, name := "id", "job_name"
	if c.faults.has(OtherNames) {
		id, name = "job_id", "name"
	}
	return map[string]any{
		id: b.Task.ID, name: b.Task.Name, "job_creator": b.Executor, "user_name": b.Executor,
		"last_build_time": b.QueuedAt().UnixMilli(), "last_build_status": statusColor(b.State),
		"last_job_running_status": runningStatus(b.State), "last_build_user": b.Executor,
		"is_finished": folder.Final(b.State), "disabled": false, "is_execute": true, "is_view": true,
		"trigger_type": b.Trigger, "build_time": b.Took().Milliseconds(), "health_score": 80,
		"source_code": scmType, "scm_type": scmType, "scm_web_url": b.Task.Repository,
	}
}

// serveJobList serves GET /v1/job/{project_id}/list.
func serveJobList(c *exchange) error {
	tasks, total, err := c.taskPage(c.request.URL.Query().Get("search"))
	if err != nil {
		return err
	}
	if c.faults.has(OtherShape) {
		c.writeJSON(http.StatusOK, map[string]any{"jobs": tasks, "total": total})
		return nil
	}
	c.writeBuild(map[string]any{"job_list": tasks, "total": total})
	return nil
}

// serveJobsV3 serves GET /v3/{project_id}/jobs, the older list, which has no
// search.
func serveJobsV3(c *exchange) error {
	tasks, total, err := c.taskPage("")
	if err == nil {
		c.writeJSON(http.StatusOK, map[string]any{"jobs": tasks, "total": total})
	}
	return err
}

// serveJobInfo serves GET /v1/job/{job_id}/info.
func serveJobInfo(c *exchange) error {
	builds, err := c.builds()
	if err != nil {
		return err
	}
	b := builds[0]
	name := "job_name"
	if c.faults.has(OtherNames) {
		name = "name"
	}
	c.writeBuild(map[string]any{
		"id": b.Task.ID, name: b.Task.Name, "project_id": b.Task.Project.ID,
		"last_build_status": statusColor(b.State), "running_status": runningStatus(b.State),
		"last_build_time": b.QueuedAt().UnixMilli(), "build_time": strconv.FormatInt(b.Took().Milliseconds(), 10),
		"disabled": false, "is_execute": true, "is_view": true, "health_score": 80, "source_code": scmType,
	})
	return nil
}

// serveRunningStatus serves GET /v1/job/{job_id}/running-status.
func serveRunningStatus(c *exchange) error {
	builds, err := c.builds()
	if err != nil {
		return err
	}
	c.writeBuild(map[string]any{
		"last_job_id":       builds[0].Task.ID,
		"last_build_no":     strconv.FormatInt(builds[0].Number, 10),
		"last_build_status": statusColor(builds[0].State),
		"is_running":        !folder.Final(builds[0].State),
	})
	return nil
}

// serveJobStatus serves GET /v1/job/{job_id}/status. The documented default of
// build_no is 1.
func serveJobStatus(c *exchange) error {
	number := c.request.URL.Query().Get("build_no")
	if number == "" {
		number = "1"
	}
	b, err := c.buildOf(c.request.PathValue("job_id"), number)
	if err != nil {
		return err
	}
	if c.faults.has(OtherShape) {
		c.writeBuild(map[string]any{"workflow": map[string]any{"status": b.State}})
		return nil
	}
	c.writeBuild(map[string]any{"status": b.State, "abort_status": "", "label": ""})
	return nil
}

// statusColor returns the state of a build in the words of task lists.
func statusColor(state string) string {
	switch state {
	case folder.Success:
		return "blue"
	case folder.Aborted:
		return "aborted"
	case folder.Running, folder.InQueue:
		return "building"
	}
	return "red"
}

// runningStatus returns whether a build runs, in the words of lists. Only the
// states of running builds were seen; "Finished" is a guess.
func runningStatus(state string) string {
	if folder.Final(state) {
		return "Finished"
	}
	return state
}
