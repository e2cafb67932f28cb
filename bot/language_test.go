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

// reader is a workspace in which ann reads Chinese.
func reader(faults ...slacksim.Fault) slacksim.Config {
	return slacksim.Config{Faults: faults, Users: []slacksim.User{{ID: ann, Name: "ann", Locale: "zh-CN"}, {ID: bob, Name: "bob"}}}
}

// inEitherLanguage names the language that it is asked in.
func inEitherLanguage(_ context.Context, r commands.Request) reply.Reply {
	return reply.Reply{Heading: []string{"english", "中文"}[r.Lang]}
}

func TestTheFirstAnswerSpeaksTheReadersLanguage(t *testing.T) {
	h := newHarnessIn(t, reader(), Options{Commands: runnerFunc(inEitherLanguage)})
	for i := range 2 {
		h.slash(t, h.channel, "fail web 128")
		assert.Equal(t, "中文", h.posted(t, h.channel, i+1)[i].Text)
	}
	assert.Contains(t, h.Render(h.channel, h.user), "[删除……]")
	h.user = bob
	h.slash(t, h.channel, "fail web 128")
	assert.Equal(t, "english", h.posted(t, h.channel, 3)[2].Text)
	assert.Equal(t, 2, h.Counts()["users.info"], "each once")
}

func TestAnUnknownLanguageDelaysNoAcknowledgement(t *testing.T) {
	h := newHarnessIn(t, reader(slacksim.Fault{Name: "call-slow", Method: "users.info", Every: 1}), Options{Commands: runnerFunc(inEitherLanguage)})
	i := h.slash(t, h.channel, "fail web 128")
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, h.Messages(h.channel), "acknowledged before the answer")
	h.posted(t, h.channel, 1)
}

func TestTheDefaultLanguageIsNoUpperBound(t *testing.T) {
	h := newHarnessIn(t, slacksim.Config{Scopes: scopes}, Options{Lang: texts.Chinese, Commands: runnerFunc(inEitherLanguage)})
	h.slash(t, h.channel, "fail web 128")
	assert.Equal(t, "english", h.posted(t, h.channel, 1)[0].Text, "Slack tells that ann reads English")

	h = newHarnessIn(t, slacksim.Config{Scopes: []string{"commands", "chat:write"}}, Options{Lang: texts.Chinese, Commands: runnerFunc(inEitherLanguage)})
	h.slash(t, h.channel, "fail web 128")
	assert.Equal(t, "中文", h.posted(t, h.channel, 1)[0].Text, "Slack does not tell")
}
