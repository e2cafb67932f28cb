package watch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
)

const leaked = "q7Rt2LmX9vKb4NsW8yZc"

func TestTheOwnerOfAWatchIsToldOnceADayThatTheLogShowsACredential(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := history("SUCCESS", 2*time.Minute, "FAILURE", 5*time.Minute, "FAILURE")
		o.Shows, o.Notices = "clone https://ci:"+leaked+"@git.example.com/web.git", true
		h := jobstest.New(t, o)
		r := h.Start()
		h.Start()
		require.False(t, r.Type("watch task-1 --every").Refused)
		told := func() (private []*jobstest.Message, all int) {
			for _, m := range h.Slack.Messages() {
				assert.NotContains(t, m.Text(), leaked[:10])
				if m.Channel == jobstest.Ann {
					private = append(private, &m)
				} else {
					assert.NotContains(t, m.Text(), "shows a credential", "nobody else learns of it")
				}
			}
			return private, len(h.Slack.Messages())
		}
		jobstest.Pass(10 * time.Minute)
		private, all := told()
		assert.Equal(t, 3, all, "two failures")
		require.Len(t, private, 1)
		assert.Contains(t, private[0].Text(), "The log of task-1 #2 shows a credential: a password in an address, line 3")
		assert.Contains(t, private[0].Text(), "You get this once a day")
	})
}
