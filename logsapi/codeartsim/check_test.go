package codeartsim

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	demoStyle   = "9d0e7b35c1f24a86b5d23e8f40a6c917"
	styleFailed = "4e6a1c0f83b94d7295f0d8c2b7e31a5d"
	stylePassed = "c81b5f2e6d074a39b0e4f7d1a92c6385"
)

func TestCheckTaskIsListedWithItsLatestRun(t *testing.T) {
	h := startDemo(t)
	got := h.ask("/v2/" + shopID + "/tasks?offset=0&limit=100")
	assert.EqualValues(t, 1, got["total"])
	assert.Equal(t, object{"task_id": demoStyle, "task_name": "style", "git_url": "https://codehub.example.com/shop/web.git",
		"git_branch": "main", "created_at": "2026-11-21T01:31:02Z", "last_check_time": "2026-11-21T01:31:02Z"}, got["tasks"].([]any)[0])
	assert.Empty(t, h.ask("/v2/" + shopID + "/tasks?offset=1")["tasks"])
	assert.Empty(t, h.ask("/v2/" + platformID + "/tasks")["tasks"])
}

func TestExecutionsOfACheckTask(t *testing.T) {
	h := startDemo(t)
	got := h.ask("/v4/tasks/" + demoStyle + "/jobs")
	assert.EqualValues(t, 2, got["total"])
	assert.Equal(t, []any{styleFailed, stylePassed}, column(got["data"], "id"))
	assert.Equal(t, []any{"failed", "success"}, column(got["data"], "status"))
	sub := column(got["data"], "sub_jobs")[0].([]any)[0].(object)["id"]
	assert.Equal(t, h.CheckRuns()["style"], sub, "the guess: a row names the run that has the log")
	assert.Equal(t, []any{stylePassed}, column(h.ask("/v4/tasks/" + demoStyle + "/jobs?page=2&page_size=1")["data"], "id"))
	assert.Equal(t, []any{stylePassed}, column(h.ask("/v4/tasks/" + demoStyle + "/jobs?statuses=success")["data"], "id"))
	assert.Equal(t, []any{nil, nil}, column(startDemo(t, OtherShape).ask("/v4/tasks/" + demoStyle + "/jobs")["data"], "sub_jobs"))
	assert.Equal(t, object{"result": object{"last_job_id": styleFailed, "last_success_job_id": stylePassed}},
		h.ask("/v4/tasks/"+demoStyle+"/last-jobs"))
	assert.Equal(t, object{"task_status": 1., "progress": object{"ratio": nil, "info": nil}},
		h.ask("/v2/tasks/"+demoStyle+"/progress"))
}

func TestLogDetailIsOfTheLatestExecutionUnlessNamed(t *testing.T) {
	h := startDemo(t)
	const target = "/v2/" + shopID + "/tasks/" + demoStyle + "/log-detail"
	latest := h.ask(target)
	assert.Contains(t, column(latest["log_info"], "log")[0], "Checkstyle ends with 9 errors.")
	assert.Equal(t, "main", latest["param_info"].(object)["branch"])
	assert.Equal(t, latest, h.ask(target+"?execute_id="+styleFailed))
	assert.Empty(t, h.ask(target + "?execute_id=" + stylePassed)["log_info"])
}
