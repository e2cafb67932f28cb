package logsapi

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStatesAreReadInEveryVocabulary(t *testing.T) {
	for word, want := range map[string]State{
		"InQueue": Queued, "quering": Queued, "Running": Running, "building": Running, "SUCCESS": Succeeded, "blue": Succeeded,
		"FAILURE": Failed, "red": Failed, "error": Failed, "ABORTED": Aborted, "aborted": Aborted,
		"timeout": TimedOut, "SCHEDULE_FAILURE": Unscheduled, " failure ": Failed, "none": Unknown, "": Unknown, "成功": Unknown,
	} {
		assert.Equal(t, want, ParseState(word), word)
	}
}

func TestOnlyAStateThatCannotChangeIsFinished(t *testing.T) {
	for state, want := range map[State]bool{
		Unknown: false, Queued: false, Running: false,
		Succeeded: true, Failed: true, Aborted: true, TimedOut: true, Unscheduled: true,
	} {
		assert.Equal(t, want, state.Finished(), state)
	}
}
