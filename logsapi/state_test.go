package logsapi

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStatesAreReadInEveryVocabulary(t *testing.T) {
	for word, want := range map[string]State{
		"InQueue": Queued, "quering": Queued, "Running": Running, "building": Running, "SUCCESS": Succeeded, "blue": Succeeded,
		"FAILURE": Failed, "red": Failed, "error": Failed, "ABORTED": Aborted, "aborted": Aborted,
		"timeout": TimedOut, "SCHEDULE_FAILURE": Unscheduled, " failure ": Failed, "none": Unknown, "": Unknown, "成功": Succeeded, "构建失败": Failed, "UNSTABLE": Unknown, "失败了": Unknown,
	} {
		assert.Equal(t, want, ParseState(word), word)
	}
}

func TestABuildInAStateOfAnUnknownWordHasEndedIfItTookTimeOrFinished(t *testing.T) {
	for name, c := range map[string]struct {
		row  string
		want State
		word string
	}{
		"it took time":                 {`"state":"UNSTABLE","job_running_status":"Finished","cost_time":192000`, Ended, "UNSTABLE"},
		"it has finished":              {`"state":"部分 成功","finish_time":1789032382772`, Ended, "部分 成功"},
		"it runs":                      {`"state":"UNSTABLE","job_running_status":"Running","cost_time":1000`, Running, ""},
		"nothing says that it has":     {`"state":"UNSTABLE"`, Unknown, "UNSTABLE"},
		"it has no word":               {`"cost_time":192000`, Ended, ""},
		"it was not there for so long": {`"state":"UNSTABLE","cost_time":0,"end_time":""`, Unknown, "UNSTABLE"},
	} {
		t.Run(name, func(t *testing.T) {
			builds, err := newClient(t, says(map[string]string{
				recordListPath: `{"result":{"job_build_states":[{"number":7,` + c.row + `}]}}`,
			})).Builds(t.Context(), vectorTask, 1)
			require.NoError(t, err)
			assert.Equal(t, c.want, builds[0].State)
			assert.Equal(t, c.word, builds[0].Word)
		})
	}
	latest, err := newClient(t, says(map[string]string{
		"/v1/job/" + vectorTask + "/running-status": `{"result":{"last_build_no":"7","last_build_status":"purple","is_running":false}}`,
	})).LatestBuild(t.Context(), vectorTask)
	require.NoError(t, err)
	assert.Equal(t, Build{Number: 7, State: Ended, Word: "purple"}, latest)
}

func TestOnlyAStateThatCannotChangeIsFinished(t *testing.T) {
	for state, want := range map[State]bool{
		Unknown: false, Queued: false, Running: false,
		Succeeded: true, Failed: true, Aborted: true, TimedOut: true, Unscheduled: true, Ended: true,
	} {
		assert.Equal(t, want, state.Finished(), state)
	}
}
