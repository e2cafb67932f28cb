package logsapi

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const taskListBody = `{"result":{"total":2,"job_list":[
	{"id":"` + vectorTask + `","job_name":"网页-web","last_build_status":"red","last_job_running_status":"","last_build_time":1789032382772,"is_finished":true,"disabled":false},
	{"id":"` + otherTask + `","job_name":"api","last_build_status":"blue","is_finished":false,"last_build_time":"2026-09-10 17:26:22"}
]},"error":null,"status":"success"}`

var lastBuilt = time.Date(2026, 9, 10, 9, 26, 22, 0, time.UTC)

func TestTasksAreReadInEveryShape(t *testing.T) {
	v1, v3 := "/v1/job/"+projectID+"/list", "/v3/"+projectID+"/jobs"
	web := Task{ID: vectorTask, Name: "网页-web", ProjectID: projectID, State: Failed, LastBuilt: lastBuilt.Add(772 * time.Millisecond)}
	api := Task{ID: otherTask, Name: "api", ProjectID: projectID, State: Succeeded, LastBuilt: lastBuilt, Running: true}
	for _, c := range []struct {
		name string
		path string
		body string
		want []Task
	}{
		{"as the service sends it", v1, taskListBody, []Task{web, api}},
		{"as the SDK expects it", v1, `{"jobs":[{"job_id":"` + otherTask + `","name":"api","last_build_status":"BLUE","last_job_running_status":"Running","last_build_time":1789032382000}],"total":1}`,
			[]Task{api}},
		{"of the older list", v3, `{"jobs":[{"id":"` + otherTask + `","job_name":"api","last_build_status":"building","last_build_time":1789032382000}],"total":1}`,
			[]Task{{ID: otherTask, Name: "api", ProjectID: projectID, State: Running, LastBuilt: lastBuilt, Running: true}}},
		{"with hardly a field", v1, `{"result":{"job_list":[{"id":"` + vectorTask + `"}]}}`, []Task{{ID: vectorTask, ProjectID: projectID}}},
		{"with fields of other types", v1, `{"result":{"total":{},"job_list":[{"id":"` + vectorTask + `","job_name":["x"],"last_build_status":5,"last_build_time":{},"is_finished":"maybe"}]}}`,
			[]Task{{ID: vectorTask, ProjectID: projectID, Running: true}}},
		{"some without an id", v1, `{"result":{"job_list":[{"id":"../x","job_name":"bad"},{"job_id":"` + vectorTask + `","id":7,"job_name":"web"},null,3]}}`,
			[]Task{{ID: vectorTask, Name: "web", ProjectID: projectID}}},
		{"one twice", v1, `{"result":{"job_list":[{"id":"` + vectorTask + `","job_name":"web"},{"id":"` + vectorTask + `","job_name":"again"}]}}`,
			[]Task{{ID: vectorTask, Name: "web", ProjectID: projectID}}},
		{"queued", v1, `{"result":{"job_list":[{"id":"` + vectorTask + `","job_name":"web","last_build_status":"none","last_job_running_status":"InQueue"}]}}`,
			[]Task{{ID: vectorTask, Name: "web", ProjectID: projectID, State: Queued, Running: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tasks, err := newClient(t, says(map[string]string{c.path: c.body})).Tasks(t.Context(), projectID, "")
			require.NoError(t, err)
			for i := range tasks {
				tasks[i].LastBuilt = tasks[i].LastBuilt.UTC()
			}
			assert.Equal(t, c.want, zeroed(c.want, tasks))
		})
	}
}

// zeroed makes a zero time of got's, which UTC changes, equal to want's.
func zeroed(want, got []Task) []Task {
	for i := range min(len(want), len(got)) {
		if got[i].LastBuilt.IsZero() {
			got[i].LastBuilt = time.Time{}
		}
	}
	return got
}

func TestTasksAreSearchedHereToo(t *testing.T) {
	body := `{"jobs":[{"id":"` + vectorTask + `","job_name":"Web-前端","job_creator":"api"},{"id":"` + otherTask + `","job_name":"api"}],"total":2}`
	for _, path := range []string{"/v1/job/" + projectID + "/list", "/v3/" + projectID + "/jobs"} {
		for search, want := range map[string]string{"": "[Web-前端 api]", "web": "[Web-前端]", "前端": "[Web-前端]", "API": "[api]", "nosuch": "[]", " ": "[]"} {
			var sent url.Values
			f := &further{answers: map[string]func(url.Values) string{path: func(q url.Values) string { sent = q; return body }}}
			tasks, err := newClient(t, f).Tasks(t.Context(), projectID, search)
			require.NoError(t, err)
			var names []string
			for _, task := range tasks {
				names = append(names, task.Name)
			}
			assert.Equal(t, want, fmt.Sprint(names), "%s: %q", path, search)
			assert.Equal(t, "0", sent.Get("page_index"))
			assert.Equal(t, path[:3] == "/v1" && search != "", sent.Has("search"))
			if sent.Has("search") {
				assert.Equal(t, search, sent.Get("search"))
			}
		}
	}
}

func TestTaskIsReadInEveryShape(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want Task
	}{
		"as documented": {`{"result":{"job_name":"网页","project_id":"` + projectID + `","last_build_status":"red","running_status":"","is_execute":true},"error":null,"status":"success"}`,
			Task{ID: vectorTask, Name: "网页", ProjectID: projectID, State: Failed}},
		"with other names": {`{"result":{"id":"` + vectorTask + `","name":"网页","project_id":"` + projectID + `","last_build_status":"blue","running_status":"RUNNING"}}`,
			Task{ID: vectorTask, Name: "网页", ProjectID: projectID, State: Succeeded, Running: true}},
		"never built": {`{"result":{"job_name":"网页","last_build_status":"none","project_id":null}}`, Task{ID: vectorTask, Name: "网页"}},
	} {
		t.Run(name, func(t *testing.T) {
			task, err := newClient(t, says(map[string]string{"/v1/job/" + vectorTask + "/info": c.body})).Task(t.Context(), vectorTask)
			require.NoError(t, err)
			assert.Equal(t, c.want, task)
		})
	}
}

func TestAPageOfTheListOfTasksIsOneRequest(t *testing.T) {
	v1, v3 := "/v1/job/"+projectID+"/list", "/v3/"+projectID+"/jobs"
	for name, c := range map[string]struct {
		answers map[string]string
		page    int
		want    TaskPage
		asked   int64
	}{
		"the third":         {map[string]string{v1: taskListBody}, 2, TaskPage{Total: 2, Rows: 2}, 1},
		"of the older list": {map[string]string{v3: taskListBody}, 0, TaskPage{Total: 2, Rows: 2}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var sent url.Values
			f := &further{answers: map[string]func(url.Values) string{}}
			for path, body := range c.answers {
				f.answers[path] = func(q url.Values) string { sent = q; return body }
			}
			ctx, asked := CountRequests(t.Context())
			got, err := newClient(t, f).TaskPage(ctx, projectID, c.page)
			require.NoError(t, err)
			assert.Equal(t, []string{"网页-web", "api"}, []string{got.Tasks[0].Name, got.Tasks[1].Name})
			assert.Equal(t, projectID, got.Tasks[1].ProjectID)
			got.Tasks = nil
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.asked, asked.Load())
			assert.Equal(t, fmt.Sprint(c.page), sent.Get("page_index"))
			assert.Equal(t, "100", sent.Get("page_size"))
		})
	}
	c := newClient(t, says(map[string]string{v1: `{"result":{"job_list":[{"job_name":"web"}]}}`}))
	_, err := c.TaskPage(t.Context(), projectID, 0)
	assert.ErrorIs(t, err, ErrProtocol)
	for _, wrong := range []int{-1, 0} {
		id := projectID
		if wrong == 0 {
			id = "shop"
		}
		_, err = c.TaskPage(t.Context(), id, wrong)
		assert.ErrorIs(t, err, ErrInvalid)
	}
}
