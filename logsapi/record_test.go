package logsapi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheRecordSaysWhyABuildDidNotRun(t *testing.T) {
	const info, record = "/v1/record/" + vectorRecord + "/info", "/v1/record/" + vectorTask + "/7/record-info"
	unscheduled := `{"result":{"build_record_id":"` + vectorRecord + `","status":"SCHEDULE_FAILURE","queued_time":1789032382772,"err_msg":" 没有可用的\n执行机 "}}`
	for name, c := range map[string]struct {
		paths           map[string]string
		complaint, code string
		requests        int
	}{
		"with a code":              {map[string]string{record: unscheduled, info: `{"result":{"status_code":42}}`}, "没有可用的 执行机", "42", 2},
		"without one":              {map[string]string{record: unscheduled}, "没有可用的 执行机", "", 2},
		"with a code of success":   {map[string]string{record: unscheduled, info: `{"result":{"status_code":"0"}}`}, "没有可用的 执行机", "", 2},
		"in the other answer":      {map[string]string{record: strings.Replace(unscheduled, "err_msg", "x", 1), info: `{"result":{"status_code":1,"err_msg":"no executor"}}`}, "no executor", "1", 2},
		"with the code in the row": {map[string]string{record: strings.Replace(unscheduled, `"err_msg"`, `"status_code":"7","err_msg"`, 1)}, "没有可用的 执行机", "7", 1},
	} {
		t.Run(name, func(t *testing.T) {
			service := says(c.paths)
			got, err := newClient(t, service).Record(t.Context(), vectorTask, 7)
			require.NoError(t, err)
			assert.True(t, got.NeverRan())
			assert.Equal(t, c.complaint, got.Error)
			assert.Equal(t, c.code, got.ErrorCode)
			assert.Equal(t, int64(1789032382772), got.Queued.UnixMilli())
			assert.Len(t, service.requests, c.requests)
		})
	}
	failed := strings.Replace(unscheduled, "SCHEDULE_FAILURE", "FAILURE", 1)
	for body, ran := range map[string]bool{failed: false, strings.Replace(failed, "queued_time", `start_time":1789032382772,"queued_time`, 1): true} {
		service := says(map[string]string{record: body, info: `{"result":{"status_code":42}}`})
		got, err := newClient(t, service).Record(t.Context(), vectorTask, 7)
		require.NoError(t, err)
		assert.False(t, got.NeverRan())
		assert.Equal(t, !ran, got.NeverBegan())
		if ran {
			assert.Len(t, service.requests, 1, "one request for a build that ran")
		} else {
			assert.Equal(t, "42", got.ErrorCode)
		}
	}
}
