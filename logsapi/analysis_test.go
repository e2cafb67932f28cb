package logsapi

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	analysisBody = `{"result":{"jobName":"web","error_nodes":[
		{"node_id":"23","step":"Maven 构建","analyzed_success":true,"error_info":{"error_code":"DEV.CB.0210043","error_message":"单元测试失败","faq":null}},
		{"node_id":29,"step":"上传","analyzed_success":false,"error_info":{"error_code":"DEV.CB.1","error_message":"second"}}
	]},"error":null,"status":"success"}`
	analysisPath = "/v1/log/" + vectorTask + "/7/analysis"
)

func TestAnalysisIsReadInEveryShape(t *testing.T) {
	found := Analysis{Code: "DEV.CB.0210043", Message: "单元测试失败", Steps: []string{"Maven 构建", "上传"}}
	for name, c := range map[string]struct {
		body string
		want Analysis
	}{
		"as the service sends it":   {analysisBody, found},
		"one cause for all":         {`{"result":{"job_name":"web","error_nodes":[{"step":"Maven 构建"},{"step":"上传","error_info":null},{"step":"上传"}],"error_info":{"error_code":"DEV.CB.0210043","error_message":" 单元测试失败\n"}}}`, found},
		"steps that are names":      {`{"result":{"error_nodes":["Maven 构建","上传"],"error_info":{"error_code":"DEV.CB.0210043","error_message":"单元测试失败"}}}`, found},
		"without an envelope":       {`{"error_nodes":["Maven 构建","上传"],"error_info":{"error_code":"DEV.CB.0210043","error_message":"单元测试失败"}}`, found},
		"a cause without steps":     {`{"result":{"error_nodes":null,"error_info":{"error_code":7,"error_message":"x"}}}`, Analysis{Code: "7", Message: "x"}},
		"steps without a cause":     {`{"result":{"error_nodes":[{"step":"a","error_info":"?"},{"step":"b","error_info":{}}]}}`, Analysis{Steps: []string{"a", "b"}}},
		"the second step's cause":   {`{"result":{"error_nodes":[{"step":"a"},{"step":"b","error_info":{"error_code":"C.1"}}]}}`, Analysis{Code: "C.1", Steps: []string{"a", "b"}}},
		"fields of other types":     {`{"result":{"error_nodes":[7,null,[],{"step":{}}],"error_info":[]}}`, Analysis{Steps: []string{"7"}}},
		"a code that is no code":    {`{"result":{"error_info":{"error_code":"\u001b[31m构\n","error_message":""}}}`, Analysis{Code: "[31m"}},
		"nothing found":             {`{"result":{"job_name":"web","error_nodes":[]}}`, Analysis{}},
		"nothing at all":            {`{"result":null,"error":null,"status":"success"}`, Analysis{}},
		"a build that never ran":    {`{"error_code":"CB.00030004","error_msg":"x"}`, Analysis{}},
		"a build that is not there": {`{"error_code":"CB.00031059","error_msg":"x"}`, Analysis{}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &further{answers: map[string]func(url.Values) string{analysisPath: func(q url.Values) string {
				assert.Equal(t, "limit=10&offset=0", q.Encode())
				return c.body
			}}}
			got, err := newClient(t, f).Analysis(t.Context(), vectorTask, 7)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestAnalysisIsShort(t *testing.T) {
	node := `{"step":"构","error_info":{"error_code":"` + strings.Repeat("A", 900) + `","error_message":"` + strings.Repeat("构", 900) + `"}}`
	got, err := newClient(t, says(map[string]string{analysisPath: `{"result":{"error_nodes":[` + strings.Repeat(node+",", 99) + node + `]}}`})).Analysis(t.Context(), vectorTask, 7)
	require.NoError(t, err)
	assert.LessOrEqual(t, len(got.Message), maxDiagnosis+len("…"))
	assert.True(t, strings.HasSuffix(got.Message, "构…"), "cut between letters")
	assert.LessOrEqual(t, len(got.Code), 103)
	assert.Equal(t, []string{"构"}, got.Steps)
}

func TestAnalysisThatCannotBeHadIsAnError(t *testing.T) {
	_, err := newClient(t, says(nil)).Analysis(t.Context(), vectorTask, 7)
	assert.True(t, OutOfReach(err))
	_, err = newClient(t, says(map[string]string{analysisPath: notAllowed})).Analysis(t.Context(), vectorTask, 7)
	assert.True(t, OutOfReach(err))
	_, err = newClient(t, says(map[string]string{analysisPath: `{"error_code":"CB.00060101"}`})).Analysis(t.Context(), vectorTask, 7)
	assert.ErrorIs(t, err, ErrUnavailable)
}
