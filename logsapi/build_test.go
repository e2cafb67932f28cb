package logsapi

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // the machine need not have the zones

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/lenient"
)

const (
	historyBody = `{"result":{"health_score":"80","page_index":"0","total_page":"1","total_record":"2","job_build_states":[
		{"number":7,"state":"FAILURE","job_running_status":"","executor":"wang.lei","nickname":"王磊","daily_build_number":"20260910.1","trigger_type":"push","code_branch":"main","commit_id":"1f0c2d9","start_time":1789032382772,"cost_time":192000},
		{"number":"6","job_running_status":"Running","executor":"wang.lei","start_time":"1789032382772","cost_time":null}
	]},"error":null,"status":"success"}`
	periodBody = `{"total":1,"history_records":[{"record_id":"` + vectorRecord + `","job_id":"` + vectorTask + `","build_number":7,"start_time":"2026-09-10 17:26:22","end_time":"2026-09-10 17:29:34","result":"SUCCESS","branch":"main","commit_id":"1f0c2d9","commit_message":"修复 <构建>","executor":"wang.lei","trigger_type":"manual"}]}`

	recordListPath    = "/v1/record/" + vectorTask + "/list"
	periodHistoryPath = "/v3/jobs/" + vectorTask + "/period-history"
)

func (b Build) shown() string {
	started := "-"
	if !b.Started.IsZero() {
		started = b.Started.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%d|%s|%s|%s|%s|%s|%s|%s|%s|%v", b.Number, b.RecordID, b.State, b.Branch, b.Commit, b.Message, b.Who, b.Trigger, started, b.Duration)
}

func TestBuildsAreReadInEveryShape(t *testing.T) {
	for _, c := range []struct {
		name string
		path string
		body string
		want []string
	}{
		{"as the service sends it", recordListPath, historyBody, []string{
			"7||failed|main|1f0c2d9||王磊|push|2026-09-10T09:26:22Z|3m12s",
			"6||running||||wang.lei||2026-09-10T09:26:22Z|0s",
		}},
		{"with other names", recordListPath, `{"result":{"records":[{"build_no":"7","status":"aborted","branch":"main","commit":"1f0c2d9"}]}}`,
			[]string{"7||aborted|main|1f0c2d9||||-|0s"}},
		{"of the older history", periodHistoryPath, periodBody,
			[]string{"7|" + vectorRecord + "|succeeded|main|1f0c2d9|修复 <构建>|wang.lei|manual|2026-09-10T09:26:22Z|3m12s"}},
		{"with hardly a field", recordListPath, `{"result":{"job_build_states":[{"number":7}]}}`, []string{"7||||||||-|0s"}},
		{"with fields of other types", recordListPath, `{"result":{"job_build_states":[{"number":7.0,"state":{},"start_time":"soon","cost_time":-5,"nickname":["x"],"executor":"e"},{"number":"x"},"y"]}}`,
			[]string{"7||||||e||-|0s"}},
		{"oldest first, one twice", recordListPath, `{"result":{"job_build_states":[{"number":5},{"number":6},{"number":7},{"number":5}]}}`,
			[]string{"7||||||||-|0s", "6||||||||-|0s", "5||||||||-|0s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			builds, err := newClient(t, says(map[string]string{c.path: c.body})).Builds(t.Context(), vectorTask, 10)
			require.NoError(t, err)
			var got []string
			for _, b := range builds {
				got = append(got, b.shown())
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// past is the history of a task that was built every so often up to now, behind
// both endpoints. It refuses what the service refuses.
type past struct {
	t     *testing.T
	now   time.Time
	built []time.Time // the last one first
	from  []string    // of every request
	to    []string
}

func newPast(t *testing.T, now time.Time, every time.Duration, builds int) *past {
	p := &past{t: t, now: now}
	for i := range builds {
		p.built = append(p.built, now.Add(-time.Duration(i)*every))
	}
	return p
}

func (p *past) paths(path string) *further {
	form, most, size := time.DateTime, 31*24*time.Hour, "page_size"
	if path == periodHistoryPath {
		form, most, size = time.DateOnly, 30*24*time.Hour, "limit"
	}
	return &further{answers: map[string]func(url.Values) string{path: func(q url.Values) string {
		p.from, p.to = append(p.from, q.Get("start_time")), append(p.to, q.Get("end_time"))
		from, err := time.ParseInLocation(form, q.Get("start_time"), lenient.Zone)
		require.NoError(p.t, err)
		to, err := time.ParseInLocation(form, q.Get("end_time"), lenient.Zone)
		require.NoError(p.t, err)
		if to.Sub(from) > most {
			return `{"error_code":"CB.00031105","error_msg":"时间跨度不能超过31天"}`
		}
		limit, err := strconv.Atoi(q.Get(size))
		require.NoError(p.t, err)
		states := []map[string]any{}
		for i, at := range p.built {
			if !at.Before(from) && !at.After(to) && len(states) < limit {
				states = append(states, map[string]any{"number": len(p.built) - i, "start_time": at.UnixMilli()})
			}
		}
		return pageJSON(map[string]any{"job_build_states": states})
	}}}
}

func TestHistoryIsWalkedBackWithoutAGap(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	clocks := map[string]time.Time{
		"an ordinary day":                testTime,
		"the first second of a year":     time.Date(2027, 1, 1, 0, 0, 0, 0, lenient.Zone),
		"the last second of a month":     time.Date(2026, 3, 31, 23, 59, 59, 0, lenient.Zone),
		"a leap day":                     time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC),
		"an hour that DST leaves out":    time.Date(2026, 3, 8, 2, 30, 0, 0, newYork),
		"an hour that DST repeats":       time.Date(2026, 11, 1, 1, 30, 0, 0, newYork),
		"another day than in the region": time.Date(2026, 6, 30, 20, 0, 0, 0, newYork),
	}
	for name, now := range clocks {
		for _, path := range []string{recordListPath, periodHistoryPath} {
			for _, c := range []struct {
				what     string
				every    time.Duration
				built, n int
				want     int
				requests int
			}{
				{"every hour", time.Hour, 400, 10, 10, 1},
				{"every five days", 5 * 24 * time.Hour, 300, 10, 10, 2},
				{"every ten days, all", 10 * 24 * time.Hour, 5, 100, 5, 2},
				{"once a month", 31 * 24 * time.Hour, 300, 5, 5, 5},
				{"once in forty days", 40 * 24 * time.Hour, 300, 100, 9, historyWindows},
				{"never", time.Hour, 0, 10, 0, historyWindows},
			} {
				t.Run(fmt.Sprintf("%s/%s/%s", name, path[:3], c.what), func(t *testing.T) {
					p := newPast(t, now, c.every, c.built)
					f := p.paths(path)
					client := newClientAt(t, f, func() time.Time { return now })
					builds, err := client.Builds(t.Context(), vectorTask, c.n)
					require.NoError(t, err)
					require.Len(t, builds, c.want)
					for i, b := range builds {
						assert.EqualValues(t, c.built-i, b.Number)
						assert.True(t, p.built[i].Truncate(time.Millisecond).Equal(b.Started))
					}
					assert.Len(t, p.from, c.requests)
					assert.GreaterOrEqual(t, p.to[0], now.In(lenient.Zone).Format(time.DateTime)[:len(p.to[0])])
					for i := range p.from[1:] {
						assert.Equal(t, p.from[i], p.to[i+1], "nothing may fall between two windows")
					}
				})
			}
		}
	}
}

func TestHistoryThatBreaksOffEndsTheList(t *testing.T) {
	requests := 0
	f := &further{answers: map[string]func(url.Values) string{recordListPath: func(url.Values) string {
		if requests++; requests == 1 {
			return historyBody
		}
		return `{"error_code":"CB.00031059","error_msg":"构建历史不存在"}`
	}}}
	builds, err := newClient(t, f).Builds(t.Context(), vectorTask, 10)
	require.NoError(t, err)
	assert.Len(t, builds, 2)
	assert.Equal(t, 2, requests)
}

func TestHistoryThatCannotBeReadIsNoShortList(t *testing.T) {
	requests := 0
	f := &further{answers: map[string]func(url.Values) string{recordListPath: func(url.Values) string {
		if requests++; requests == 1 {
			return historyBody
		}
		return `{"error_code":"CB.00060101","error_msg":"内部错误"}`
	}}}
	builds, err := newClient(t, f).Builds(t.Context(), vectorTask, 10)
	require.ErrorIs(t, err, ErrUnavailable)
	assert.Empty(t, builds)
}

func TestLatestBuildIsRead(t *testing.T) {
	path := "/v1/job/" + vectorTask + "/running-status"
	for name, c := range map[string]struct {
		path, body string
		want       Build
	}{
		"finished":                {path, `{"result":{"last_build_no":"128","last_build_status":"red","is_running":false}}`, Build{Number: 128, State: Failed}},
		"a number":                {path, `{"result":{"last_build_no":128,"last_build_status":"blue"}}`, Build{Number: 128, State: Succeeded}},
		"running":                 {path, `{"result":{"last_build_no":"128","last_build_status":"building","is_running":"true"}}`, Build{Number: 128, State: Running}},
		"running, an older state": {path, `{"result":{"last_build_no":"128","last_build_status":"red","is_running":true}}`, Build{Number: 128, State: Running}},
		"queued":                  {path, `{"result":{"last_build_no":"128","last_build_status":"InQueue","is_running":true}}`, Build{Number: 128, State: Queued}},
		"a state of no meaning":   {path, `{"result":{"last_build_no":"128","last_build_status":["?"]}}`, Build{Number: 128}},
		"by the history":          {recordListPath, `{"result":{"job_build_states":[{"number":7,"state":"FAILURE"}]}}`, Build{Number: 7, State: Failed}},
		"by the older history":    {periodHistoryPath, `{"history_records":[{"build_number":7,"result":"FAILURE"}]}`, Build{Number: 7, State: Failed}},
	} {
		t.Run(name, func(t *testing.T) {
			build, err := newClient(t, says(map[string]string{c.path: c.body})).LatestBuild(t.Context(), vectorTask)
			require.NoError(t, err)
			assert.Equal(t, c.want, build)
		})
	}
}

func TestTaskThatWasNeverBuiltHasNoLatestBuild(t *testing.T) {
	for path, body := range map[string]string{
		"/v1/job/" + vectorTask + "/running-status": `{"result":{"last_build_no":null,"last_build_status":"none","is_running":false}}`,
		recordListPath: `{"result":{"job_build_states":[]}}`,
	} {
		_, err := newClient(t, says(map[string]string{path: body})).LatestBuild(t.Context(), vectorTask)
		require.ErrorIs(t, err, ErrNotFound)
		assert.ErrorContains(t, err, "never built")
	}
}

func TestNewestBuildsAreOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c, err := NewClient(Options{BuildURL: "http://codearts", Credential: Token("t"), Transport: transport(func(*http.Request) (*http.Response, error) {
			asked++
			return answer(200, `{"result":{"job_build_states":[{"number":300,"state":"FAILURE"},{"number":299,"state":"SUCCESS"}]},"error":null,"status":"success"}`), nil
		})})
		require.NoError(t, err)
		builds, err := c.NewestBuilds(t.Context(), vectorTask, 20)
		require.NoError(t, err)
		require.Len(t, builds, 2)
		assert.Equal(t, int64(300), builds[0].Number)
		assert.Equal(t, 1, asked, "although twenty were wanted")
		_, err = c.NewestBuilds(t.Context(), vectorTask, MaxBuilds+1)
		require.ErrorIs(t, err, ErrInvalid)
		_, err = c.NewestBuilds(t.Context(), "web", 1)
		require.ErrorIs(t, err, ErrInvalid)
	})
}
