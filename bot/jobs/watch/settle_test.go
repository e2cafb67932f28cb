package watch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
)

// A process that told a failure, and died before it could record it.
func TestAFailureThatWasToldIsCountedByAnotherReplica(t *testing.T) {
	t.Parallel()
	for name, typed := range map[string]string{"watch": "watch task-1", "follow": "follow task-1 2"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := history("SUCCESS", time.Minute, "FAILURE")
				o.Memory = true
				h := jobstest.New(t, o)
				r := h.Start()
				r.Forgets.Store(true)
				jobstest.Pass(70 * time.Second) // build 2 runs
				require.False(t, r.Type(typed).Refused)
				jobstest.Pass(90 * time.Second)
				require.Len(t, h.Slack.Messages(), 1)
				assert.Contains(t, h.Slack.Messages()[0].Reply.Heading, "task-1 #2 failed")
				assert.Empty(t, remembered(t, h, 1))
				r.Die()
				h.Start()
				jobstest.Pass(2 * time.Minute)
				assert.Equal(t, []int64{2}, remembered(t, h, 1))
				assert.Len(t, h.Slack.Messages(), 1, "and it is not told again")
			})
		})
	}
}
