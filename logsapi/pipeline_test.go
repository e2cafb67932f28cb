package logsapi

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheStepsOfAPipelinesRunAreRead(t *testing.T) {
	const pipeline, run = "aaaabbbbccccddddaaaabbbbccccdddd", "ddddccccbbbbaaaaddddccccbbbbaaaa"
	const path = "/v5/" + projectID + "/api/pipelines/" + pipeline + "/pipeline-runs/detail"
	const stages = `"stages":[
		{"name":"检出","jobs":[{"name":"get","start_time":1789032382000,"steps":[{"name":"get","task":"official_git_clone@0.0.1","status":"COMPLETED","inputs":[{"key":"jobId","value":"` + vectorTask + `"}]}]}]},
		{"name":"构建","jobs":[
			{"name":"x86","start_time":1789032382000,"end_time":1789032482000,"steps":[{"name":"编译","task":"official_devcloud_cloudBuild","status":"FAILED","start_time":1789032383000,
				"inputs":[{"key":"__repository__","value":{"x":1}},{"key":"jobId","value":"` + vectorTask + `"}],"outputs":[{"key":"build_no","value":"7"}],
				"message":"{\"errorMessage\":\" 构建任务执行失败!\",\"errorCode\":\"DEV-CODECI-35002\"}"}]},
			{"name":"arm","steps":[{"task":"official_devcloud_cloudBuild_template@1.0","status":"CANCELED","inputs":{"job_id":"` + vectorTask + `"}},
				{"name":"sub","task":"official_devcloud_subPipeline","status":"INIT","inputs":"none"}]}]}]`
	for name, body := range map[string]string{
		"as the documentation has it": `{"id":"` + run + `","status":"FAILED",` + stages + `}`,
		"in an envelope":              `{"result":{` + stages + `},"error":null,"status":"success"}`,
	} {
		t.Run(name, func(t *testing.T) {
			service := says(map[string]string{path: body})
			steps, err := newClient(t, service).PipelineSteps(t.Context(), projectID, pipeline, run)
			require.NoError(t, err)
			var got []string
			for _, s := range steps {
				started := "-"
				if !s.Started.IsZero() {
					started = s.Started.UTC().Format(time.TimeOnly)
				}
				got = append(got, fmt.Sprintf("%s|%s|%s|%.4s|%d", s.Name, s.State, started, s.TaskID, s.Build))
			}
			assert.Equal(t, []string{
				"get|succeeded|09:26:22||0", "编译|failed|09:26:23|48c6|7", "arm|aborted|-|48c6|0", "sub|queued|-||0",
			}, got)
		})
	}
	for name, body := range map[string]string{
		"another run":  `{"id":"` + pipeline + `",` + stages + `}`,
		"no stages":    `{"id":"` + run + `"}`,
		"other stages": `{"id":"` + run + `","stages":"x"}`,
	} {
		_, err := newClient(t, says(map[string]string{path: body})).PipelineSteps(t.Context(), projectID, pipeline, run)
		assert.ErrorIs(t, err, ErrProtocol, name)
	}
	client := newClient(t, says(nil))
	_, err := client.PipelineSteps(t.Context(), projectID, pipeline, run)
	assert.True(t, OutOfReach(err))
	_, err = client.PipelineSteps(t.Context(), projectID, "x/../y", run)
	assert.ErrorIs(t, err, ErrInvalid)
}

func TestARecordLeadsToItsBuild(t *testing.T) {
	const path = "/v1/record/" + vectorRecord + "/info"
	n, err := newClient(t, says(map[string]string{path: `{"result":{"build_no":"128","status":"FAILURE"}}`})).RecordBuild(t.Context(), vectorRecord)
	require.NoError(t, err)
	assert.Equal(t, int64(128), n)
	_, err = newClient(t, says(map[string]string{path: `{"result":{"status":"FAILURE"}}`})).RecordBuild(t.Context(), vectorRecord)
	assert.ErrorIs(t, err, ErrProtocol)
}
