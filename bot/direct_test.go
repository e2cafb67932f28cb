package bot

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

func directFile() reply.Reply {
	r := fileOf("one\ntwo\n")
	r.Direct, r.Heading = true, "The whole log of web #128"
	return r
}

func TestAFileForTheCallerComesAsADirectMessage(t *testing.T) {
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply { return directFile() })
	h.settled(t, h.slash(t, h.channel, "full web 128 --me").EnvelopeID)
	direct, err := h.DirectMessage(h.user)
	require.NoError(t, err)
	shown := h.Render(direct, h.user)
	assert.Contains(t, shown, "The whole log of web #128")
	assert.Contains(t, shown, "file web-128-stage3.log")
	assert.NotContains(t, shown, "Fetching", "the note goes when the file is there")
	assert.Empty(t, h.posted(t, h.channel, 0), "the channel sees nothing")
	assert.Contains(t, h.Render(h.channel, h.user), "See your direct messages with logbot.")
}

func TestWhatThePersonCannotBeToldLaterIsNotSetUp(t *testing.T) {
	undone := 0
	answer := reply.Reply{Direct: true, Body: "Watching web for you.", Undo: func(context.Context) error { undone++; return nil }}
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply { return answer })
	h.settled(t, h.slash(t, h.channel, "watch web --me").EnvelopeID)
	direct, err := h.DirectMessage(h.user)
	require.NoError(t, err)
	assert.Contains(t, h.Render(direct, h.user), "Watching web for you.")
	assert.NotContains(t, h.Render(h.channel, h.user), "Watching web")
	assert.Zero(t, undone)

	w := slacksim.Config{Faults: faults(t, "call-error@chat.postMessage=messages_tab_disabled")}
	h = newHarnessIn(t, w, Options{Commands: runnerFunc(func(context.Context, commands.Request) reply.Reply { return answer })})
	h.settled(t, h.slash(t, h.channel, "watch web --me").EnvelopeID)
	assert.Equal(t, 1, undone)
	assert.Contains(t, h.Render(h.channel, h.user), "so nothing was set up")
}

// A line that an error offers is a button. Whoever presses it gets the answer as if they
// had typed the line.
func TestALineThatIsOfferedCanBePressed(t *testing.T) {
	h := newHarnessWith(t, func(_ context.Context, r commands.Request) reply.Reply {
		if strings.HasPrefix(r.Text, "fail web") {
			return reply.Reply{Heading: "web #128 failed"}
		}
		return reply.Reply{Private: true, Refused: true, Body: "Did you mean:", Try: []reply.Example{{Line: "/logs fail web 128"}, {Line: "/logs fail web NUMBER"}}}
	})
	h.settled(t, h.slash(t, h.channel, "fial web 128").EnvelopeID)
	shown := h.Render(h.channel, h.user)
	assert.Contains(t, shown, "[/logs fail web 128]")
	assert.Contains(t, shown, "\n  /logs fail web NUMBER", "what has to be filled in stays a line")
	told := h.Ephemerals(h.channel, h.user)
	require.Len(t, told, 1)
	h.press(t, h.user, told[0], "/logs fail web 128")
	assert.Contains(t, h.posted(t, h.channel, 1)[0].Text, "web #128 failed", "for everybody, as if it had been typed")
}
