package logsapi

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	execution     = "4e6a1c0f83b94d7295f0d8c2b7e31a5d"
	subTask       = "a777ff00d3cf4d369d87066806ae51c4"
	otherRun      = "5b2d90e7a41c4f68938e0c7d6fb1a204"
	checkJobsPath = "/v4/tasks/" + checkTask + "/jobs"
	lastJobsPath  = "/v4/tasks/" + checkTask + "/last-jobs"
	checkJobsBody = `{"data":[{"id":"` + otherRun + `","status":"success","startTime":"2026-11-19T01:31:02Z"},
		{"id":"` + execution + `","status":"failed","startTime":"2026-11-20T01:31:02Z","finishTime":"2026-11-20T01:31:45Z","sub_jobs":[{"id":"` + subTask + `","name":"analyze"}]}],"total":2}`
)

func shownRuns(runs []CheckRun) []string {
	shown := []string{}
	for _, r := range runs {
		started := "-"
		if !r.Started.IsZero() {
			started = r.Started.UTC().Format(time.RFC3339)
		}
		shown = append(shown, fmt.Sprintf("%s|%s|%s", r.ID[:4], r.State, started))
	}
	return shown
}

func TestCheckRunsAreReadInEveryShape(t *testing.T) {
	for name, c := range map[string]struct {
		path, body string
		want       []string
	}{
		"with their parts":      {checkJobsPath, checkJobsBody, []string{"a777|failed|2026-11-20T01:31:02Z", "5b2d|succeeded|2026-11-19T01:31:02Z"}},
		"in an envelope":        {checkJobsPath, `{"result":{"jobs":[{"job_id":"` + execution + `","status":"quering","start_time":"2026-11-20 09:31:02"}]},"status":"success"}`, []string{"4e6a|queued|2026-11-20T01:31:02Z"}},
		"a list in an envelope": {checkJobsPath, `{"httpStatus":"OK","result":[{"jobId":"` + execution + `","status":"aborted"}],"status":"success"}`, []string{"4e6a|aborted|-"}},
		"parts with states of their own": {checkJobsPath, `{"data":[{"id":"` + execution + `","status":"running","startTime":"2026-11-20T01:31:02Z","subJobs":[` +
			`{"jobId":"` + subTask + `","status":"failed","startTime":"2026-11-20T01:31:03Z"},{"jobId":"` + otherRun + `"},{"jobId":"x"},7]}]}`,
			[]string{"a777|failed|2026-11-20T01:31:03Z", "5b2d|running|2026-11-20T01:31:02Z"}},
		"parts that are no list":                                {checkJobsPath, `{"data":[{"id":"` + execution + `","sub_jobs":"none","subJobs":null}]}`, []string{"4e6a||-"}},
		"with names of its own":                                 {checkJobsPath, `{"page":{"executions":[{"run_uuid":"` + execution + `","task_id":"` + checkTask + `","state":"failed","units":[{"uuid":"` + subTask + `"}]}]},"total":1}`, []string{"a777|failed|-"}},
		"parts that are ids":                                    {checkJobsPath, `{"rows":[{"id":"` + execution + `","steps":["x"],"units":["` + subTask + `"]}]}`, []string{"a777||-"}},
		"ids of 36 characters":                                  {checkJobsPath, `{"data":[{"id":"` + vectorRecord + `","sub_jobs":[{"id":"a777ff00-d3cf-4d36-9d87-066806ae51c4"}]}]}`, []string{"a777||-"}},
		"not to be told from another list, but with a last one": {lastJobsPath, `{"result":{"x":[{"id":"` + subTask + `"}],"y":[{"id":"` + subTask + `"}],"last_job_id":"` + execution + `"}}`, []string{"4e6a||-"}},
		"no runs":                       {checkJobsPath, `{"data":[],"total":0}`, []string{}},
		"the last ones":                 {lastJobsPath, `{"result":{"last_job_id":"` + execution + `","last_success_job_id":"` + otherRun + `"}}`, []string{"4e6a||-", "5b2d|succeeded|-"}},
		"the last one, which went well": {lastJobsPath, `{"result":{"last_job_id":"` + execution + `","last_success_job_id":"` + execution + `"}}`, []string{"4e6a|succeeded|-"}},
		"none went well yet":            {lastJobsPath, `{"result":{"last_job_id":"` + execution + `","last_success_job_id":null}}`, []string{"4e6a||-"}},
		"never run":                     {lastJobsPath, `{"result":{"last_job_id":null,"last_success_job_id":""}}`, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			runs, err := newClient(t, says(map[string]string{c.path: c.body})).CheckRuns(t.Context(), checkTask)
			require.NoError(t, err)
			assert.Equal(t, c.want, shownRuns(runs))
		})
	}
}

func TestCheckTasksAreReadInEveryShape(t *testing.T) {
	for name, body := range map[string]string{
		"as documented":    `{"tasks":[{"task_id":"` + checkTask + `","task_name":"代码检查","git_url":"https://x","git_branch":"main","last_check_time":"2026-11-20T01:31:02Z"}],"total":1}`,
		"in an envelope":   `{"result":{"tasks":[{"task_id":"` + checkTask + `","task_name":"代码检查","last_check_time":"2026-11-20 09:31:02"},{"task_id":null}],"total":"2"},"status":"success"}`,
		"with other names": `{"data":[{"id":"` + checkTask + `","name":"代码检查","last_check_time":1795138262000}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			var sent url.Values
			f := &further{answers: map[string]func(url.Values) string{"/v2/" + projectID + "/tasks": func(q url.Values) string { sent = q; return body }}}
			tasks, err := newClient(t, f).CheckTasks(t.Context(), projectID)
			require.NoError(t, err)
			require.Len(t, tasks, 1)
			assert.Equal(t, "2026-11-20T01:31:02Z", tasks[0].LastChecked.UTC().Format(time.RFC3339))
			tasks[0].LastChecked = time.Time{}
			assert.Equal(t, CheckTask{ID: checkTask, Name: "代码检查", ProjectID: projectID}, tasks[0])
			assert.Equal(t, "100", sent.Get("limit"))
		})
	}
}

func TestCheckTasksAreReadPageByPage(t *testing.T) {
	f := &further{answers: map[string]func(url.Values) string{"/v2/" + projectID + "/tasks": func(q url.Values) string {
		var offset int
		fmt.Sscan(q.Get("offset"), &offset)
		return pageJSON(map[string]any{"tasks": numbered(offset, min(100, 230-offset)), "total": 230})
	}}}
	tasks, err := newClient(t, f).CheckTasks(t.Context(), projectID)
	require.NoError(t, err)
	assert.Len(t, tasks, 230)
	assert.Len(t, f.requests, 3)
}
