package codeartsim

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseFault(t *testing.T) {
	taken := map[string]string{takesCount: "3", takesDuration: "1m30s", takesBytes: "4096",
		takesEndpoint: "full-stages", takesCode: "CB.00031059", takesWord: "构建失败"}
	for _, s := range Faults() {
		assert.NotEmpty(t, s.Does)
		got, err := ParseFault(string(s.Fault))
		assert.Equal(t, s.Takes == "" || s.Default != "", err == nil, "%s alone", s.Fault)
		assert.Equal(t, s.Fault, got)
		_, err = ParseFault(string(s.Fault) + "=5")
		assert.Equal(t, s.Every > 0 || s.Takes == takesCount || s.Takes == takesBytes || s.Takes == takesWord, err == nil, "%s=5", s.Fault)
		if s.Takes != "" {
			_, err = ParseFault(string(s.Fault) + "=" + taken[s.Takes])
			assert.NoError(t, err)
		}
	}
	for _, good := range []string{"busy=2@full-stages", "not-published=record-info", "empty-log@live-log", "clock-skew=-20m", "not-published=further"} {
		_, err := ParseFault(good)
		assert.NoError(t, err, good)
	}
	for _, bad := range []string{"", "nonsense", "throttle=", "throttle=0", "throttle=-1", "throttle=x", "错误", "THROTTLE",
		"refuse", "refuse=CB.1", "not-published=nothing", "not-published=tokens", "busy@nowhere", "busy@", "latency=5", "file-big=-1", "glued=1"} {
		_, err := ParseFault(bad)
		assert.Error(t, err, bad)
	}
}

func TestNoFaultIsListedTwice(t *testing.T) {
	seen := map[Fault]bool{}
	for _, s := range Faults() {
		assert.False(t, seen[s.Fault], "%s twice", s.Fault)
		seen[s.Fault] = true
	}
}

const (
	firstPage   = "/v1/log/" + webID + "/7/real-time-log?start_offset=0&end_offset=0&size=1"
	unknownTask = "/v1/log/" + otherID + "/7/real-time-log?start_offset=0&end_offset=0&size=1"
	checkPage   = "/v1/console-log?size=1&job_id=" + styleID
	runningPage = "/v1/log/stage/page?job_id=" + webID + "&build_no=8&start_offset=0&end_offset=0"
	wholeFile   = "/v4/" + webRecord + "/task-log?task_name=stage1"
	recordPath  = "/v1/record/" + webID + "/7/record-info"
)

func TestFaultsChangeAnswers(t *testing.T) {
	for _, c := range []struct {
		fault  Fault
		target string
		status int
		want   []string // in the body
	}{
		{OffsetsString, firstPage, 200, []string{`"start_offset":"0","end_offset":"56"`}},
		{OffsetsString, checkPage, 200, []string{`"startOffset":"0","endOffset":"80"`}},
		{OffsetsNull, runningPage, 200, []string{`"start_offset":null,"end_offset":null,"log":""`}},
		{OffsetsNull, firstPage, 200, []string{`"end_offset":56`}},
		{ErrorEmpty, firstPage, 200, []string{`"error":{},"status":"success"`}},
		{ErrorEmpty, recordPath, 200, []string{`"error":{},"status":"success"`}},
		{ErrorObject, unknownTask, 422, []string{`"error":{"code":"DEVCB.00031006","message":"`, `"result":null`, `"status":"error"`}},
		{ErrorString, unknownTask, 422, []string{`"error":"DEVCB.00031006 `, `"result":null`, `"status":"fail"`}},
		{ErrorBlank, firstPage, 200, []string{`"error":"","status":"success"`}},
		{ErrorBlank, checkPage, 200, []string{`"error":"","status":"success"`}},
		{ErrorNull, checkPage, 200, []string{`"error":null,"status":"success"`}},
		{ErrorOlder, unknownTask, 422, []string{`"success":false`, `"err_code":"DEVCB.00031006"`, `"message":"`, `"result":null`}},
		{ErrorStringified, unknownTask, 422, []string{`"{\"error_code\":\"DEVCB.00031006\"`}},
		{Chinese, unknownTask, 422, []string{`"error_code":"DEVCB.00031006"`, `"error_msg":"任务不存在"`}},
		{Refuse + "=CB.00031059", firstPage, 403, []string{`"CB.00031059"`}},
		{Refuse + "=DEVCB.00031006", recordPath, 422, []string{`"DEVCB.00031006"`}},
		{Refuse + "=CB.00030004", wholeFile, 500, []string{`"CB.00030004"`}},
		{Refuse + "=CC.00000003@check-log", checkPage, 401, []string{`"CC.00000003"`}},
		{Refuse + "=CC.00000003@check-log", firstPage, 200, nil},
		{Busy, firstPage, 500, []string{`"CB.00060211"`}},
		{Unauthorized, firstPage, 401, []string{`"APIGW.0301"`, "decrypt token fail"}},
		{UnauthorizedOnce, firstPage, 401, []string{`"APIGW.0301"`, "token expires"}},
		{Error200, unknownTask, 200, []string{`"error_code":"DEVCB.00031006"`, `"error_msg":"`}},
		{Error200, "/nowhere", 404, []string{`"APIGW.0101"`}},
		{FileJSON, wholeFile, 200, []string{`"error_code":"CB.00060100"`}},
		{FileHTML, wholeFile, 200, []string{"<!DOCTYPE html>", "Log In"}},
		{RecordInfoMissing, recordPath, 404, []string{`"APIGW.0101"`}},
		{LiteralBreak, firstPage, 200, []string{`onStarted\\n"`}},
		{LiteralCRBreak, firstPage, 200, []string{`onStarted\\r\\n"`}},
		{SortRequired, firstPage, 400, []string{"sort is missing"}},
		{SortRequired, firstPage + "&sort=AES", 200, nil},
		{SortASC, firstPage + "&sort=AES", 400, nil},
		{SortASC, firstPage + "&sort=ASC", 200, []string{`"start_offset":0`}},
		{DescByDefault, firstPage, 200, []string{"Finished: FAILURE"}},
		{DescByDefault, firstPage + "&sort=AES", 200, []string{"onStarted"}},
		{EndOnly, firstPage + "&sort=AES", 200, []string{"Finished: FAILURE"}},
		{EmptyEnd, firstPage, 200, []string{`"end_offset":0,"log":"","has_more":false`}},
		{EmptyZeros, firstPage + "&sort=DESC", 200, []string{`"start_offset":0,"end_offset":0,"log":"","has_more":false`}},
		{RangeOffsets, "/v1/log/" + webID + "/7/real-time-log?start_offset=56&end_offset=0&size=1", 200, []string{`"start_offset":56`}},
		{RangeOffsets, "/v1/log/" + webID + "/7/real-time-log?start_offset=0&end_offset=56&size=9", 200, []string{`"start_offset":0,"end_offset":56`}},
		{RangeOffsets, "/v1/log/" + webID + "/7/real-time-log?start_offset=0&end_offset=56&size=1&sort=DESC", 200, []string{`"start_offset":0,"end_offset":56`}},
		{NotReady, firstPage, 500, []string{`"CB.00030004"`}},
		{NotReady, recordPath, 200, nil},
		{Archiving, wholeFile, 404, []string{"archived"}},
		{ByteOrderMark, firstPage, 200, []string{"\uFEFF{\"result\":"}},
		{ResultString, firstPage, 200, []string{`"result":"{\"start_offset\":0,`}},
		{StateWord + "=构建失败", recordPath, 200, []string{`"status":"构建失败"`}},
	} {
		t.Run(string(c.fault)+" "+c.target, func(t *testing.T) {
			r := newHarness(t, Config{Faults: []Fault{c.fault}}).get(c.target)
			assert.Equal(t, c.status, r.status)
			for _, want := range c.want {
				assert.Contains(t, string(r.body), want)
			}
		})
	}
}

func TestFileFaultsHaveTheirOwnContentType(t *testing.T) {
	r := newHarness(t, Config{Faults: []Fault{FileJSON}}).get(wholeFile)
	assert.Equal(t, "application/json", r.header.Get("Content-Type"))
	r = newHarness(t, Config{Faults: []Fault{FileHTML}}).get(wholeFile)
	assert.Contains(t, r.header.Get("Content-Type"), "text/html")
}

func TestNewestFirstTurnsTheLinesOfDescendingPagesOnly(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{NewestFirst}})
	live := pagedLogs[1]
	var got []string
	at := h.page(live, 0, 0, "DESC", "7")
	for got = append(got, at.log); at.start != 0; got = append(got, at.log) {
		at = h.page(live, at.start, at.end, "DESC", "7")
	}
	lines := strings.SplitAfter(strings.Join(got, ""), "\n")
	assert.Equal(t, wholeWeb, string(newestFirst([]byte(strings.Join(lines, "")))))
	assert.Equal(t, wholeWeb, h.page(live, 0, 0, "", "").log)
}

func TestEmptyLogComesBeforeEachPage(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{EmptyLog}})
	live, size := pagedLogs[1], int64(len(wholeWeb))
	assert.Equal(t, onePage{0, 0, "", true}, h.page(live, 0, 0, "", "1"))
	first := h.page(live, 0, 0, "", "1")
	assert.EqualValues(t, 56, first.end)
	assert.Equal(t, onePage{56, 56, "", true}, h.page(live, first.start, first.end, "", "1"))
	assert.NotEmpty(t, h.page(live, 56, 56, "", "1").log)
	assert.Equal(t, onePage{size, size, "", false}, h.page(live, 0, 0, "DESC", "1"))
	assert.Equal(t, size-54, h.page(live, size, size, "DESC", "1").start)

	always := newHarness(t, Config{Faults: []Fault{EmptyLog + "=1"}})
	for range 3 {
		assert.Equal(t, onePage{0, 0, "", true}, always.page(live, 0, 0, "", "1"))
	}
}

func TestStuckOffsetsRepeatThePageBefore(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{OffsetsStuck}})
	live := pagedLogs[1]
	first := h.page(live, 0, 0, "", "7")
	assert.True(t, first.more)
	assert.Equal(t, first, h.page(live, first.start, first.end, "", "7"))
	last := h.page(live, 0, 0, "DESC", "7")
	assert.NotZero(t, last.start)
	assert.Equal(t, last, h.page(live, last.start, last.end, "DESC", "7"))
}

func TestThrottleHitsTheFirstOfEveryNRequests(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		wait  string
		want  []int
	}{
		{Throttle, "", []int{429, 200, 200, 429, 200, 200}},
		{Throttle + "=2", "", []int{429, 200, 429, 200}},
		{ThrottleWait, "1", []int{429, 200, 200, 429}},
	} {
		h := newHarness(t, Config{Faults: []Fault{c.fault}})
		for _, want := range c.want {
			r := h.get(firstPage)
			assert.Equal(t, want, r.status)
			if want == http.StatusTooManyRequests {
				assert.Equal(t, "APIGW.0308", r.code(t))
				assert.Equal(t, c.wait, r.header.Get("Retry-After"))
			}
		}
	}
}

func TestProxyPagesComeInTurn(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{BadGateway + "=2"}})
	for _, want := range []int{502, 200, 503, 200, 504, 200, 502} {
		r := h.get(firstPage)
		assert.Equal(t, want, r.status)
		assert.Equal(t, want != 200, r.header.Get("Content-Type") == "text/html")
	}
}

func TestErrorFaultsCanBeCombined(t *testing.T) {
	r := newHarness(t, Config{Faults: []Fault{ErrorObject, ErrorStringified, Error200, Chinese}}).get(unknownTask)
	assert.Equal(t, http.StatusOK, r.status)
	var text string
	require.NoError(t, json.Unmarshal(r.body, &text))
	assert.JSONEq(t, `{"result":null,"status":"error","error":{"code":"DEVCB.00031006","message":"任务不存在","reason":"任务不存在"}}`, text)
}

func TestFaultsAreSwitchedAtRunTime(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{Throttle}})
	assert.Equal(t, 429, h.get(firstPage).status)
	assert.Equal(t, 200, h.get(firstPage).status)
	require.NoError(t, h.SetFaults(Throttle))
	assert.Equal(t, 429, h.get(firstPage).status, "its count begins anew")
	assert.ErrorContains(t, h.SetFaults("nonsense"), `"nonsense"`)
	require.NoError(t, h.SetFaults(NotPublished+"=live-log", NotPublished+"=record-info"))
	assert.Equal(t, 404, h.get(firstPage).status)
	assert.Equal(t, 404, h.get(recordPath).status)
	assert.Equal(t, 200, h.get(checkPage).status)
	require.NoError(t, h.SetFaults())
	assert.Equal(t, 200, h.get(firstPage).status)

	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 5 {
				h.get(firstPage)
				assert.NoError(t, h.SetFaults(Glued, Busy))
				assert.NoError(t, h.SetFaults())
			}
		})
	}
	all.Wait()
}

func TestRedirectsAreCountedInTheAddress(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{Redirect + "=3"}})
	client := *h.server.Client()
	var hops []string
	client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		hops = append(hops, r.URL.Query().Get("hop"))
		return nil
	}
	resp, err := client.Do(h.request(wholeFile))
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, []string{"1", "2", "3"}, hops)
	assert.EqualValues(t, 4, h.Requests().StepFile)
}

func TestOtherHostNeedsNoCredentialsAndCountsThoseItGets(t *testing.T) {
	h := newHarness(t, Config{Token: "tok", Faults: []Fault{Redirect, RedirectAway}})
	client := *h.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ask := func(target, token string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		require.NoError(t, err)
		if token != "" {
			r.Header.Set("X-Auth-Token", token)
		}
		resp, err := client.Do(r)
		require.NoError(t, err)
		resp.Body.Close()
		return resp
	}
	next := func(resp *http.Response) string {
		assert.Equal(t, http.StatusFound, resp.StatusCode)
		location, err := resp.Location()
		require.NoError(t, err)
		return location.String()
	}
	assert.Equal(t, http.StatusUnauthorized, ask(h.server.URL+wholeFile, "").StatusCode)
	hop := next(ask(h.server.URL+wholeFile, "tok"))
	assert.True(t, strings.HasPrefix(hop, h.server.URL), hop)
	away := next(ask(hop, "tok"))
	assert.True(t, strings.HasPrefix(away, strings.Replace(h.server.URL, "127.0.0.1", "localhost", 1)), away)
	assert.Equal(t, http.StatusOK, ask(away, "").StatusCode)
	assert.Zero(t, h.Requests().Leaked)
	assert.Equal(t, http.StatusOK, ask(away, "tok").StatusCode)
	assert.EqualValues(t, 1, h.Requests().Leaked)
	forged := strings.Replace(away, "ticket=", "ticket=x", 1)
	assert.Equal(t, http.StatusUnauthorized, ask(forged, "").StatusCode)
}
