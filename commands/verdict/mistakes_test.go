package verdict_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/commands/failure/known"
	"logbot/commands/verdict"
	"logbot/logsapi"
)

// Bots that compare failures took these for proof that a failure comes and goes by itself.
func TestWhatAChangeBrokeTwiceIsNotFlaky(t *testing.T) {
	broke := func(build int64, hours float64, commit string) known.Sighting {
		s := failed(build, hours/24)
		s.Commit = commit
		return s
	}
	again := broke(128, 0, "a11ce00aa")
	sameElsewhere := broke(57, .1, "a11ce00aa")
	sameElsewhere.Task, sameElsewhere.Name = api, "api"
	for name, c := range map[string]verdict.Case{
		"the change was reverted, and made again": {
			This: again, Known: memory(again, broke(126, 5, "0ddba1100")), Covered: true, Builds: []logsapi.Build{
				listed(128, logsapi.Failed, "main", "a11ce00aa"), listed(127, logsapi.Succeeded, "main", "bedabb1e0"), listed(126, logsapi.Failed, "main", "0ddba1100"),
			},
		},
		"another task failed so with the same commit": {
			This: again, Known: memory(again, sameElsewhere), May: all, Covered: true, Builds: []logsapi.Build{
				listed(128, logsapi.Failed, "main", "a11ce00aa"), listed(127, logsapi.Succeeded, "main", "bedabb1e0"),
			},
		},
		"another task passed with the same commit": {
			This: again, May: all, Covered: true, Known: func() known.Failure {
				f := memory(again)
				f.Greens = []known.Green{{Task: api, Build: 57, Branch: "main", Commit: "a11ce00aa", At: noon.Add(-time.Hour)}}
				return f
			}(), Builds: []logsapi.Build{listed(128, logsapi.Failed, "main", "a11ce00aa"), listed(127, logsapi.Succeeded, "main", "bedabb1e0")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Nil(t, verdict.Of(c).Flaky)
		})
	}
	proof := verdict.Case{This: again, Builds: []logsapi.Build{listed(127, logsapi.Succeeded, "main", "a11ce00aa")}}
	assert.NotNil(t, verdict.Of(proof).Flaky, "the same commit passed in the same task")
}
