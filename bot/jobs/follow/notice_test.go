package follow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
)

func TestWhoFollowsABuildIsToldThatItsLogShowsACredential(t *testing.T) {
	t.Parallel()
	const leaked = "q7Rt2LmX9vKb4NsW8yZc"
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, jobstest.Options{
			Builds: []jobstest.Build{{Task: 1, Number: 1, State: "SUCCESS", Asked: -time.Hour, Took: time.Minute}, {Task: 1, Number: 2, State: "FAILURE", Asked: time.Second, Took: time.Minute}},
			Shows:  "clone https://ci:" + leaked + "@git.example.com/web.git", Notices: true,
		})
		r := h.Start()
		h.Start()
		jobstest.Pass(3 * time.Second)
		require.Empty(t, r.Type("follow task-1 2"))
		jobstest.Pass(5 * time.Minute)
		private := 0
		for _, m := range h.Slack.Messages() {
			assert.NotContains(t, m.Text(), leaked[:10])
			if strings.Contains(m.Text(), "The log of task-1 #2 shows a credential: a password in an address") {
				private++
				assert.Equal(t, jobstest.Ann, m.Channel)
			}
		}
		assert.Equal(t, 1, private, h.Slack.Headings())
	})
}
