package logsapi

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/dialect"
)

func TestWhatCheckSaysOfAFailureIsOnePage(t *testing.T) {
	log := CheckDetail{ProjectID: projectID, TaskID: checkTask, Execution: execution}
	const path = "/v2/" + projectID + "/tasks/" + checkTask + "/log-detail"
	var sent url.Values
	f := &further{answers: map[string]func(url.Values) string{path: func(q url.Values) string {
		sent = q
		return `{"param_info":{"branch":"main"},"log_info":[{"display_name":"analyze","log":"a\nerror: b\n","level":"ERROR","analysis":"分析"},{"log":"c"}]}`
	}}}
	client := newClient(t, f)
	for _, order := range []Order{Ascending, Descending} {
		page, err := client.Page(t.Context(), PageRequest{Log: log, Order: order})
		require.NoError(t, err)
		assert.Equal(t, "a\nerror: b\n分析\nc\n", page.Text)
		assert.True(t, page.Last)
		assert.Equal(t, execution, sent.Get("execute_id"))
		further, err := client.Page(t.Context(), PageRequest{Log: log, Order: order, At: page.Next})
		require.NoError(t, err)
		assert.Empty(t, further.Text)
	}
	for body, fails := range map[string]bool{`{}`: true, `{"log_info":[]}`: false, `{"result":{"log_info":[],"param_info":{}}}`: false, `{"log_info":"x"}`: true} {
		page, err := newClient(t, says(map[string]string{path: body})).Page(t.Context(), PageRequest{Log: log})
		assert.Equal(t, fails, err != nil, body)
		assert.Empty(t, page.Text, body)
	}
	_, err := client.Page(t.Context(), PageRequest{Log: CheckDetail{ProjectID: "x", TaskID: checkTask}})
	assert.ErrorIs(t, err, ErrInvalid)
}

func TestTheShapeOfAListThatWasGuessedIsToldWithoutItsValues(t *testing.T) {
	var told []string
	s := says(map[string]string{checkJobsPath: `{"page":{"executions":[{"run_uuid":"` + execution + `","` + subTask + `":{"secret":"hunter2"},"n":1}]}}`})
	client := newClientTelling(t, s, func(d dialect.Dialect) { told = append(told, d.String()) })
	_, err := client.CheckRuns(t.Context(), checkTask)
	require.NoError(t, err)
	assert.Equal(t, []string{"lists of check runs are {page:{executions:[{?:{secret:text},n:number,run_uuid:text}]}}"}, told)

	_, err = newClient(t, says(map[string]string{checkJobsPath: `{"x":[{"id":"` + execution + `"}],"y":[{"id":"` + subTask + `"}]}`})).CheckRuns(t.Context(), checkTask)
	assert.ErrorContains(t, err, "no list of runs is in {x:[{id:text}],y:[{id:text}]}")
}
