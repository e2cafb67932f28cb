package follow_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
	"logbot/commands"
)

func TestWhyAFollowIsRefusedIsToldOnceForEachKindOfError(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"is_archived", "missing_scope", "token_revoked", "msg_too_long", "made_up_next_year"} {
		refusal := slack.SlackErrorResponse{Err: code}
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
			assert.Equal(t, []string{"refused " + code + `: "ann"`}, h.Slack.Told(), "at once")
			jobstest.Pass(10 * time.Minute)
			assert.Len(t, h.Slack.Told(), 1, code)
			assert.Equal(t, 1, tries, code)
		})
	}
}
