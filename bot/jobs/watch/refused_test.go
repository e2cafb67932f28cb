package watch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery/send"
	"logbot/bot/jobs/jobstest"
)

// refusing lets a channel refuse everything for a while.
func refusing(code string, until time.Duration, tries *int) func(*jobstest.Message) error {
	began := time.Now()
	return func(m *jobstest.Message) error {
		if m.Channel != jobstest.Channel || time.Since(began) > until {
			return nil
		}
		*tries++
		return slack.SlackErrorResponse{Err: code}
	}
}

func TestAWatchSurvivesWhatAnAdminCanFixAndItsOwnerHearsOfTheRest(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"missing_scope", "invalid_blocks"} {
		r := send.Explain(slack.SlackErrorResponse{Err: code})
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := jobstest.New(t, history("SUCCESS", 2*time.Minute, "FAILURE"))
				replica, tries := h.Start(), 0
				require.False(t, replica.Type("watch task-1").Refused)
				h.Slack.OnPost(refusing(code, 10*time.Minute, &tries))
				jobstest.Pass(20 * time.Minute)
				require.Len(t, h.Slack.Messages(), 1, "once")
				m := h.Slack.Messages()[0]
				if r.Remedy == send.Fix {
					assert.Equal(t, jobstest.Channel, m.Channel, "told once it is mended")
					assert.Less(t, tries, 6, "every two minutes")
				} else {
					assert.Equal(t, jobstest.Ann, m.Channel, "its owner hears of it")
					assert.Contains(t, m.Reply.Body, "didn't take the message")
					assert.Equal(t, 1, tries, "a final error is not tried again")
				}
				assert.Contains(t, replica.Type("watches").Excerpt(), "task-1", "the watch goes on")
			})
		})
	}
}

func TestATellingWhoseThreadTakesNoReplyGoesToTheChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS", 2*time.Minute, "FAILURE", 5*time.Minute, "FAILURE"))
		require.False(t, h.Start().Type("watch task-1").Refused)
		h.Slack.OnPost(func(m *jobstest.Message) error {
			if m.Thread != "" {
				return slack.SlackErrorResponse{Err: "restricted_action_thread_locked"}
			}
			return nil
		})
		jobstest.Pass(20 * time.Minute)
		require.Len(t, h.Slack.Messages(), 2)
		assert.Empty(t, h.Slack.Messages()[1].Thread)
	})
}
