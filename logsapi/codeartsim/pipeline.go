package codeartsim

import (
	"net/http"
	"strconv"
	"strings"

	"logbot/logsapi/codeartsim/folder"
)

// Runs of pipelines are not in the folder. Each build that a pipeline triggered was
// started by a run of a pipeline of its own: the id of the pipeline is that of the
// task with its characters reversed, that of the run the id of the record without
// its hyphens. The run has one job with a checkout and the build.

// servePipelineRun serves GET
// /v5/{project_id}/api/pipelines/{pipeline_id}/pipeline-runs/detail, which has no
// envelope. Without pipeline_run_id it is the latest run. A step tells the number that
// its build has on its day; with OtherShape it tells build_no among its outputs
// instead, which is a guess.
func servePipelineRun(c *exchange) error {
	task := reversed(c.request.PathValue("pipeline_id"))
	run := c.request.URL.Query().Get("pipeline_run_id")
	for _, b := range c.folder.Newest(task) {
		id := strings.ReplaceAll(b.Record, "-", "")
		if !strings.EqualFold(b.Trigger, "pipeline") || b.Task.Project.ID != c.request.PathValue("project_id") || run != "" && run != id {
			continue
		}
		v := b.Snapshot(c.now)
		build := map[string]any{
			"id": id, "name": b.Task.Name, "task": "official_devcloud_cloudBuild", "business_type": "Build",
			"status": pipelineStatus(v.State), "start_time": b.QueuedAt().UnixMilli(), "end_time": b.Finished().UnixMilli(),
			"daily_build_number": c.folder.DailyNumber(b), "inputs": []map[string]string{{"key": "__projectId__", "value": ""}, {"key": "jobId", "value": b.Task.ID}},
		}
		if c.faults.has(OtherShape) {
			delete(build, "daily_build_number")
			build["outputs"] = []map[string]string{{"key": "build_no", "value": strconv.FormatInt(b.Number, 10)}}
		}
		if v.State == folder.Failure {
			build["message"] = `{"errorMessage":" 构建任务执行失败!","errorCode":"DEV-CODECI-35002"}`
		}
		checkout := map[string]any{"id": "1", "name": "checkout", "task": "official_git_clone", "status": "COMPLETED", "inputs": []any{}}
		c.writeJSON(http.StatusOK, map[string]any{
			"id": id, "pipeline_id": c.request.PathValue("pipeline_id"), "name": b.Task.Name + " pipeline",
			"status": pipelineStatus(v.State), "trigger_type": "Manual",
			"stages": []map[string]any{{"name": "build", "status": pipelineStatus(v.State), "jobs": []map[string]any{
				{"id": "1", "name": "build", "status": pipelineStatus(v.State), "steps": []any{checkout, build}},
			}}},
		})
		return nil
	}
	return refusal(http.StatusBadRequest, "DEVPIPE.30011001", "The pipeline run does not exist.")
}

// pipelineStatus is a state in the words of CodeArts Pipeline.
func pipelineStatus(state string) string {
	switch state {
	case folder.Success:
		return "COMPLETED"
	case folder.Aborted:
		return "CANCELED"
	case folder.Running:
		return "RUNNING"
	case folder.InQueue:
		return "QUEUED"
	}
	return "FAILED"
}

func reversed(s string) string {
	out := []byte(s)
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}
