package bot

import (
	"context"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery/send"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

func TestAFollowInAChannelWithoutTheBotSaysHowToInviteIt(t *testing.T) {
	callers := make(chan []byte, 1)
	h := newHarness(t, Options{
		Commands: runnerFunc(func(context.Context, commands.Request) reply.Reply {
			return reply.Reply{Heading: "web #129 is running", Follow: &reply.FollowState{Name: "web", Build: 129}}
		}),
		Follow: func(_ context.Context, _, _ string, r reply.Reply) (reply.Reply, bool) {
			callers <- r.Follow.Caller
			return reply.Reply{}, true
		},
	})
	h.slash(t, private, "follow web 129")
	require.NoError(t, h.bot.Refused(t.Context(), <-callers, slack.SlackErrorResponse{Err: "not_in_channel"}))
	h.whispers(t, private, 1)
	shown := h.Render(private, h.user)
	assert.Contains(t, shown, "Invite it, then ask again")
	assert.Contains(t, shown, "/invite @logbot")
	assert.Contains(t, shown, "/logs follow web 129")
}

func TestAClosedChannelIsReportedAndAPersonCanBeToldInstead(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	require.NoError(t, h.RemoveBot(private))
	_, err := h.bot.Post(t.Context(), private, "", reply.Reply{Heading: "web #128 failed"})
	require.True(t, send.IsChannelClosed(err), "%v", err)

	_, err = h.bot.Post(t.Context(), h.user, "", reply.Reply{Channel: builds, Body: "not watched there any more"})
	require.NoError(t, err)
	direct, err := h.DirectMessage(h.user)
	require.NoError(t, err)
	shown := h.Render(direct, h.user)
	assert.Contains(t, shown, "#builds", "the channel by its name")
	assert.Contains(t, shown, "not watched there any more")

	for _, forged := range []string{"C0> <!channel", "!channel", "c0builds01"} {
		_, err = h.bot.Post(t.Context(), h.user, "", reply.Reply{Channel: forged, Body: "x"})
		require.NoError(t, err)
		assert.NotContains(t, h.Render(direct, h.user), "@channel")
	}
}

func TestADirectMessageNeedsTheScopeToWrite(t *testing.T) {
	h := newHarnessIn(t, slacksim.Config{Scopes: []string{"commands"}}, Options{Commands: &sampleRunner{}})
	_, err := h.bot.Post(t.Context(), h.user, "", reply.Reply{Body: "x"})
	assert.ErrorContains(t, err, "missing_scope")
	assert.False(t, send.IsChannelClosed(err))
}
