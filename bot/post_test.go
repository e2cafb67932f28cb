package bot

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery/send"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

func TestWhereTheBotIsNoMemberWhoeverWantsAMessageThatGrowsIsToldToInviteIt(t *testing.T) {
	callers := make(chan []byte, 1)
	o := workIn(t, slacksim.Config{}, Options{
		Commands: answers(func(context.Context, commands.Request) reply.Reply {
			return reply.Reply{Heading: "web #129 is running", Follow: &reply.FollowState{Name: "web", Build: 129}}
		}),
		Follow: func(_ context.Context, _, _ string, r reply.Reply) (reply.Reply, bool) {
			callers <- r.Follow.Caller
			return reply.Reply{}, true
		},
	})
	o.types(t, private, "follow web 129")
	require.NoError(t, o.bot.Uninvited(t.Context(), <-callers))
	o.whispered(t, private, 1)
	shown := o.Render(private, o.user)
	assert.Contains(t, shown, "Invite it, then ask again")
	assert.Contains(t, shown, "/invite @logbot")
	assert.Contains(t, shown, "/logs follow web 129")
}

func TestWhoAskedIsToldOfAChannelThatTakesNothing(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: &shelf{}})
	require.NoError(t, o.RemoveBot(private))
	_, err := o.bot.Post(t.Context(), private, "", reply.Reply{Heading: "web #128 failed"})
	require.True(t, send.IsChannelClosed(err), "%v", err)

	_, err = o.bot.Post(t.Context(), o.user, "", reply.Reply{Channel: inChannel, Body: "not watched there any more"})
	require.NoError(t, err)
	direct, err := o.DirectMessage(o.user)
	require.NoError(t, err)
	shown := o.Render(direct, o.user)
	assert.Contains(t, shown, "#builds", "the channel by its name")
	assert.Contains(t, shown, "not watched there any more")

	for _, forged := range []string{"C0> <!channel", "!channel", "c0builds01"} {
		_, err = o.bot.Post(t.Context(), o.user, "", reply.Reply{Channel: forged, Body: "x"})
		require.NoError(t, err)
		assert.NotContains(t, o.Render(direct, o.user), "@channel")
	}
}

func TestADirectMessageTakesTheScopeToWrite(t *testing.T) {
	o := workIn(t, slacksim.Config{Scopes: []string{"commands"}}, Options{Commands: &shelf{}})
	_, err := o.bot.Post(t.Context(), o.user, "", reply.Reply{Body: "x"})
	assert.ErrorContains(t, err, "missing_scope")
	assert.False(t, send.IsChannelClosed(err))
}
