package follow_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
	"logbot/commands/access"
)

func shared(c access.Caller) (access.Caller, error) { c.Shared = true; return c, nil }

func TestAFollowEndsOnceStrangersMayReadAlong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		now         func(access.Caller) (access.Caller, error)
		shown, told string // in the channel, and to the caller alone; empty for nothing
	}{
		"the channel is shared": {shared, "other organizations can read this channel now", "Stopped following web #129"},
		"the caller is a guest": {func(c access.Caller) (access.Caller, error) { c.Standing = access.Guest; return c, nil },
			"You can't read this here", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, _ := following(t)
				jobstest.Pass(10 * time.Second)
				h.SetCaller(c.now)
				jobstest.Pass(10 * time.Minute)
				here, told := "", ""
				for _, m := range h.Slack.Messages() {
					if m.Channel == jobstest.Channel {
						here += m.Text()
					} else {
						assert.Equal(t, jobstest.Ann, m.Channel)
						told += m.Text()
					}
				}
				assert.Contains(t, here, c.shown)
				assert.NotContains(t, here, "[INFO]", "no line of the log is left")
				if c.told != "" {
					assert.NotContains(t, here, "web")
				}
				assert.Contains(t, told, c.told)
				assert.Equal(t, c.told == "", told == "")
				nothingIsLeft(t, h)
			})
		})
	}
}

func TestAFollowThatWasNeverShownIsNotShownToStrangers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, jobstest.Options{})
		r := h.Start()
		jobstest.Pass(10 * time.Second)
		h.Slack.OnPost(func(m *jobstest.Message) error {
			if m.Channel == jobstest.Channel {
				return errors.New("Slack is away")
			}
			return nil
		})
		require.Empty(t, r.Type("follow web 129"))
		h.SetCaller(shared)
		jobstest.Pass(10 * time.Minute)
		require.Len(t, h.Slack.Messages(), 1)
		m := h.Slack.Messages()[0]
		assert.Equal(t, jobstest.Ann, m.Channel)
		assert.Contains(t, m.Text(), "Stopped following web #129")
		answer := r.Type("follow web 129")
		assert.True(t, answer.Private)
		assert.Contains(t, answer.Body, "Other organizations can read this channel")
	})
}
