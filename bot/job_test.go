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

// library answers "fail …" with an excerpt that has a button, "full …" with a
// file, and everything else with an error for the caller.
func library(_ context.Context, r commands.Request) reply.Reply {
	switch verb, rest, _ := strings.Cut(r.Text, " "); verb {
	case "fail":
		answer := explained()
		answer.Try = []reply.Example{
			{Line: "/logs full " + rest, Does: "the whole log as a file", Button: "Full log"},
			{Line: "/logs full " + rest + " 3", Button: "Log of this step"},
			{Line: "/logs help"},
		}
		return answer
	case "full":
		return fileOf("for " + r.User + "\n")
	}
	return reply.Reply{Private: true, Refused: true, Body: fmt.Sprintf("There is no command %q.", r.Text)}
}

func TestAButtonSendsTheLogIntoTheThreadAndBecomesARecord(t *testing.T) {
	o := answering(t, library)
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	before := o.Render(o.channel, o.user)
	assert.Contains(t, before, "[Full log]")
	assert.NotContains(t, before, "/logs full web 128\n", "a button stands for its line")

	_, err := o.Click(t.Context(), slacksim.Click{User: "U0BOB00001", Channel: o.channel, TS: m.TS, ActionID: "run-0"})
	require.NoError(t, err)
	o.wait(t, "the file in the thread", func() bool {
		replies := o.Thread(o.channel, m.TS)
		return len(replies) > 0 && len(replies[len(replies)-1].Files) == 1
	})
	o.wait(t, "the record", func() bool { return strings.Contains(o.Render(o.channel, o.user), "Full log · @bob") })
	after := o.Render(o.channel, o.user)
	assert.NotContains(t, after, "[Full log]")
	assert.Contains(t, after, "[Log of this step]", "the other button stays")
	for _, part := range []string{"OrderApiTest.total:87 expected <200> but was <500>", "-2 [ERROR] <!channel> & *bold* ```", "started by a push"} {
		assert.Contains(t, after, part, "the message is otherwise as it was")
	}
}

func TestAButtonWorksWhereTheBotIsNoMember(t *testing.T) {
	o := answering(t, library)
	o.types(t, elsewhere, "fail web 128")
	m := o.said(t, elsewhere, 1)[0]
	_, err := o.Click(t.Context(), slacksim.Click{User: o.user, Channel: elsewhere, TS: m.TS, ActionID: "run-0"})
	require.NoError(t, err)
	o.whispered(t, elsewhere, 1)
	assert.Contains(t, o.Render(elsewhere, o.user), "/invite @logbot")
}

func TestAMentionIsAnsweredWhereItWasMade(t *testing.T) {
	o := answering(t, library)
	parent, err := o.Say(t.Context(), slacksim.Saying{User: o.user, Channel: o.channel, Text: "web 128 is red"})
	require.NoError(t, err)
	_, err = o.Say(t.Context(), slacksim.Saying{User: o.user, Channel: o.channel, Text: "@logbot fail web 128", ThreadTS: parent.TS})
	require.NoError(t, err)
	o.wait(t, "an answer in the thread", func() bool {
		thread := o.Thread(o.channel, parent.TS)
		return len(thread) > 0 && strings.Contains(thread[len(thread)-1].Text, "web #128 failed")
	})

	_, err = o.Say(t.Context(), slacksim.Saying{User: o.user, Channel: o.channel, Text: "@logbot what"})
	require.NoError(t, err)
	assert.Contains(t, o.whispered(t, o.channel, 1)[0].Text, `There is no command "what"`)
}

func TestADirectMessageIsAnswered(t *testing.T) {
	o := answering(t, library)
	direct, err := o.DirectMessage(o.user)
	require.NoError(t, err)
	for i, text := range []string{"fail web 128", "/logs fail web 128", "nonsense"} {
		_, err := o.Say(t.Context(), slacksim.Saying{User: o.user, Channel: direct, Text: text})
		require.NoError(t, err)
		o.wait(t, "an answer", func() bool {
			n := 0
			for _, m := range o.Messages(direct) {
				if m.User != o.user {
					n++
				}
			}
			return n == i+1
		})
	}
	shown := o.Render(direct, o.user)
	assert.Equal(t, 2, strings.Count(shown, "OrderApiTest.total:87"))
	assert.Contains(t, shown, `There is no command "nonsense"`)
}

func TestAnEventThatComesAgainIsAnsweredOnce(t *testing.T) {
	var n atomic.Int32
	o := answering(t, func(context.Context, commands.Request) reply.Reply {
		n.Add(1)
		return reply.Reply{Heading: "once"}
	})
	o.Disconnect("warning") // both sockets are being renewed while the mention comes
	_, err := o.Say(t.Context(), slacksim.Saying{User: o.user, Channel: o.channel, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	assert.Equal(t, "once", o.said(t, o.channel, 2)[1].Text)
	assert.EqualValues(t, 1, n.Load())
}

func TestWordsAreReadWithoutWhatSlackPutsAroundThem(t *testing.T) {
	who := identity{userID: "U0LOGBOT01"}
	for said, want := range map[string]string{
		"<@U0LOGBOT01> fail web 128":               "fail web 128",
		"<@U0LOGBOT01|logbot>: fail web 128":       "fail web 128",
		"fail web 128 <@U0LOGBOT01>":               "fail web 128",
		"<@U0LOGBOT01>，fail web 128":               "fail web 128",
		"<@U0LOGBOT01> `/logs fail web 128`":       "fail web 128",
		"```\nfail web 128\n```":                   "fail web 128",
		"*`fail web 128`*":                         "fail web 128",
		"*fail web* 128":                           "*fail web* 128",
		"show web --grep `a`":                      "show web --grep `a`",
		"<@U0LOGBOT012> <@U0ANN00001> <@U0LOGBOT0": "@U0LOGBOT012 @U0ANN00001 <@U0LOGBOT0",
		"`": "`",
		"":  "",
	} {
		assert.Equal(t, want, withoutSlash(unmarked(unescaped(who.unmentioned(said)))), said)
	}
}

func TestInAThreadTheLinesToTypeAreMentions(t *testing.T) {
	o := answering(t, func(context.Context, commands.Request) reply.Reply {
		return reply.Reply{Private: true, Refused: true, Body: "No.", Try: []reply.Example{{Line: "/logs fail web 128"}}}
	})
	parent, err := o.Say(t.Context(), slacksim.Saying{User: o.user, Channel: o.channel, Text: "web 128 is red"})
	require.NoError(t, err)
	for _, thread := range []string{parent.TS, ""} {
		_, err = o.Say(t.Context(), slacksim.Saying{User: o.user, Channel: o.channel, Text: "@logbot fail wbe 128", ThreadTS: thread})
		require.NoError(t, err)
	}
	for _, m := range o.whispered(t, o.channel, 2) {
		line := "/logs fail web 128"
		if m.ThreadTS != "" {
			line = "@logbot fail web 128" // Slack refuses commands there
		}
		assert.Contains(t, string(m.Blocks), `"`+line+`"`)
	}
}
