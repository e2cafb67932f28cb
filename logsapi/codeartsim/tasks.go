package codeartsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scmType is where the code of every task lies: CodeArts Repo.
const scmType = "codehub"

// Limits of a list, by the documentation.
const (
	maxListSize     = 100
	defaultListSize = 10
	maxPageIndex    = 1 << 20
)

// newestOf are the newest builds of the tasks of a project, by the name of the
// task; false for a project nobody knows.
func (c *call) newestOf(project string) (newest []view, known bool) {
	seen := map[string]bool{}
	for _, b := range c.folder.builds {
		if b.Task.Project.ID != project || seen[b.Task.ID] {
			continue
		}
		seen[b.Task.ID] = true
		newest = append(newest, c.folder.newest(b.Task.ID)[0].seen(c.now))
	}
	slices.SortFunc(newest, func(a, b view) int { return strings.Compare(a.Task.Name, b.Task.Name) })
	return newest, len(newest) > 0
}

// listed are the tasks of the project and page that a request names.
func (c *call) listed(search string) (tasks []any, total int, err error) {
	index, size, err := c.paging("page_index", 0, "page_size", maxListSize, 0)
	if err != nil {
		return nil, 0, err
	}
	newest, known := c.newestOf(c.request.PathValue("project_id"))
	if !known {
		return nil, 0, knownRefusal(codeUnknown)
	}
	found := slices.DeleteFunc(newest, func(b view) bool {
		return !strings.Contains(strings.ToLower(b.Task.Name+"\n"+b.Executor), strings.ToLower(search))
	})
	tasks = []any{}
	for _, b := range window(found, index*size, size) {
		tasks = append(tasks, c.taskRow(b))
	}
	return tasks, len(found), nil
}

// taskRow is a task in a list: the fields that a client may want.
func (c *call) taskRow(b view) map[string]any {
	id, name := "id", "job_name"
	if c.faults.has(OtherNames) {
		id, name = "job_id", "name"
	}
	return map[string]any{
		id: b.Task.ID, name: b.Task.Name, "job_creator": b.Executor, "user_name": b.Executor,
		"last_build_time": b.queued().UnixMilli(), "last_build_status": colour(b.state),
		"last_job_running_status": progress(b.state), "last_build_user": b.Executor,
		"is_finished": over(b.state), "disabled": false, "is_execute": true, "is_view": true,
		"trigger_type": b.Trigger, "build_time": b.took().Milliseconds(), "health_score": 80,
		"source_code": scmType, "scm_type": scmType, "scm_web_url": b.Task.Repository,
	}
}

// jobList is GET /v1/job/{project_id}/list.
func (c *call) jobList() error {
	tasks, total, err := c.listed(c.request.URL.Query().Get("search"))
	if err != nil {
		return err
	}
	if c.faults.has(OtherShape) {
		writeJSON(c, http.StatusOK, map[string]any{"jobs": tasks, "total": total})
		return nil
	}
	c.writeBuild(map[string]any{"job_list": tasks, "total": total})
	return nil
}

// jobsV3 is GET /v3/{project_id}/jobs, the older list, which cannot search.
func (c *call) jobsV3() error {
	tasks, total, err := c.listed("")
	if err == nil {
		writeJSON(c, http.StatusOK, map[string]any{"jobs": tasks, "total": total})
	}
	return err
}

// jobInfo is GET /v1/job/{job_id}/info.
func (c *call) jobInfo() error {
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
		"last_build_status": colour(b.state), "running_status": progress(b.state),
		"last_build_time": b.queued().UnixMilli(), "build_time": strconv.FormatInt(b.took().Milliseconds(), 10),
		"disabled": false, "is_execute": true, "is_view": true, "health_score": 80, "source_code": scmType,
	})
	return nil
}

// runningStatus is GET /v1/job/{job_id}/running-status.
func (c *call) runningStatus() error {
	builds, err := c.builds()
	if err != nil {
		return err
	}
	c.writeBuild(map[string]any{
		"last_job_id":       builds[0].Task.ID,
		"last_build_no":     strconv.FormatInt(builds[0].Number, 10),
		"last_build_status": colour(builds[0].state),
		"is_running":        !over(builds[0].state),
	})
	return nil
}

// jobStatus is GET /v1/job/{job_id}/status. A build_no left out is 1, by the
// documentation.
func (c *call) jobStatus() error {
	number := c.request.URL.Query().Get("build_no")
	if number == "" {
		number = "1"
	}
	b, err := c.buildOf(c.request.PathValue("job_id"), number)
	if err != nil {
		return err
	}
	if c.faults.has(OtherShape) {
		c.writeBuild(map[string]any{"workflow": map[string]any{"status": b.state}})
		return nil
	}
	c.writeBuild(map[string]any{"status": b.state, "abort_status": "", "label": ""})
	return nil
}

// colour is the state of a build in lists of tasks.
func colour(state string) string {
	switch state {
	case success:
		return "blue"
	case aborted:
		return "aborted"
	case running, inQueue:
		return "building"
	}
	return "red"
}

// progress is whether a build runs, as lists say it. Only the states of the
// build itself were seen; the word for one that is over is a guess.
func progress(state string) string {
	if over(state) {
		return "Finished"
	}
	return state
}

// wallClock is the time zone of the regions in China, whose local time the
// service takes and gives where a time has no zone.
var wallClock = time.FixedZone("GMT+08:00", 8*60*60)
