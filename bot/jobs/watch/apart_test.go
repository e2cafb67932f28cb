package watch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
)

// A task that is red for another reason is worth a message of its own: who reads that it
// failed again takes it for the failure that is known.
func TestAnotherFailureThanBeforeIsToldApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := history("SUCCESS", 2*time.Minute, "FAILURE", 5*time.Minute, "FAILURE", 8*time.Minute, "FAILURE", 11*time.Minute, "FAILURE", 14*time.Minute, "SUCCESS")
		for i := 3; i < 5; i++ { // 4 and 5
			o.Builds[i].Why = "store.c:90:12: error: too few arguments to function call, expected 3, have 2"
		}
		o.Memory = true
		h := jobstest.New(t, o)
		r := h.Start()
		require.False(t, r.Type("watch task-1").Refused)
		jobstest.Pass(20 * time.Minute)
		assert.Equal(t, []string{
			"task-1 #2 failed · Compile · 1 min 0 s",
			"> task-1 #3 failed · Compile · 1 min 0 s",
			"task-1 #4 failed, now for another reason · Compile · 1 min 0 s",
			"> task-1 #5 failed · Compile · 1 min 0 s",
			"> task-1 works again: #6 succeeded after 4 failures",
		}, h.Slack.Headings())
		all := h.Slack.Messages()
		assert.Equal(t, all[0].TS, all[1].Thread)
		assert.Equal(t, all[2].TS, all[3].Thread, "the thread is that of the failure by then")
		assert.Equal(t, all[2].TS, all[4].Thread)
		assert.Equal(t, "New in #4 · not the same as #3 · last green #1", all[2].Reply.Verdict)
		assert.Contains(t, all[3].Reply.Verdict, "Same as #4")
	})
}
