package logsapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/lenient"
)

const (
	projectID  = "6b1f0c7e94d24a3f8a5e2d907c3b41f8"
	otherTask  = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	checkTask  = "9d0e7b35c1f24a86b5d23e8f40a6c917"
	notThere   = `{"error_code":"APIGW.0101","error_msg":"The API does not exist or has not been published in the environment"}`
	notAllowed = `{"error_code":"APIGW.0302","error_msg":"无权限"}`
)

// further answers each path with what is given for it; what is not given is not
// published.
type further struct {
	answers  map[string]func(url.Values) string
	requests []string
}

// says is a further that answers one path always alike, whatever the others.
func says(paths map[string]string) *further {
	f := &further{answers: map[string]func(url.Values) string{}}
	for path, body := range paths {
		f.answers[path] = func(url.Values) string { return body }
	}
	return f
}

func (f *further) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.requests = append(f.requests, r.URL.Path)
	answer := f.answers[r.URL.Path]
	if answer == nil {
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, notThere)
		return
	}
	io.WriteString(w, answer(r.URL.Query()))
}

// calls is every call of a further endpoint, with good ids.
func calls(c *Client) map[string]func(context.Context) (any, error) {
	return map[string]func(context.Context) (any, error){
		"Tasks":       func(ctx context.Context) (any, error) { return c.Tasks(ctx, projectID, "") },
		"Task":        func(ctx context.Context) (any, error) { return c.Task(ctx, vectorTask) },
		"Builds":      func(ctx context.Context) (any, error) { return c.Builds(ctx, vectorTask, 10) },
		"LatestBuild": func(ctx context.Context) (any, error) { return c.LatestBuild(ctx, vectorTask) },
		"Steps":       func(ctx context.Context) (any, error) { return c.Steps(ctx, vectorRecord) },
		"StepsOf":     func(ctx context.Context) (any, error) { return c.StepsOf(ctx, vectorTask, 7, vectorRecord) },
		"Analysis":    func(ctx context.Context) (any, error) { return c.Analysis(ctx, vectorTask, 7) },
		"CheckTasks":  func(ctx context.Context) (any, error) { return c.CheckTasks(ctx, projectID) },
		"CheckRuns":   func(ctx context.Context) (any, error) { return c.CheckRuns(ctx, checkTask) },
	}
}

func TestFurtherEndpointThatCannotBeHadIsOutOfReach(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"not published", 404, notThere, true},
		{"not published, without a code", 404, "404 page not found", true},
		{"not allowed", 403, notAllowed, true},
		{"not allowed, said with 200", 200, notAllowed, true},
		{"a task that does not exist", 422, `{"error_code":"DEVCB.00031006","error_msg":"构建任务不存在"}`, false},
		{"a broken service", 500, `{"error_code":"CB.00060101","error_msg":"内部错误"}`, false},
		{"a credential that is not accepted", 401, `{"error_code":"APIGW.0301","error_msg":"x-auth-token not found"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			names := calls(nil)
			delete(names, "Analysis") // of what is not there is none: TestBuildWithoutAnalysisHasTheZeroOne
			for name := range names {
				client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(c.status)
					io.WriteString(w, c.body)
				}))
				_, err := calls(client)[name](t.Context())
				require.Error(t, err, name)
				assert.Equal(t, c.want, OutOfReach(err), "%s: %v", name, err)
				assert.Equal(t, c.want, OutOfReach(fmt.Errorf("resolve web: %w", err)), name)
			}
		})
	}
	assert.False(t, OutOfReach(nil))
	assert.False(t, OutOfReach(errors.New("something else")))
}

func TestFurtherAnswerThatSaysNothingIsNoEmptySuccess(t *testing.T) {
	for name, body := range map[string]string{
		"an empty body":       "",
		"a web page":          "<!DOCTYPE html><html>",
		"no JSON":             "oops",
		"an array":            "[]",
		"nothing":             "{}",
		"an empty envelope":   `{"result":{},"error":null,"status":"success"}`,
		"a result of text":    `{"result":"成功","error":null,"status":"success"}`,
		"a result of null":    `{"result":null,"error":null,"status":"success"}`,
		"a list of text":      `{"result":{"total":3,"job_list":"web","jobs":7,"build_stages":"x"}}`,
		"rows without ids":    `{"result":{"jobs":[{"job_name":7},{"id":"short"}],"job_build_states":[{"state":"SUCCESS"}],"tasks":[{}]}}`,
		"rows of other types": `{"result":{"jobs":[1,"web",null,[]],"tasks":[true]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }))
			for call, do := range calls(client) {
				switch {
				case call == "Analysis" && strings.Contains(body, "{"):
					continue // may find nothing
				case call == "StepsOf" && strings.HasPrefix(name, "rows"):
					continue // steps need no id
				}
				got, err := do(t.Context())
				var e *Error
				require.ErrorAs(t, err, &e, "%s: %+v", call, got)
				assert.ErrorIs(t, err, ErrProtocol, call)
				assert.False(t, OutOfReach(err), call)
				assert.Empty(t, got, call)
			}
		})
	}
}

func TestFurtherCallsAreCheckedBeforeAnythingIsSent(t *testing.T) {
	client := newClient(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	ctx := t.Context()
	for _, id := range []string{"", "web", vectorTask + "0", strings.Repeat("构", 2000), "../../../../../../../../x/x/x/x/", "\x1b[31m" + vectorTask} {
		for name, call := range map[string]func() error{
			"Tasks":               func() error { _, err := client.Tasks(ctx, id, ""); return err },
			"Task":                func() error { _, err := client.Task(ctx, id); return err },
			"Builds":              func() error { _, err := client.Builds(ctx, id, 1); return err },
			"LatestBuild":         func() error { _, err := client.LatestBuild(ctx, id); return err },
			"Steps":               func() error { _, err := client.Steps(ctx, id); return err },
			"StepsOf, the task":   func() error { _, err := client.StepsOf(ctx, id, 7, vectorRecord); return err },
			"StepsOf, the build":  func() error { _, err := client.StepsOf(ctx, vectorTask, 0, vectorRecord); return err },
			"StepsOf, the record": func() error { _, err := client.StepsOf(ctx, vectorTask, 7, id+"."); return err },
			"Analysis":            func() error { _, err := client.Analysis(ctx, id, 7); return err },
			"Analysis, the build": func() error { _, err := client.Analysis(ctx, vectorTask, -1); return err },
			"CheckTasks":          func() error { _, err := client.CheckTasks(ctx, id); return err },
			"CheckRuns":           func() error { _, err := client.CheckRuns(ctx, id); return err },
			"no builds":           func() error { _, err := client.Builds(ctx, vectorTask, 0); return err },
			"too many builds":     func() error { _, err := client.Builds(ctx, vectorTask, MaxBuilds+1); return err },
			"a long search":       func() error { _, err := client.Tasks(ctx, projectID, strings.Repeat("构", 200)); return err },
		} {
			err := call()
			require.ErrorIs(t, err, ErrInvalid, "%s of %q", name, id)
			assert.Less(t, len(err.Error()), 400, name)
			assert.NotContains(t, err.Error(), "\x1b", name)
		}
	}
}

// numbered is n rows with ids that begin at first.
func numbered(first, n int) []map[string]any {
	all := []map[string]any{}
	for i := range n {
		all = append(all, map[string]any{"id": fmt.Sprintf("%032x", first+i), "job_name": fmt.Sprint("task-", first+i)})
	}
	return all
}

func TestListsEndWhateverTheServiceSaysOfTheirLength(t *testing.T) {
	for _, c := range []struct {
		name     string
		page     func(index int) map[string]any
		tasks    int
		requests int
	}{
		{"one page", func(int) map[string]any { return map[string]any{"total": 3, "job_list": numbered(0, 3)} }, 3, 1},
		{"no tasks", func(int) map[string]any { return map[string]any{"total": 0, "job_list": []any{}} }, 0, 1},
		{"no tasks, said with null", func(int) map[string]any { return map[string]any{"total": 0, "job_list": nil} }, 0, 1},
		{"a full page is the last", func(int) map[string]any { return map[string]any{"total": "100", "job_list": numbered(0, 100)} }, 100, 1},
		{"three pages", func(i int) map[string]any {
			return map[string]any{"total": 250, "job_list": numbered(i*100, min(100, 250-i*100))}
		}, 250, 3},
		{"three pages, no total", func(i int) map[string]any {
			return map[string]any{"job_list": numbered(i*100, min(100, 250-i*100))}
		}, 250, 3},
		{"pages of fifty", func(i int) map[string]any {
			return map[string]any{"total": 120, "job_list": numbered(i*50, min(50, 120-i*50))}
		}, 120, 3},
		{"a total that is too high", func(i int) map[string]any {
			return map[string]any{"total": 999, "job_list": numbered(i*100, max(0, min(100, 120-i*100)))}
		}, 120, 3},
		{"one page again and again", func(int) map[string]any { return map[string]any{"total": 900, "job_list": numbered(0, 100)} }, 100, 2},
		{"no end", func(i int) map[string]any { return map[string]any{"job_list": numbered(i*100, 100)} }, 1000, 10},
		{"far more than was asked for", func(i int) map[string]any { return map[string]any{"total": 70_000, "job_list": numbered(i*7000, 7000)} }, 1000, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := "/v1/job/" + projectID + "/list"
			f := &further{answers: map[string]func(url.Values) string{path: func(q url.Values) string {
				assert.Equal(t, "100", q.Get("page_size"))
				var index int
				fmt.Sscan(q.Get("page_index"), &index)
				return pageJSON(c.page(index))
			}}}
			tasks, err := newClient(t, f).Tasks(t.Context(), projectID, "")
			require.NoError(t, err)
			assert.Len(t, tasks, c.tasks)
			assert.Len(t, f.requests, c.requests)
			for i, task := range tasks {
				assert.Equal(t, fmt.Sprint("task-", i), task.Name)
			}
		})
	}
}

// decoded reads a result, in an envelope or without one.
func decoded[T any](body []byte) (T, error) {
	var e struct{ Result *T }
	var bare T
	if err := json.Unmarshal(body, &e); err == nil && e.Result != nil {
		return *e.Result, nil
	}
	return bare, json.Unmarshal(body, &bare)
}

func FuzzFurtherAnswers(f *testing.F) {
	for _, body := range []string{
		taskListBody, historyBody, periodBody, stagesBody, historyDetailsBody, analysisBody, checkJobsBody,
		`{"jobs":[{"id":"` + vectorTask + `","job_name":"网页"},7,null],"total":"2"}`, `{"result":null}`, `{"result":[]}`, `{"result":{"data":{}}}`,
		`{"result":{"build_stages":{"stage1":{"sequence":-1},"stage1":{"sequence":1e9},"":3}}}`, `{"result":{"error_nodes":["编译",7,{"error_info":"x"}]}}`,
		"{", "[", `"{}"`, "",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if e, err := decoded[lenient.Rows[taskRow]](body); err == nil {
			for _, row := range e.All {
				if id, task := row.listed(); id != "" && !IsTaskID(id) || id != task.ID {
					t.Fatalf("id %q of %+v", id, task)
				}
			}
			if len(e.All) > maxRows || len(e.All) > 0 && !e.Set {
				t.Fatal("rows are not bounded, or from no list")
			}
		}
		if e, err := decoded[lenient.Rows[buildRow]](body); err == nil {
			for _, row := range e.All {
				if b := row.build(); b.Number < 0 || b.Duration < 0 {
					t.Fatalf("%+v", b)
				}
			}
		}
		if e, err := decoded[stagesResult](body); err == nil {
			last := 0
			for _, step := range e.Stages.steps() {
				if step.Position <= last || step.NodeID < 0 || step.Duration < 0 {
					t.Fatalf("%+v after position %d", step, last)
				}
				last = step.Position
			}
		}
		if e, err := decoded[analysisResult](body); err == nil {
			a := e.analysis()
			if len(a.Message) > maxDiagnosis || len(a.Steps) > maxFindings {
				t.Fatalf("%d bytes, %d steps", len(a.Message), len(a.Steps))
			}
		}
		if e, err := decoded[lenient.Rows[checkRow]](body); err == nil {
			for _, row := range e.All {
				for _, run := range row.runs() {
					if !IsTaskID(run.ID) {
						t.Fatalf("run %+v", run)
					}
				}
			}
		}
	})
}
