package codeartsim

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// endpointReplacer fills the parameters of a pattern with things of the demo.
func endpointReplacer() *strings.Replacer {
	return strings.NewReplacer("{job_id}", demoWeb, "{build_no}", "128", "{record_id}", web128,
		"{project_id}", shopID, "{task_id}", demoStyle)
}

func historyOf(from, to, more string) string {
	return "/v1/record/" + demoWeb + "/list?start_time=" + url.QueryEscape(from) + "&end_time=" + url.QueryEscape(to) + more
}

func TestHistoryIsNewestFirstWithinTheWindow(t *testing.T) {
	h := startDemo(t)
	for _, c := range []struct {
		from, to, more string
		total          string
		want           []any
	}{
		{"2026-10-25 00:00:00", "2026-11-21 12:00:00", "", "12", []any{129., 128., 127., 126., 125., 124., 123., 122., 121., 120.}},
		{"2026-10-25 00:00:00", "2026-11-21 12:00:00", "&page_index=1&page_size=10", "12", []any{119., 118.}},
		{"2026-10-25 00:00:00", "2026-11-21 12:00:00", "&page_index=5&page_size=100", "12", []any{}},
		{"2026-11-20 09:12:41", "2026-11-20 11:40:00", "", "1", []any{126.}},
		{"2026-11-20 09:12:42", "2026-11-20 11:40:00", "", "0", []any{}},
		{"2026-09-25 00:00:00", "2026-10-25 00:00:00", "", "2", []any{117., 116.}},
	} {
		got := h.result(historyOf(c.from, c.to, c.more))
		assert.Equal(t, c.total, got["total_record"])
		assert.Equal(t, c.want, column(got["job_build_states"], "number"), "%+v", c)
	}
	row := h.result(historyOf("2026-11-19 00:00:00", "2026-11-20 00:00:00", ""))["job_build_states"].([]any)[0].(object)
	assert.Equal(t, "SUCCESS", row["state"])
	assert.Equal(t, "chen.jie", row["executor"])
	assert.Equal(t, "20261119.2", row["daily_build_number"], "the second of the day")
	assert.EqualValues(t, 161_000, row["cost_time"])
	assert.Equal(t, "main", row["code_branch"])
	short := h.result("/v1/record/" + demoWeb + "/125/build-info-record")
	assert.Equal(t, row, short)
}

func TestPeriodHistoryHasRecordsAndNumbers(t *testing.T) {
	h := startDemo(t)
	const period = "/v3/jobs/" + demoWeb + "/period-history?offset=%d&limit=3&start_time=2026-11-12&end_time=2026-11-20"
	got := h.ask(fmt.Sprintf(period, 0))
	assert.EqualValues(t, 10, got["total"])
	assert.Equal(t, []any{128., 127., 126.}, column(got["history_records"], "build_number"), "the last day is in it")
	row := got["history_records"].([]any)[0].(object)
	assert.Equal(t, web128, row["record_id"])
	assert.Equal(t, "FAILURE", row["result"])
	assert.Equal(t, "2026-11-20 14:02:04", row["start_time"])
	assert.Equal(t, "2026-11-20 14:05:20", row["end_time"])
	assert.Equal(t, []any{119.}, column(h.ask(fmt.Sprintf(period, 9))["history_records"], "build_number"))
	assert.Empty(t, h.ask(fmt.Sprintf(period, 10))["history_records"])
}

func TestRecordLeadsBackToItsBuild(t *testing.T) {
	h := startDemo(t)
	got := h.result("/v1/record/" + web128 + "/info")
	assert.Equal(t, "128", got["build_no"])
	assert.Equal(t, "FAILURE", got["status"])
	assert.Equal(t, "web", got["display_name"])
	assert.EqualValues(t, 4_000, got["pending_duration"])
	assert.EqualValues(t, 192_000, got["build_duration"])
	never := h.result("/v1/record/" + web122 + "/info")
	assert.Equal(t, "SCHEDULE_FAILURE", never["status"])
	assert.NotContains(t, never, "start_time")
}

func TestBuildThatNeverRanHasNoLog(t *testing.T) {
	h := startDemo(t)
	ids := "job_id=" + demoWeb + "&build_no=122&start_offset=0&end_offset=0"
	for target, code := range map[string]string{
		"/v1/log/stage/page?" + ids:                        codeNoLog,
		"/v1/log/task/step?step_id=1&" + ids:               codeNoLog,
		"/v1/log/" + demoWeb + "/122/real-time-log?" + ids: codeNoLog,
		"/v1/log/" + demoWeb + "/122/analysis":             codeNoLog,
		"/v4/" + web122 + "/task-log?task_name=stage1":     codeNoLog,
		"/v3/jobs/" + demoWeb + "/122/history-details":     codeNeverBuilt,
	} {
		assert.Equal(t, code, h.get(target).code(t), target)
	}
	assert.Equal(t, object{}, h.result("/v1/record/" + web122 + "/full-stages?cascade=true")["build_stages"])
	assert.NotEmpty(t, h.result("/v1/record/" + demoWeb + "/122/record-info")["err_msg"])
}

func TestStagesNameTheStepsOfABuild(t *testing.T) {
	const target = "/v1/record/" + web128 + "/full-stages?cascade=true"
	stages := startDemo(t).result(target)["build_stages"].(object)
	assert.Len(t, stages, 7)
	st := stages["stage3"].(object)
	assert.Equal(t, "Maven test", st["display_name"])
	assert.Equal(t, "FAILURE", st["status"])
	assert.EqualValues(t, 3, st["sequence"])
	assert.EqualValues(t, 23, st["node_id"])
	assert.Positive(t, st["duration"])
	assert.Equal(t, "SUCCESS", stages["stage7"].(object)["status"])

	named := startDemo(t, OtherNames).result(target)["build_stages"].(object)
	assert.EqualValues(t, 3, named["Maven test"].(object)["sequence"])
	other := startDemo(t, OtherIDs).result(target)["build_stages"].(object)["stage3"].(object)
	assert.EqualValues(t, 1003, other["sequence"])
	assert.EqualValues(t, 1023, other["node_id"])
}

func TestAbortedBuildEndsInTheStepItWasStoppedIn(t *testing.T) {
	h := startDemo(t)
	details := h.ask("/v3/jobs/" + demoWeb + "/124/history-details")
	assert.Equal(t, "web", details["job_name"])
	assert.Equal(t, "shop", details["project_name"])
	assert.Equal(t, []any{"Code checkout", "Install dependencies"}, column(details["build_steps"], "name"))
	assert.Equal(t, []any{"success", "error"}, column(details["build_steps"], "status"))
	log := h.page(paged{path: "/v1/log/" + demoWeb + "/124/real-time-log"}, 0, 0, "DESC", "1").log
	assert.Contains(t, log, "[2026/11/19 17:50:18.118 GMT+08:00] Finished: ABORTED")
	first := h.page(paged{path: "/v1/log/" + demoWeb + "/124/real-time-log"}, 0, 0, "", "1").log
	assert.Contains(t, first, "[2026/11/19 17:49:", "stamps are those of this build")
	whole, err := io.ReadAll(h.BuildLog(demoWeb, 124))
	assert.NoError(t, err)
	assert.NotContains(t, string(whole), "[2026/11/20", "glued ones, too")
}

func TestAnalysisSaysWhyABuildFailed(t *testing.T) {
	const target = "/v1/log/" + demoWeb + "/128/analysis"
	got := startDemo(t).result(target)
	assert.Equal(t, "web", got["jobName"])
	node := got["error_nodes"].([]any)[0].(object)
	assert.Equal(t, "23", node["node_id"])
	assert.Equal(t, "Maven test", node["step"])
	assert.Equal(t, "DEV.CB.0210043", node["error_info"].(object)["error_code"])
	assert.Contains(t, node["error_info"].(object)["error_message"], "test failures")
	assert.Empty(t, startDemo(t).result(target + "?offset=1")["error_nodes"])
	assert.Empty(t, startDemo(t).result("/v1/log/" + demoWeb + "/127/analysis")["error_nodes"])

	other := startDemo(t, OtherShape, OtherNames).result(target)
	assert.Equal(t, "web", other["job_name"])
	assert.Equal(t, "DEV.CB.0210043", other["error_info"].(object)["error_code"])
	assert.NotContains(t, other["error_nodes"].([]any)[0].(object), "error_info")
}
