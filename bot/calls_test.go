package bot

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

// Calls to Slack until the reader sees a word, by kind of answer. The peers need
// up to six.
func TestOneCallToSlackUntilTheFirstWord(t *testing.T) {
	for name, c := range map[string]struct {
		channel string
		answer  reply.Reply
		want    map[string]int
	}{
		"a public answer":                    {builds, full(), map[string]int{"chat.postMessage": 1}},
		"a private one":                      {builds, reply.Reply{Private: true, Body: "b"}, map[string]int{"response_url": 1}},
		"where the bot is not a member":      {general, full(), map[string]int{"chat.postMessage": 1}},
		"where it may not post":              {private, full(), map[string]int{"chat.postMessage": 1, "response_url": 1}},
		"a file":                             {builds, fileOf("x"), map[string]int{"files.getUploadURLExternal": 1, "upload": 1, "files.completeUploadExternal": 1}},
		"an answer to a command turned down": {builds, reply.Reply{Private: true, Refused: true, Body: "no"}, map[string]int{"response_url": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			settled := make(chan string, 9)
			h := newHarness(t, Options{Locales: everybody("zh-CN"), Answered: func(e string) { settled <- e },
				fileLooks: []time.Duration{time.Hour}, // whether a file is shown is asked after the answer
				Commands:  runnerFunc(func(context.Context, commands.Request) reply.Reply { return c.answer })})
			// Who asks, and who reads the channel, is looked up once in ten minutes.
			assert.Equal(t, h.slash(t, c.channel, "fail web 128").EnvelopeID, <-settled)
			assert.LessOrEqual(t, h.Counts()["users.info"], 1)
			assert.Equal(t, 1, h.Counts()["conversations.info"])
			before := h.Counts()
			i := h.slash(t, c.channel, "fail web 128")
			assert.Equal(t, i.EnvelopeID, <-settled)
			got := map[string]int{}
			for method, n := range h.Counts() {
				if n -= before[method]; n > 0 && method != "ack" {
					got[method] = n
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestACommandIsAcknowledgedBeforeAnythingElse(t *testing.T) {
	h := newHarness(t, Options{Commands: runnerFunc(func(context.Context, commands.Request) reply.Reply { return full() })})
	before := len(h.Received())
	i := h.slash(t, h.channel, "fail web 128")
	h.posted(t, h.channel, 1)
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
	assert.NotEmpty(t, h.Received()[before:])
}

func TestAFileIsExplainedInAConversationToWhichNobodyCanBeInvited(t *testing.T) {
	like := slacksim.Config{Channels: []slacksim.Channel{{ID: "D0ANNBOB01", Name: "ann-bob", Private: true, Members: []string{ann, bob}}, {ID: builds, Name: "builds", Members: []string{ann}, Bot: true}}}
	h := newHarnessIn(t, like, Options{Commands: &sampleRunner{}})
	h.slash(t, "D0ANNBOB01", "full web 128")
	h.whispers(t, "D0ANNBOB01", 1)
	shown := h.Render("D0ANNBOB01", h.user)
	assert.Contains(t, shown, "Ask in a direct message")
	assert.NotContains(t, shown, "/invite")

	h.slash(t, "D0ANNBOB01", "fail web 128")
	assert.Contains(t, h.posted(t, "D0ANNBOB01", 1)[0].Text, "web #128 failed", "what is no file arrives")
}

func TestTheTextsOfAnAnswerArriveIfItsFileCannotBeSent(t *testing.T) {
	h := newHarness(t, Options{Commands: runnerFunc(func(context.Context, commands.Request) reply.Reply {
		r := full()
		r.File = fileOf("x").File
		return r
	})})
	h.slash(t, private, "fail web 128")
	assert.Contains(t, h.posted(t, private, 1)[0].Text, "web #128 failed")
	h.whispers(t, private, 1)
	assert.Contains(t, h.Render(private, h.user), "/invite @logbot")
}
