package watch_test

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

// became returns callers as they are by now.
func became(standing access.Standing, shared bool) func(access.Caller) (access.Caller, error) {
	return func(c access.Caller) (access.Caller, error) {
		c.Standing, c.Shared = standing, shared
		return c, nil
	}
}

func TestAWatchEndsOnceStrangersMayReadAlong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		now   func(access.Caller) (access.Caller, error)
		left  bool
		rules []access.Rule
		// Of each message: where it is, and words of it.
		told [][2]string
		ends bool
	}{
		"the channel is shared": {
			now: became(access.Member, true), told: [][2]string{{jobstest.Ann, "other organizations can read that channel now"}}, ends: true,
		},
		"the channel is shared, and its owner left": {now: became(access.Member, true), left: true, ends: true},
		"the channel is shared, which a rule allows": {
			now: became(access.Member, true), rules: []access.Rule{{Channels: []string{jobstest.Channel}, Tasks: []string{"*"}, Shared: true}},
			told: [][2]string{{jobstest.Channel, "task-1 #2 failed"}},
		},
		"its owner is a guest": {
			now: became(access.Guest, false), told: [][2]string{{jobstest.Channel, "can no longer read it here"}}, ends: true,
		},
		"its owner is a stranger": {
			now: became(access.Stranger, false), told: [][2]string{{jobstest.Channel, "can no longer read it here"}}, ends: true,
		},
		"its owner is a guest, whom a rule admits": {
			now: became(access.Guest, false), rules: []access.Rule{{Channels: []string{jobstest.Channel}, Tasks: []string{"*"}, Guests: true}},
			told: [][2]string{{jobstest.Channel, "task-1 #2 failed"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := jobstest.New(t, history("SUCCESS", 10*time.Minute, "FAILURE"))
				if c.rules != nil {
					p, err := access.New(c.rules)
					require.NoError(t, err)
					h.SetPolicy(p)
				}
				r := h.Start()
				require.False(t, r.Type("watch task-1").Refused)
				jobstest.Pass(5 * time.Minute)
				h.SetCaller(c.now)
				if c.left {
					h.Leave(jobstest.Ann)
				}
				jobstest.Pass(15 * time.Minute)
				var told [][2]string
				for i, m := range h.Slack.Messages() {
					require.Less(t, i, len(c.told), m.Text())
					assert.Contains(t, m.Text(), c.told[i][1])
					told = append(told, [2]string{m.Channel, c.told[i][1]})
					if c.ends {
						assert.NotContains(t, m.Text(), "undeclared identifier", "nothing of the log")
					}
				}
				assert.Equal(t, c.told, told)
				kept, err := h.Store.Watches.Watch(t.Context(), jobstest.Channel, jobstest.TaskID(1))
				assert.Equal(t, c.ends, err != nil, "%+v", kept)
			})
		})
	}
}

func TestAWatchTellsNothingWhileItIsNotKnownWhoReadsAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS", 10*time.Minute, "FAILURE"))
		require.False(t, h.Start().Type("watch task-1").Refused)
		jobstest.Pass(5 * time.Minute)
		h.SetCaller(func(c access.Caller) (access.Caller, error) { return c, errors.New("Slack is away") })
		jobstest.Pass(15 * time.Minute)
		require.Empty(t, h.Slack.Messages())
		h.SetCaller(became(access.Member, false))
		jobstest.Pass(10 * time.Minute)
		require.Len(t, h.Slack.Messages(), 1)
		assert.Contains(t, h.Slack.Messages()[0].Text(), "task-1 #2 failed")
	})
}
