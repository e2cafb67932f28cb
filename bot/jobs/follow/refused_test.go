package follow_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery/send"
	"logbot/bot/jobs/jobstest"
	"logbot/commands"
)

func TestWhyAFollowIsRefusedIsToldOnceForEachKindOfError(t *testing.T) {
	t.Parallel()
	for _, codes := range send.Codes() {
		refusal := slack.SlackErrorResponse{Err: codes[0]}
		if send.Explain(refusal).Remedy == send.Retry {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			h := jobstest.New(t, jobstest.Options{})
			r := h.Start()
			jobstest.Pass(10 * time.Second)
			tries := 0
			h.Slack.OnPost(func(*jobstest.Message) error { tries++; return refusal })
			begun := r.Commands.Run(t.Context(), commands.Request{Text: "follow web 129", Channel: jobstest.Channel, User: jobstest.Ann})
			require.NotNil(t, begun.Follow)
			begun.Follow.Caller = []byte(`"ann"`)
			_, posted := r.Follows.Start(t.Context(), jobstest.Channel, "", begun)
			require.True(t, posted)
			assert.Equal(t, []string{"refused " + codes[0] + `: "ann"`}, h.Slack.Told(), "at once")
			jobstest.Pass(10 * time.Minute)
			assert.Len(t, h.Slack.Told(), 1, codes[0])
			assert.Equal(t, 1, tries, codes[0])
		})
	}
}
