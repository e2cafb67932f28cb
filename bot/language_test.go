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
	"logbot/commands/texts"
)

func TestTheNextAnswerSpeaksTheReadersLanguage(t *testing.T) {
	h := newHarnessIn(t, slacksim.Config{Users: []slacksim.User{{ID: ann, Name: "ann", Locale: "zh-CN"}, {ID: bob, Name: "bob"}}},
		Options{Commands: runnerFunc(func(_ context.Context, r commands.Request) reply.Reply {
			return reply.Reply{Heading: []string{"english", "中文"}[r.Lang]}
		})})
	h.slash(t, h.channel, "fail web 128")
	assert.Equal(t, "english", h.posted(t, h.channel, 1)[0].Text)
	require.Eventually(t, func() bool { return h.bot.people.Language(h.user) == texts.Chinese }, 30*time.Second, time.Millisecond)
	h.slash(t, h.channel, "fail web 129")
	m := h.posted(t, h.channel, 2)[1]
	assert.Equal(t, "中文", m.Text)
	assert.Contains(t, h.Render(h.channel, h.user), "[删除]")
	assert.Equal(t, 1, h.Counts()["users.info"], "asked once")
}

func TestSlackIsNotAskedForLanguagesIfTheDefaultIsChinese(t *testing.T) {
	h := newHarness(t, Options{Lang: texts.Chinese, Commands: runnerFunc(func(_ context.Context, r commands.Request) reply.Reply {
		return reply.Reply{Heading: []string{"english", "中文"}[r.Lang]}
	})})
	for i := range 2 {
		h.slash(t, h.channel, "fail web 128")
		assert.Equal(t, "中文", h.posted(t, h.channel, i+1)[i].Text)
	}
	assert.Equal(t, 1, h.Counts()["users.info"], "who asks")
}
