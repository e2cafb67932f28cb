package pagestore

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
)

func TestKeysHaveTheDocumentedForm(t *testing.T) {
	for _, c := range []struct {
		r    logsapi.PageRequest
		want string
	}{
		{logsapi.PageRequest{Log: finishedLog}, "logbot:p1:{eu1.48c66c6002964721be537cdc6ce0297b.7}:finished:a:0:0:1000"},
		{logsapi.PageRequest{Log: finishedLog, Size: 20, Finished: true}, "logbot:p1:{eu1.48c66c6002964721be537cdc6ce0297b.7}:finished:a:0:0:1000"},
		{logsapi.PageRequest{Log: liveLog, Order: logsapi.Descending, At: logsapi.Cursor{Start: 12, End: 1 << 40}}, "logbot:p1:{eu1.48c66c6002964721be537cdc6ce0297b.7}:live:d:12:1099511627776:1000"},
		{logsapi.PageRequest{Log: stepLog, Size: 20}, "logbot:p1:{eu1.48c66c6002964721be537cdc6ce0297b.7}:step-3:a:0:0:20"},
		{logsapi.PageRequest{Log: finishedLog, Finished: true, Edition: "0a1b2c3d"}, "logbot:p1:{eu1.48c66c6002964721be537cdc6ce0297b.7}:finished:a:0:0:1000:0a1b2c3d"},
		{logsapi.PageRequest{Log: finishedLog, Edition: "0a1b2c3d"}, "logbot:p1:{eu1.48c66c6002964721be537cdc6ce0297b.7}:finished:a:0:0:1000:0a1b2c3d"},
		{logsapi.PageRequest{Log: checkLog}, "logbot:p1:{eu1.0123456789abcdef0123456789abcdef}:check:a:0:0:1000"},
	} {
		got, ok := Key("eu1", c.r)
		assert.True(t, ok)
		assert.Equal(t, c.want, got)
	}
}

func TestRequestsThatDifferHaveKeysThatDiffer(t *testing.T) {
	at := func(start, end int64) logsapi.PageRequest {
		return logsapi.PageRequest{Log: liveLog, At: logsapi.Cursor{Start: start, End: end}}
	}
	requests := []logsapi.PageRequest{
		at(0, 0), at(1, 0), at(0, 1), at(1, 11), at(11, 1), at(-1, 0),
		{Log: liveLog, Order: logsapi.Descending},
		{Log: liveLog, Size: 10},
		{Log: finishedLog}, {Log: stepLog}, {Log: checkLog},
		{Log: logsapi.StepLog{TaskID: taskID, Build: 7, Step: 33}},
		{Log: logsapi.FinishedStepLog{TaskID: taskID, Build: 7, Step: 3}},
		{Log: logsapi.LiveLog{TaskID: taskID, Build: 77}},
		{Log: logsapi.LiveLog{TaskID: runID, Build: 7}},
		{Log: logsapi.CheckLog{RunID: taskID + ".7"}},
		{Log: logsapi.CheckLog{RunID: taskID + "/7"}},
		{Log: logsapi.CheckLog{RunID: ""}},
		{Log: logsapi.CheckDetail{TaskID: taskID}},
		{Log: logsapi.CheckDetail{TaskID: taskID, Execution: runID}},
	}
	seen := map[string]logsapi.PageRequest{}
	for _, scope := range []string{"", "a", "b", "a.b"} {
		for _, r := range requests {
			key, ok := Key(scope, r)
			require.True(t, ok)
			require.NotContains(t, seen, key, "scope %q, %+v", scope, r)
			seen[key] = r
		}
	}
}

func TestTypedTextCannotLeaveTheHashTag(t *testing.T) {
	form := regexp.MustCompile(`^logbot:p1:\{[0-9A-Za-z_.~-]*\}:[a-z0-9-]+:[ad]:-?\d+:-?\d+:-?\d+$`)
	for _, odd := range []string{"}x{", "a b", "构建", "a:b", "\r\nFLUSHALL\r\n", "*", strings.Repeat("a", 10_000)} {
		key, ok := Key(odd, logsapi.PageRequest{Log: logsapi.LiveLog{TaskID: odd, Build: -1}})
		require.True(t, ok)
		assert.Regexp(t, form, key)
		assert.Less(t, len(key), 200)
	}
}

func TestARequestWithoutALogHasNoKey(t *testing.T) {
	_, ok := Key("", logsapi.PageRequest{})
	assert.False(t, ok)
	_, ok = Key("", logsapi.PageRequest{Log: liveLog, Order: 7})
	assert.False(t, ok)
}

func TestTheKeyOfASetOfLinesHasTheDocumentedForm(t *testing.T) {
	assert.Equal(t, "logbot:p1:{eu1.48c66c6002964721be537cdc6ce0297b.7}:lines:1-0a1b2c3d", LinesKey("eu1", taskID, 7, "1-0a1b2c3d"))
}
