package logsapi

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	stagesBody = `{"result":{"build_stages":{
		"stage3":{"id":"c","status":"FAILURE","start_time":"2026-09-10T17:27:00.000+08:00","finish_time":"2026-09-10T17:29:34.500+08:00","duration":7,"display_name":"Maven 构建","execution_stage_name":"stage3","node_id":23,"sequence":3},
		"stage1":{"id":"a","status":"SUCCESS","start_time":1789032382000,"duration":4000,"display_name":"代码检出","execution_stage_name":"stage1","node_id":"11","sequence":"1"},
		"stage2":{"id":"b","status":"","display_name":null,"node_id":null,"sequence":2}
	}},"error":null,"status":"success"}`
	historyDetailsBody = `{"job_name":"web","project_name":"shop","build_steps":[{"name":"代码检出","status":"success","build_time":4000},{"name":"Maven 构建","status":"error","build_time":"154500"},{"name":"上传","status":"","build_time":null}]}`

	stagesPath  = "/v1/record/" + vectorRecord + "/full-stages"
	detailsPath = "/v3/jobs/" + vectorTask + "/7/history-details"
)

func (s Step) shown() string {
	started := "-"
	if !s.Started.IsZero() {
		started = s.Started.UTC().Format(time.TimeOnly)
	}
	return fmt.Sprintf("%d|%d|%s|%s|%s|%v", s.Position, s.NodeID, s.Name, s.State, started, s.Duration)
}

func shownSteps(steps []Step) []string {
	shown := []string{}
	for _, s := range steps {
		shown = append(shown, s.shown())
	}
	return shown
}

func TestStepsAreReadInTheirOrder(t *testing.T) {
	stages := func(inner string) string { return `{"result":{"build_stages":{` + inner + `}}}` }
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"as the service sends it": {stagesBody, []string{
			"1|11|代码检出|succeeded|09:26:22|4s", "2|0|stage2||-|0s", "3|23|Maven 构建|failed|09:27:00|2m34.5s",
		}},
		"a build that never reached an executor": {stages(""), []string{}},
		"the same, said with null":               {`{"result":{"build_stages":null}}`, []string{}},
		"ten stages by number, not by letter": {stages(`"stage10":{"display_name":"j"},"stage2":{"display_name":"b"},"stage1":{"display_name":"a"}`),
			[]string{"1|0|a||-|0s", "2|0|b||-|0s", "10|0|j||-|0s"}},
		"keys that are names": {stages(`"Build":{"execution_stage_name":"stage2","sequence":1002},"Checkout":{"execution_stage_name":"stage1","sequence":1001}`),
			[]string{"1|0|stage1||-|0s", "2|0|stage2||-|0s"}},
		"by sequence": {stages(`"b":{"sequence":4},"a":{"sequence":2}`), []string{"2|0|a||-|0s", "4|0|b||-|0s"}},
		"sequences that begin with 0": {stages(`"a":{"sequence":0},"b":{"sequence":1}`),
			[]string{"1|0|a||-|0s", "2|0|b||-|0s"}},
		"sequences that are doubled": {stages(`"a":{"sequence":1},"b":{"sequence":1}`), []string{"1|0|a||-|0s", "2|0|b||-|0s"}},
		"names of which one is no stage": {stages(`"stage1":{"sequence":2},"PRE_ENV":{"sequence":1}`),
			[]string{"1|0|PRE_ENV||-|0s", "2|0|stage1||-|0s"}},
		"fields of other types": {stages(`"a":{"sequence":{},"node_id":-3,"status":7,"start_time":[],"duration":"x"},"b":null,"c":"d"`),
			[]string{"1|0|a||-|0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &further{answers: map[string]func(url.Values) string{stagesPath: func(q url.Values) string {
				assert.Equal(t, "true", q.Get("cascade"))
				return c.body
			}}}
			steps, err := newClient(t, f).Steps(t.Context(), vectorRecord)
			require.NoError(t, err)
			assert.Equal(t, c.want, shownSteps(steps))
		})
	}
}

func TestStepsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 5 * maxRows {
		fmt.Fprintf(&b, `,"stage%d":{}`, i+1)
	}
	body := `{"result":{"build_stages":{` + b.String()[1:] + `}}}`
	steps, err := newClient(t, says(map[string]string{stagesPath: body})).Steps(t.Context(), vectorRecord)
	require.NoError(t, err)
	assert.Len(t, steps, maxRows)
}

func TestStepsOfABuildFallBackToWhatItsPageShows(t *testing.T) {
	details := []string{"1|0|代码检出|succeeded|-|4s", "2|0|Maven 构建|failed|-|2m34.5s", "3|0|上传||-|0s"}
	for _, c := range []struct {
		name     string
		paths    map[string]string
		record   string
		want     []string
		requests int
	}{
		{"stages", map[string]string{stagesPath: `{"result":{"build_stages":{"stage1":{"node_id":11}}}}`, detailsPath: historyDetailsBody}, vectorRecord,
			[]string{"1|11|stage1||-|0s"}, 1},
		{"a build without stages", map[string]string{stagesPath: `{"result":{"build_stages":{}}}`, detailsPath: historyDetailsBody}, vectorRecord, []string{}, 1},
		{"stages are not published", map[string]string{detailsPath: historyDetailsBody}, vectorRecord, details, 2},
		{"stages are not allowed", map[string]string{stagesPath: notAllowed, detailsPath: historyDetailsBody}, vectorRecord, details, 2},
		{"the record is not known", map[string]string{stagesPath: stagesBody, detailsPath: historyDetailsBody}, "", details, 1},
		{"in an envelope", map[string]string{detailsPath: `{"result":` + historyDetailsBody + `,"error":null,"status":"success"}`}, "", details, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := says(c.paths)
			steps, err := newClient(t, f).StepsOf(t.Context(), vectorTask, 7, c.record)
			require.NoError(t, err)
			assert.Equal(t, c.want, shownSteps(steps))
			assert.Len(t, f.requests, c.requests)
		})
	}
}

func TestStepsThatDoNotExistAreNotLookedForElsewhere(t *testing.T) {
	f := says(map[string]string{stagesPath: `{"error_code":"DEVCB.00031006","error_msg":"不存在"}`, detailsPath: historyDetailsBody})
	_, err := newClient(t, f).StepsOf(t.Context(), vectorTask, 7, vectorRecord)
	require.ErrorIs(t, err, ErrNotFound)
	assert.Equal(t, []string{stagesPath}, f.requests)
}
