package bot

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// Calls to Slack until the reader sees a word, by kind of answer. The peers need
// up to six.
func TestOneCallToSlackUntilTheFirstWord(t *testing.T) {
	for name, c := range map[string]struct {
		channel string
		answer  reply.Reply
		want    map[string]int
	}{
		"a public answer":                    {inChannel, full(), map[string]int{"chat.postMessage": 1}},
		"a private one":                      {inChannel, reply.Reply{Private: true, Body: "b"}, map[string]int{"response_url": 1}},
		"where the bot is no member":         {elsewhere, full(), map[string]int{"chat.postMessage": 1}},
		"where it may not post":              {private, full(), map[string]int{"chat.postMessage": 1, "response_url": 1}},
		"a file":                             {inChannel, fileOf("x"), map[string]int{"files.getUploadURLExternal": 1, "upload": 1, "files.completeUploadExternal": 1}},
		"an answer to a command turned down": {inChannel, reply.Reply{Private: true, Refused: true, Body: "no"}, map[string]int{"response_url": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			settled := make(chan string, 9)
			o := workIn(t, slacksim.Config{}, Options{Lang: texts.Chinese, Answered: func(e string) { settled <- e },
				Commands: answers(func(context.Context, commands.Request) reply.Reply { return c.answer })})
			before := o.Counts()
			i := o.types(t, c.channel, "fail web 128")
			assert.Equal(t, i.EnvelopeID, <-settled)
			got := map[string]int{}
			for method, n := range o.Counts() {
				if n -= before[method]; n > 0 && method != "ack" {
					got[method] = n
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestACommandIsAcknowledgedBeforeAnythingElse(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: answers(func(context.Context, commands.Request) reply.Reply { return full() })})
	before := len(o.Received())
	i := o.types(t, o.channel, "fail web 128")
	o.said(t, o.channel, 1)
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
	assert.NotEmpty(t, o.Received()[before:])
}

func TestAFileAskedForWhereNobodyCanBeInvitedIsExplained(t *testing.T) {
	like := slacksim.Config{Channels: []slacksim.Channel{{ID: "D0ANNBOB01", Name: "ann-bob", Private: true, Members: []string{"U0ANN00001", bob}}, {ID: inChannel, Name: "builds", Members: []string{"U0ANN00001"}, Bot: true}}}
	o := workIn(t, like, Options{Commands: &shelf{}})
	o.types(t, "D0ANNBOB01", "full web 128")
	o.whispered(t, "D0ANNBOB01", 1)
	shown := o.Render("D0ANNBOB01", o.user)
	assert.Contains(t, shown, "Ask it in a direct message")
	assert.NotContains(t, shown, "/invite")

	o.types(t, "D0ANNBOB01", "fail web 128")
	assert.Contains(t, o.said(t, "D0ANNBOB01", 1)[0].Text, "web #128 failed", "what is no file arrives")
}

func TestWhatStandsBesideAFileArrivesWithoutIt(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: answers(func(context.Context, commands.Request) reply.Reply {
		r := full()
		r.File = fileOf("x").File
		return r
	})})
	o.types(t, private, "fail web 128")
	assert.Contains(t, o.said(t, private, 1)[0].Text, "web #128 failed")
	o.whispered(t, private, 1)
	assert.Contains(t, o.Render(private, o.user), "/invite @logbot")
}
