package codeartsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim/folder"
)

const (
	shopID     = "6b1f0c7e94d24a3f8a5e2d907c3b41f8"
	platformID = "2f8c5d10a7e94b63b0d41c6e5f9a7823"
	demoWeb    = "48c66c6002964721be537cdc6ce0297b"
	web128     = "f5d2de18-0fe5-221f-5215-6b9b8519e81e"
	web122     = "cb41bcd2-7364-62b7-00c4-6a4988c8dc36"
)

// demoDay is a morning shortly after the newest build of the demo.
func demoDay() *clock { return &clock{now: time.Date(2026, 11, 21, 11, 0, 0, 0, folder.ChinaTime)} }

func startDemo(t *testing.T, on ...Fault) harness {
	return newHarness(t, Config{FS: Demo(), Clock: demoDay().Now, Faults: on})
}

// object is a JSON object that nothing is known of.
type object = map[string]any

// ask requests something that must succeed and returns it.
func (h harness) ask(target string) object {
	r := h.get(target)
	require.Equal(h.t, http.StatusOK, r.status, "%s: %s", target, r.body)
	var o object
	require.NoError(h.t, json.Unmarshal(r.body, &o), "%s", r.body)
	return o
}

// result is the result inside the envelope of Build.
func (h harness) result(target string) object {
	o := h.ask(target)
	require.Equal(h.t, "success", o["status"], target)
	require.Nil(h.t, o["error"])
	return o["result"].(object)
}

// column is one field of every row.
func column(rows any, field string) []any {
	all := []any{}
	for _, row := range rows.([]any) {
		all = append(all, row.(object)[field])
	}
	return all
}

func TestTaskListIsSearchedAndPagedFromZero(t *testing.T) {
	h := startDemo(t)
	for _, c := range []struct {
		project, query string
		total          int
		want           []any
	}{
		{shopID, "page_index=0&page_size=100", 3, []any{"api", "frontend", "web"}},
		{shopID, "page_index=0&page_size=2", 3, []any{"api", "frontend"}},
		{shopID, "page_index=1&page_size=2", 3, []any{"web"}},
		{shopID, "page_index=2&page_size=2", 3, []any{}},
		{shopID, "page_index=0&page_size=100&search=RONT", 1, []any{"frontend"}},
		{shopID, "page_index=0&page_size=100&search=li.na", 1, []any{"api"}},
		{shopID, "page_index=0&page_size=100&search=nothing", 0, []any{}},
		{platformID, "page_index=0&page_size=100", 2, []any{"firmware", "monorepo"}},
		{platformID, "page_index=0&page_size=100&search=" + "%E9%99%88", 1, []any{"firmware"}},
	} {
		got := h.result("/v1/job/" + c.project + "/list?" + c.query)
		assert.EqualValues(t, c.total, got["total"], c.query)
		assert.Equal(t, c.want, column(got["job_list"], "job_name"), c.query)
	}
	row := h.result("/v1/job/" + shopID + "/list?page_index=0&page_size=100&search=api")["job_list"].([]any)[0].(object)
	assert.Equal(t, "5a90e1c47d3b4f2683bc0d1fe2a5b719", row["id"])
	assert.Equal(t, "red", row["last_build_status"])
	assert.Equal(t, true, row["is_finished"])
	assert.EqualValues(t, time.Date(2026, 11, 21, 9, 44, 9, 40_000_000, folder.ChinaTime).UnixMilli(), row["last_build_time"])
	older := h.ask("/v3/" + shopID + "/jobs?page_index=0&page_size=2&search=api")
	assert.EqualValues(t, 3, older["total"])
	assert.Equal(t, []any{"api", "frontend"}, column(older["jobs"], "job_name"), "the older list cannot search")
}

func TestTaskListHasTheOtherShapesThatSourcesDescribe(t *testing.T) {
	const list = "/v1/job/" + shopID + "/list?page_index=0&page_size=100&search=api"
	top := startDemo(t, OtherShape).ask(list)
	assert.EqualValues(t, 1, top["total"])
	assert.Equal(t, []any{"api"}, column(top["jobs"], "job_name"))
	assert.NotContains(t, top, "result")
	row := startDemo(t, OtherNames).result(list)["job_list"].([]any)[0].(object)
	assert.Equal(t, "api", row["name"])
	assert.Equal(t, "5a90e1c47d3b4f2683bc0d1fe2a5b719", row["job_id"])
	assert.NotContains(t, row, "id")
	assert.NotContains(t, row, "job_name")
}

func TestTaskKnowsItsLatestBuild(t *testing.T) {
	h := startDemo(t)
	assert.Equal(t, object{"last_job_id": demoWeb, "last_build_no": "129", "last_build_status": "building", "is_running": true},
		h.result("/v1/job/"+demoWeb+"/running-status"))
	api := h.result("/v1/job/5a90e1c47d3b4f2683bc0d1fe2a5b719/running-status")
	assert.Equal(t, "57", api["last_build_no"])
	assert.Equal(t, "red", api["last_build_status"])
	assert.Equal(t, false, api["is_running"])
	about := h.result("/v1/job/" + demoWeb + "/info")
	assert.Equal(t, "web", about["job_name"])
	assert.Equal(t, shopID, about["project_id"])
	assert.Equal(t, "InQueue", about["running_status"])
	assert.Equal(t, "web", startDemo(t, OtherNames).result("/v1/job/" + demoWeb + "/info")["name"])
}

func TestStatusOfABuild(t *testing.T) {
	h := startDemo(t)
	for number, want := range map[int]string{129: "InQueue", 128: "FAILURE", 127: "SUCCESS", 124: "ABORTED", 122: "SCHEDULE_FAILURE"} {
		target := fmt.Sprintf("/v1/job/%s/status?build_no=%d", demoWeb, number)
		assert.Equal(t, want, h.result(target)["status"])
	}
	other := startDemo(t, OtherShape).result("/v1/job/" + demoWeb + "/status?build_no=128")
	assert.Equal(t, object{"workflow": object{"status": "FAILURE"}}, other)
	r := h.get("/v1/job/" + demoWeb + "/status")
	assert.Equal(t, "CB.00031059", r.code(t), "no number is build 1, which this task has no more")
}

func TestFurtherEndpointsRefuseWhatTheyDoNotKnow(t *testing.T) {
	h := startDemo(t)
	const window = "start_time=2026-11-01+00:00:00&end_time=2026-11-21+00:00:00"
	for _, c := range []struct {
		target string
		status int
		code   string
	}{
		{"/v1/job/" + otherID + "/list?page_index=0&page_size=10", 422, codeUnknown},
		{"/v1/job/" + shopID + "/list?page_size=10", 400, codeParameter},
		{"/v1/job/" + shopID + "/list?page_index=0", 400, codeParameter},
		{"/v1/job/" + shopID + "/list?page_index=-1&page_size=10", 400, codeParameter},
		{"/v1/job/" + shopID + "/list?page_index=0&page_size=101", 400, codeParameter},
		{"/v3/" + otherID + "/jobs?page_index=0&page_size=10", 422, codeUnknown},
		{"/v1/job/" + otherID + "/running-status", 422, codeUnknown},
		{"/v1/job/web/running-status", 400, codeTaskID},
		{"/v1/job/" + otherID + "/info", 422, codeUnknown},
		{"/v1/job/" + otherID + "/status?build_no=1", 422, codeUnknown},
		{"/v1/record/" + otherID + "/list?" + window, 422, codeUnknown},
		{"/v1/record/" + demoWeb + "/list?end_time=2026-11-21+00:00:00", 400, codeParameter},
		{"/v1/record/" + demoWeb + "/list?start_time=2026-11-21T00:00:00Z&end_time=2026-11-21+00:00:00", 400, codeParameter},
		{"/v1/record/" + demoWeb + "/list?" + window + "&page_size=0", 400, codeParameter},
		{"/v1/record/" + demoWeb + "/list?start_time=2026-10-20+00:00:00&end_time=2026-11-20+00:00:01", 400, codeWindow},
		{"/v3/jobs/" + demoWeb + "/period-history?offset=0&limit=10&start_time=2026-10-20&end_time=2026-11-20", 400, codeWindow},
		{"/v3/jobs/" + demoWeb + "/period-history?offset=0&start_time=2026-11-19&end_time=2026-11-20", 400, codeParameter},
		{"/v1/record/" + demoWeb + "/9999/build-info-record", 403, codeNeverBuilt},
		{"/v1/record/00000000-0000-0000-0000-000000000000/info", 422, codeUnknown},
		{"/v1/record/" + demoWeb + "/full-stages?cascade=true", 400, codeParameter},
		{"/v1/record/00000000-0000-0000-0000-000000000000/full-stages", 422, codeUnknown},
		{"/v3/jobs/" + demoWeb + "/9999/history-details", 403, codeNeverBuilt},
		{"/v1/log/" + otherID + "/1/analysis", 422, codeUnknown},
		{"/v1/log/" + demoWeb + "/128/analysis?limit=101", 400, codeParameter},
		{"/v2/tasks/" + otherID + "/progress", 400, codeCheck},
		{"/v4/tasks/" + otherID + "/jobs", 400, codeCheck},
		{"/v4/tasks/" + demoStyle + "/jobs?page=0", 400, codeParameter},
		{"/v4/tasks/" + demoStyle + "/jobs?page_size=201", 400, codeParameter},
		{"/v4/tasks/" + otherID + "/last-jobs", 400, codeCheck},
		{"/v2/" + shopID + "/tasks/" + demoStyle + "/log-detail?execute_id=x", 400, codeCheck},
		{"/v2/" + platformID + "/tasks/" + demoStyle + "/log-detail", 400, codeCheck},
	} {
		r := h.get(c.target)
		assert.Equal(t, c.status, r.status, "%s: %s", c.target, r.body)
		assert.Equal(t, c.code, r.code(t), c.target)
	}
}

func TestEveryEndpointCanBeUnpublishedAndForbidden(t *testing.T) {
	replacer := endpointReplacer()
	h, all := startDemo(t), startDemo(t, NotPublished)
	for n, e := range Endpoints() {
		target := replacer.Replace(e.Pattern[len("GET "):])
		require.NoError(t, h.SetFaults(NotPublished+"="+Fault(e.Name)))
		r := h.get(target)
		assert.Equal(t, http.StatusNotFound, r.status, target)
		assert.Equal(t, "APIGW.0101", r.code(t), target)
		assert.EqualValues(t, n+1, h.Requests().Elsewhere)
		assert.Zero(t, h.Counts()[e.Name])

		require.NoError(t, h.SetFaults(Forbidden+"="+Fault(e.Name)))
		r = h.get(target)
		assert.Equal(t, http.StatusForbidden, r.status, target)
		assert.Equal(t, "APIGW.0302", r.code(t), target)
		assert.EqualValues(t, 1, h.Counts()[e.Name])

		require.NoError(t, h.SetFaults())
		assert.NotEqual(t, http.StatusNotFound, h.get(target).status, target)
		assert.Equal(t, e.Further, all.get(target).status == http.StatusNotFound, "only further ones are off: %s", target)
	}
	assert.Zero(t, all.Requests().Further+all.Requests().RecordInfo)
}
