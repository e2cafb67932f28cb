package codeartsim

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseFault(t *testing.T) {
	taken := map[string]string{takesCount: "3", takesDuration: "1m30s", takesBytes: "4096",
		takesEndpoint: "full-stages", takesCode: "CB.00031059"}
	for _, s := range Faults() {
		assert.NotEmpty(t, s.Does)
		got, err := ParseFault(string(s.Fault))
		assert.Equal(t, s.Takes == "" || s.Default != "", err == nil, "%s alone", s.Fault)
		assert.Equal(t, s.Fault, got)
		_, err = ParseFault(string(s.Fault) + "=5")
		assert.Equal(t, s.Every > 0 || s.Takes == takesCount || s.Takes == takesBytes, err == nil, "%s=5", s.Fault)
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
		{Error200, unknownTask, 200, []string{`"error_code":"DEVCB.00031006"`, `"error_msg":"`}},
		{Error200, "/nowhere", 404, []string{`"APIGW.0101"`}},
		{FileJSON, wholeFile, 200, []string{`"error_code":"CB.00060100"`}},
		{FileHTML, wholeFile, 200, []string{"<!DOCTYPE html>", "Log In"}},
		{RecordInfoMissing, recordPath, 404, []string{`"APIGW.0101"`}},
	} {
		t.Run(string(c.fault)+" "+c.target, func(t *testing.T) {
			r := start(t, Config{Faults: []Fault{c.fault}}).get(c.target)
			assert.Equal(t, c.status, r.status)
			for _, want := range c.want {
				assert.Contains(t, string(r.body), want)
			}
		})
	}
}

func TestFileFaultsHaveTheirOwnContentType(t *testing.T) {
	r := start(t, Config{Faults: []Fault{FileJSON}}).get(wholeFile)
	assert.Equal(t, "application/json", r.header.Get("Content-Type"))
	r = start(t, Config{Faults: []Fault{FileHTML}}).get(wholeFile)
	assert.Contains(t, r.header.Get("Content-Type"), "text/html")
}

func TestNewestFirstTurnsTheLinesOfDescendingPagesOnly(t *testing.T) {
	h := start(t, Config{Faults: []Fault{NewestFirst}})
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
	h := start(t, Config{Faults: []Fault{EmptyLog}})
	live, size := pagedLogs[1], int64(len(wholeWeb))
	assert.Equal(t, onePage{0, 0, "", true}, h.page(live, 0, 0, "", "1"))
	first := h.page(live, 0, 0, "", "1")
	assert.EqualValues(t, 56, first.end)
	assert.Equal(t, onePage{56, 56, "", true}, h.page(live, first.start, first.end, "", "1"))
	assert.NotEmpty(t, h.page(live, 56, 56, "", "1").log)
	assert.Equal(t, onePage{size, size, "", false}, h.page(live, 0, 0, "DESC", "1"))
	assert.Equal(t, size-54, h.page(live, size, size, "DESC", "1").start)

	always := start(t, Config{Faults: []Fault{EmptyLog + "=1"}})
	for range 3 {
		assert.Equal(t, onePage{0, 0, "", true}, always.page(live, 0, 0, "", "1"))
	}
}

func TestStuckOffsetsRepeatThePageBefore(t *testing.T) {
	h := start(t, Config{Faults: []Fault{OffsetsStuck}})
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
		h := start(t, Config{Faults: []Fault{c.fault}})
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
