package bot

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"logbot/bot/envelope"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

func TestTheTestsHaveTheScopesOfTheManifest(t *testing.T) {
	content, err := os.ReadFile("../deploy/slack-manifest.yaml")
	require.NoError(t, err)
	var manifest struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `yaml:"oauth_config"`
		Settings struct {
			SocketMode bool `yaml:"socket_mode_enabled"`
		}
	}
	require.NoError(t, yaml.Unmarshal(content, &manifest))
	assert.ElementsMatch(t, scopes, manifest.OAuth.Scopes.Bot)
	assert.True(t, manifest.Settings.SocketMode)
}

func TestAButtonSendsTheLogIntoTheThreadAndBecomesARecord(t *testing.T) {
	h := newHarnessWith(t, sampleAnswer)
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	before := h.Render(h.channel, h.user)
	assert.Contains(t, before, "[Full log]")
	assert.NotContains(t, before, "/logs full web 128\n", "a button stands for its line")

	_, err := h.Click(t.Context(), slacksim.Click{User: "U0BOB00001", Channel: h.channel, TS: m.TS, ActionID: "run-0"})
	require.NoError(t, err)
	h.wait(t, "the file in the thread", func() bool {
		replies := h.Thread(h.channel, m.TS)
		return len(replies) > 0 && len(replies[len(replies)-1].Files) == 1
	})
	h.wait(t, "the record", func() bool { return strings.Contains(h.Render(h.channel, h.user), "Full log · @bob") })
	after := h.Render(h.channel, h.user)
	assert.NotContains(t, after, "[Full log]")
	assert.Contains(t, after, "[Log of this step]", "the other button stays")
	for _, part := range []string{"OrderApiTest.total:87 expected <200> but was <500>", "-2 [ERROR] <!channel> & *bold* ```", "round half up"} {
		assert.Contains(t, after, part, "the message is otherwise as it was")
	}
}

func TestAButtonWorksInAChannelWithoutTheBot(t *testing.T) {
	h := newHarnessWith(t, sampleAnswer)
	h.slash(t, general, "fail web 128")
	m := h.posted(t, general, 1)[0]
	_, err := h.Click(t.Context(), slacksim.Click{User: h.user, Channel: general, TS: m.TS, ActionID: "run-0"})
	require.NoError(t, err)
	h.whispers(t, general, 1)
	assert.Contains(t, h.Render(general, h.user), "/invite @logbot")
}

func TestAMentionIsAnsweredInItsThread(t *testing.T) {
	h := newHarnessWith(t, sampleAnswer)
	parent, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "web 128 is red"})
	require.NoError(t, err)
	_, err = h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "@logbot fail web 128", ThreadTS: parent.TS})
	require.NoError(t, err)
	alone, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	file, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "@logbot full web 128"})
	require.NoError(t, err)
	for ts, words := range map[string]string{parent.TS: "web #128 failed", alone.TS: "web #128 failed", file.TS: "web-128-stage3.log"} {
		h.wait(t, "an answer in the thread", func() bool {
			thread := h.Thread(h.channel, ts)
			last := thread[len(thread)-1]
			return last.User != h.user && strings.Contains(last.Text+fmt.Sprint(last.Files), words)
		})
	}
	for _, m := range h.Messages(h.channel) {
		assert.True(t, m.User == h.user || m.ThreadTS != "", "nothing but the questions stands in the channel: %s", m.Text)
	}
}

// Slack shows an ephemeral message in a thread only while the thread is open, and a
// mention that nobody has answered yet has none.
func TestWhatTheCallerOfAMentionAloneIsToldStandsBesideIt(t *testing.T) {
	h := newHarnessWith(t, sampleAnswer)
	_, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "@logbot what"})
	require.NoError(t, err)
	told := h.whispers(t, h.channel, 1)[0]
	assert.Contains(t, told.Text, `Unknown command "what"`)
	assert.Empty(t, told.ThreadTS)
}

func TestAnAnswerInAChannelNamesWhoAsked(t *testing.T) {
	h := newHarnessIn(t, slacksim.Config{}, Options{Commands: &sampleRunner{}})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	assert.Contains(t, string(m.Blocks), `asked by \u003c@`+ann)
	h.press(t, bob, m, "More")
	h.shows(t, "more of web #128")
	m = h.current(t, m)
	assert.Contains(t, string(m.Blocks), `asked by \u003c@`+ann, "still")
	assert.Contains(t, string(m.Blocks), `More · \u003c@`+bob)
	h.press(t, bob, m, "Full log")
	h.wait(t, "the file", func() bool { return len(h.Files()) == 1 })
	thread := h.Thread(h.channel, m.TS)
	assert.Contains(t, string(thread[len(thread)-1].Blocks), `asked by \u003c@`+bob)

	h.slash(t, private, "fail web 128")
	h.wait(t, "an answer through the response_url", func() bool { return strings.Contains(h.Render(private, ann), "asked by @ann") })
	h.slash(t, h.channel, "fail web 128 --me")
	assert.NotContains(t, string(h.whispers(t, h.channel, 1)[0].Blocks), "asked by")
	direct, err := h.DirectMessage(ann)
	require.NoError(t, err)
	h.slash(t, direct, "fail web 128")
	assert.NotContains(t, string(h.posted(t, direct, 1)[0].Blocks), "asked by", "nobody else is there")
}

func TestADirectMessageIsAnswered(t *testing.T) {
	h := newHarnessWith(t, sampleAnswer)
	direct, err := h.DirectMessage(h.user)
	require.NoError(t, err)
	for i, text := range []string{"fail web 128", "/logs fail web 128", "nonsense"} {
		_, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: direct, Text: text})
		require.NoError(t, err)
		h.wait(t, "an answer", func() bool {
			n := 0
			for _, m := range h.Messages(direct) {
				if m.User != h.user {
					n++
				}
			}
			return n == i+1
		})
	}
	shown := h.Render(direct, h.user)
	assert.Equal(t, 2, strings.Count(shown, "OrderApiTest.total:87"))
	assert.Contains(t, shown, `Unknown command "nonsense"`)
}

func TestAnEventThatSlackDeliversAgainIsAnsweredOnce(t *testing.T) {
	var n atomic.Int32
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply {
		n.Add(1)
		return reply.Reply{Heading: "once"}
	})
	h.Disconnect("warning") // both sockets are being renewed while the mention comes
	_, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	assert.Equal(t, "once", h.posted(t, h.channel, 2)[1].Text)
	assert.EqualValues(t, 1, n.Load())
}

func TestAMentionIsReadWithoutItsMarks(t *testing.T) {
	who := identity{userID: "U0LOGBOT01"}
	for said, want := range map[string]string{
		"<@U0LOGBOT01> fail web 128":                      "fail web 128",
		"<@U0LOGBOT01|logbot>: fail web 128":              "fail web 128",
		"fail web 128 <@U0LOGBOT01>":                      "fail web 128",
		"<@U0LOGBOT01>，fail web 128":                      "fail web 128",
		"<@U0LOGBOT01> `/logs fail web 128`":              "fail web 128",
		"```\nfail web 128\n```":                          "fail web 128",
		"*`fail web 128`*":                                "fail web 128",
		"*fail web* 128":                                  "*fail web* 128",
		"show web --grep `a`":                             "show web --grep `a`",
		"<@U0LOGBOT012> <@U0ANN00001|ann> &lt;@U0LOGBOT0": "@U0LOGBOT012 @ann <@U0LOGBOT0",
		"`": "`",
		"":  "",
	} {
		assert.Equal(t, want, saidJob(envelope.Content{Said: &envelope.Said{Text: said}}, who).Text, said)
	}
}

func TestInAThreadTheLinesToTypeAreMentions(t *testing.T) {
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply {
		return reply.Reply{Private: true, Refused: true, Body: "No.", Try: []reply.Example{{Line: "/logs fail web 128"}}}
	})
	parent, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "web 128 is red"})
	require.NoError(t, err)
	for _, thread := range []string{parent.TS, ""} {
		_, err = h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "@logbot fail wbe 128", ThreadTS: thread})
		require.NoError(t, err)
	}
	for _, m := range h.whispers(t, h.channel, 2) {
		line := "/logs fail web 128"
		if m.ThreadTS != "" {
			line = "@logbot fail web 128" // Slack refuses commands there
		}
		assert.Contains(t, string(m.Blocks), `"`+line+`"`)
	}
}
