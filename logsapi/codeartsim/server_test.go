package codeartsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// paged is one log of the small folder, at an endpoint.
type paged struct {
	name, path, ascending string
	ids                   url.Values
	want                  string
	camel                 bool
	sized                 bool
}

var pagedLogs = []paged{
	{"finished", "/v1/log/stage/page", "AES", url.Values{"job_id": {webID}, "build_no": {"7"}}, wholeWeb, false, false},
	{"live", "/v1/log/" + webID + "/7/real-time-log", "AES", url.Values{}, wholeWeb, false, true},
	{"step", "/v1/log/task/step", "AES", url.Values{"job_id": {webID}, "build_no": {"7"}, "step_id": {"17"}}, stage2Web, false, true},
	{"check", "/v1/console-log", "ASC", url.Values{"job_id": {styleID}}, wholeStyle, true, true},
}

type onePage struct {
	start, end int64
	log        string
	more       bool
}

func (h harness) page(p paged, start, end int64, order, size string) onePage {
	q := url.Values{"start_offset": {fmt.Sprint(start)}, "end_offset": {fmt.Sprint(end)}}
	for name, v := range p.ids {
		q[name] = v
	}
	if order != "" {
		q.Set("sort", order)
	}
	if size != "" {
		q.Set("size", size)
	}
	r := h.get(p.path + "?" + q.Encode())
	require.Equal(h.t, http.StatusOK, r.status, "%s", r.body)
	var got struct {
		Status string
		Result struct {
			Start, StartCamel, End, EndCamel int64
			Log                              string
			More                             bool
		}
	}
	text := string(r.body)
	if p.camel {
		text = strings.NewReplacer(`"startOffset"`, `"Start"`, `"endOffset"`, `"End"`, `"hasMore"`, `"More"`).Replace(text)
	} else {
		text = strings.NewReplacer(`"start_offset"`, `"Start"`, `"end_offset"`, `"End"`, `"has_more"`, `"More"`).Replace(text)
	}
	require.NoError(h.t, json.Unmarshal([]byte(text), &got))
	require.Equal(h.t, "success", got.Status)
	return onePage{got.Result.Start, got.Result.End, got.Result.Log, got.Result.More}
}

// ascending reads a log from its start with the offsets sent back.
func (h harness) ascending(p paged, size string) string {
	var got strings.Builder
	at := h.page(p, 0, 0, "", size)
	for got.WriteString(at.log); at.more; got.WriteString(at.log) {
		at = h.page(p, at.start, at.end, "", size)
	}
	return got.String()
}

// descending reads a log from its end with the offsets sent back.
func (h harness) descending(p paged, size string) string {
	at := h.page(p, 0, 0, "DESC", size)
	got := at.log
	for at.start != 0 {
		at = h.page(p, at.start, at.end, "DESC", size)
		got = at.log + got
	}
	return got
}

func TestPagesJoinToTheServedLog(t *testing.T) {
	h := newHarness(t, Config{})
	for _, p := range pagedLogs {
		for _, size := range []string{"1", "7", "1000", "5000", "0", ""} {
			if !p.sized && size != "" {
				continue
			}
			for _, order := range []string{"", p.ascending} {
				t.Run(p.name+" ascending "+order+" by "+size, func(t *testing.T) {
					var got strings.Builder
					at := h.page(p, 0, 0, order, size)
					for got.WriteString(at.log); at.more; got.WriteString(at.log) {
						at = h.page(p, at.start, at.end, order, size)
						require.NotEmpty(t, at.log)
					}
					assert.Equal(t, p.want, got.String())
					assert.EqualValues(t, len(p.want), at.end)
				})
			}
			t.Run(p.name+" descending by "+size, func(t *testing.T) {
				at := h.page(p, 0, 0, "DESC", size)
				assert.EqualValues(t, len(p.want), at.end)
				got := at.log
				for at.start != 0 {
					at = h.page(p, at.start, at.end, "DESC", size)
					require.NotEmpty(t, at.log)
					got = at.log + got
				}
				assert.Equal(t, p.want, got)
				assert.False(t, at.more, "only ascending pages speak of more")
			})
		}
	}
}

func TestPageHoldsAsManyLinesAsAskedFor(t *testing.T) {
	h := newHarness(t, Config{})
	for _, c := range []struct {
		order, size string
		want        int
	}{{"", "7", 7}, {"DESC", "7", 7}, {"", "1", 1}, {"DESC", "1", 1}} {
		got := h.page(pagedLogs[1], 0, 0, c.order, c.size)
		assert.Equal(t, c.want, strings.Count(got.log, "\n"), "%+v", c)
	}
}

func TestPageBehindTheEndIsEmptyAndTheLast(t *testing.T) {
	h := newHarness(t, Config{})
	size := int64(len(wholeWeb))
	assert.Equal(t, onePage{size, size, "", false}, h.page(pagedLogs[0], 5, size, "", ""))
	assert.Equal(t, onePage{size, size, "", false}, h.page(pagedLogs[0], 5, size+99, "", ""))
}

func TestAnswersHaveTheDocumentedShape(t *testing.T) {
	h := newHarness(t, Config{})
	q := "start_offset=0&end_offset=0&sort=DESC&size=1"
	last, err := json.Marshal("[2026/11/20 14:05:20.613 GMT+08:00] Finished: FAILURE\n")
	require.NoError(t, err)
	build := fmt.Sprintf(`{"result":{"start_offset":%d,"end_offset":%d,"log":%s,"has_more":false,"location":"jenkins"},"error":null,"status":"success"}`,
		len(wholeWeb)-54, len(wholeWeb), last)
	assert.JSONEq(t, build, string(h.get("/v1/log/"+webID+"/7/real-time-log?"+q).body))

	lastCheck, err := json.Marshal("[2026/11/21 09:31:45.000 GMT+00:00] Finished: FAILURE\n")
	require.NoError(t, err)
	check := fmt.Sprintf(`{"result":{"hasMore":false,"startOffset":%d,"endOffset":%d,"log":%s,"location":"jenkins","override":true},"error":{},"status":"success"}`,
		len(wholeStyle)-54, len(wholeStyle), lastCheck)
	assert.JSONEq(t, check, string(h.get("/v1/console-log?job_id="+styleID+"&"+q).body))

	record := h.get("/v1/record/" + webID + "/7/record-info")
	assert.JSONEq(t, `{"result":{"id":"`+webID+`","build_record_id":"`+webRecord+`","codeci_job_id":"`+webID+`","build_no":7,
		"execution_id":"`+webID+`_7","branch":"main","commit":"1f0c2d9","commit_message":"四舍五入 <b> & co","trigger_type":"push","status":"FAILURE",
		"create_time":"2026-11-20T14:02:08.113+08:00","queued_time":"2026-11-20T14:02:08.113+08:00","start_time":"2026-11-20T14:02:08.113+08:00",
		"finish_time":"2026-11-20T14:05:20.613+08:00","duration":192500,"err_msg":"","build_config_type":"ACTION"},"error":null,"status":"success"}`, string(record.body))
	assert.Contains(t, string(record.body), "<b> & co", "nothing is escaped for HTML")
}

func TestRunningBuildHasALiveLogAndNoFinishedOne(t *testing.T) {
	h := newHarness(t, Config{})
	live, finished := pagedLogs[1], pagedLogs[0]
	live.path = "/v1/log/" + webID + "/8/real-time-log"
	finished.ids = url.Values{"job_id": {webID}, "build_no": {"8"}}
	assert.Equal(t, onePage{}, h.page(finished, 0, 0, "", ""))
	assert.True(t, strings.HasSuffix(h.page(live, 0, 0, "", "1000").log, "still going\n"))
	record := string(h.get("/v1/record/" + webID + "/8/record-info").body)
	assert.Contains(t, record, `"status":"Running"`)
	assert.NotContains(t, record, "finish_time")
}

func TestStepThatTheBuildDoesNotHaveIsEmpty(t *testing.T) {
	h := newHarness(t, Config{})
	step := pagedLogs[2]
	step.ids = url.Values{"job_id": {webID}, "build_no": {"7"}, "step_id": {"99"}}
	assert.Equal(t, onePage{}, h.page(step, 0, 0, "", ""))
	assert.Equal(t, onePage{}, h.page(step, 0, 0, "DESC", ""))
}

func TestStepFileIsTheWholeFile(t *testing.T) {
	h := newHarness(t, Config{})
	for _, c := range []struct{ query, want string }{
		{"task_name=stage2", stage2Web},
		{"task_name=stage2&log_level=INFO", stage2Web},
		{"task_name=stage2&log_level=DEBUG", "[2026/11/20 23:59:50.000 GMT+08:00] [DEBUG] shell\n[2026/11/21 00:00:09.000 GMT+08:00] it failed\n"},
		{"task_name=stage1&log_level=DEBUG", string(smallFolder()["web/stage1.log"].Data)},
	} {
		r := h.get("/v4/" + webRecord + "/task-log?" + c.query)
		assert.Equal(t, http.StatusOK, r.status)
		assert.Equal(t, "application/octet-stream", r.header.Get("Content-Type"))
		assert.Equal(t, fmt.Sprint(len(c.want)), r.header.Get("Content-Length"))
		assert.Equal(t, c.want, string(r.body))
	}
}

func TestRefusals(t *testing.T) {
	h := newHarness(t, Config{})
	const first = "&start_offset=0&end_offset=0"
	for _, c := range []struct {
		name, target string
		status       int
		code         string
	}{
		{"unknown task", "/v1/log/stage/page?job_id=" + otherID + "&build_no=1" + first, 422, "DEVCB.00031006"},
		{"build never run", "/v1/log/stage/page?job_id=" + webID + "&build_no=99999" + first, 403, "CB.00031059"},
		{"short id", "/v1/log/stage/page?job_id=web&build_no=1" + first, 400, "DEV.CB.032011"},
		{"no id", "/v1/log/stage/page?build_no=1" + first, 400, "DEV.CB.032011"},
		{"build 0", "/v1/log/stage/page?job_id=" + webID + "&build_no=0" + first, 400, "CB.00060200"},
		{"build -1", "/v1/log/" + webID + "/-1/real-time-log?" + first, 400, "CB.00060200"},
		{"no build", "/v1/log/stage/page?job_id=" + webID + first, 400, "CB.00060200"},
		{"no start", "/v1/log/stage/page?job_id=" + webID + "&build_no=7&end_offset=0", 400, "CB.00060200"},
		{"no end", "/v1/log/" + webID + "/7/real-time-log?start_offset=0", 400, "CB.00060200"},
		{"negative offset", "/v1/log/" + webID + "/7/real-time-log?start_offset=-1&end_offset=0", 400, "CB.00060200"},
		{"offset too large", "/v1/log/" + webID + "/7/real-time-log?start_offset=0&end_offset=9223372036854775808", 400, "CB.00060200"},
		{"wrong order", "/v1/log/" + webID + "/7/real-time-log?sort=desc" + first, 400, "CB.00060200"},
		{"order of Check", "/v1/log/" + webID + "/7/real-time-log?sort=ASC" + first, 400, "CB.00060200"},
		{"negative size", "/v1/log/" + webID + "/7/real-time-log?size=-1" + first, 400, "CB.00060200"},
		{"size no number", "/v1/log/" + webID + "/7/real-time-log?size=" + first, 400, "CB.00060200"},
		{"no step", "/v1/log/task/step?job_id=" + webID + "&build_no=7" + first, 400, "CB.00060200"},
		{"step a word", "/v1/log/task/step?job_id=" + webID + "&build_no=7&step_id=stage1" + first, 400, "CB.00060200"},
		{"live unknown task", "/v1/log/" + otherID + "/1/real-time-log?" + first, 422, "DEVCB.00031006"},
		{"record of unknown task", "/v1/record/" + otherID + "/1/record-info", 422, "DEVCB.00031006"},
		{"record of unknown build", "/v1/record/" + webID + "/9/record-info", 403, "CB.00031059"},
		{"malformed record", "/v4/" + webID + "/task-log?task_name=stage1", 400, "CB.00060200"},
		{"unknown record", "/v4/" + strings.Repeat("0", 36) + "/task-log?task_name=stage1", 422, "DEVCB.00031006"},
		{"stage 0", "/v4/" + webRecord + "/task-log?task_name=stage0", 400, "CB.00060203"},
		{"no stage", "/v4/" + webRecord + "/task-log", 400, "CB.00060203"},
		{"unknown stage", "/v4/" + webRecord + "/task-log?task_name=stage3", 404, "CB.00060203"},
		{"wrong level", "/v4/" + webRecord + "/task-log?task_name=stage1&log_level=TRACE", 400, "CB.00060200"},
		{"unknown check run", "/v1/console-log?job_id=" + otherID, 400, codeCheck},
		{"no check run", "/v1/console-log", 400, codeCheck},
		{"order of Build", "/v1/console-log?sort=AES&job_id=" + styleID, 400, codeCheck},
		{"negative check offset", "/v1/console-log?start_offset=-5&job_id=" + styleID, 400, codeCheck},
		{"another path", "/v1/job/" + webID + "/config", 404, "APIGW.0101"},
		{"trailing slash", "/v1/console-log/?job_id=" + styleID, 404, "APIGW.0101"},
		{"doubled slash", "/v1//console-log?job_id=" + styleID, 404, "APIGW.0101"},
		{"root", "/", 404, "APIGW.0101"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := h.get(c.target)
			assert.Equal(t, c.status, r.status, "%s", r.body)
			assert.Equal(t, c.code, r.code(t))
			assert.Equal(t, "application/json", r.header.Get("Content-Type"))
		})
	}
}

func TestOtherMethodsAreNotPublished(t *testing.T) {
	h := newHarness(t, Config{})
	r := h.request("/v1/console-log?job_id=" + styleID)
	r.Method = http.MethodPost
	got := h.do(r)
	assert.Equal(t, http.StatusNotFound, got.status)
	assert.Equal(t, "APIGW.0101", got.code(t))
}

func TestAnswersCarryARequestIDAndTheDateOfTheClock(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 15, 0, 0, time.FixedZone("", 8*3600))
	h := newHarness(t, Config{Clock: func() time.Time { return now }})
	first, second := h.get("/v1/console-log?job_id="+styleID), h.get("/nowhere")
	assert.Regexp(t, "^[0-9a-f]{32}$", first.header.Get("X-Request-Id"))
	assert.NotEqual(t, first.header.Get("X-Request-Id"), second.header.Get("X-Request-Id"))
	assert.Contains(t, string(second.body), second.header.Get("X-Request-Id"))
	assert.Equal(t, "Sat, 21 Nov 2026 01:15:00 GMT", first.header.Get("Date"))
	assert.Equal(t, "Sat, 21 Nov 2026 01:15:00 GMT", second.header.Get("Date"))
}

func TestRequestsAreCountedPerEndpoint(t *testing.T) {
	h := newHarness(t, Config{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for _, p := range pagedLogs {
				h.get(p.path) // refused or not
			}
			h.get("/v4/" + webRecord + "/task-log?task_name=stage1")
			h.get("/v1/record/" + webID + "/7/record-info")
			h.get("/nowhere")
		})
	}
	all.Wait()
	assert.Equal(t, Requests{FinishedLog: 4, LiveLog: 4, StepLog: 4, CheckLog: 4, StepFile: 4, RecordInfo: 4, Elsewhere: 4}, h.Requests())
	assert.EqualValues(t, 16, h.Requests().Pages())
}

func TestNewNeedsAFolderAndBothKeys(t *testing.T) {
	_, err := New(Config{})
	assert.ErrorContains(t, err, "no folder")
	_, err = New(Config{FS: smallFolder(), AccessKey: "ak"})
	assert.ErrorContains(t, err, "belong together")
	_, err = New(Config{FS: smallFolder(), Faults: []Fault{"nonsense"}})
	assert.ErrorContains(t, err, `"nonsense"`)
}
