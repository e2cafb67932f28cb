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
	o := workIn(t, slacksim.Config{Users: []slacksim.User{{ID: "U0ANN00001", Name: "ann", Locale: "zh-CN"}, {ID: bob, Name: "bob"}}},
		Options{Commands: answers(func(_ context.Context, r commands.Request) reply.Reply {
			return reply.Reply{Heading: []string{"english", "中文"}[r.Lang]}
		})})
	o.types(t, o.channel, "fail web 128")
	assert.Equal(t, "english", o.said(t, o.channel, 1)[0].Text)
	require.Eventually(t, func() bool { return o.bot.people.Language(o.user) == texts.Chinese }, 30*time.Second, time.Millisecond)
	var order []string
	for _, c := range o.Received() {
		if c.Method == "chat.postMessage" || c.Method == "users.info" {
			order = append(order, c.Method)
		}
	}
	assert.Equal(t, []string{"chat.postMessage", "users.info"}, order, "the answer first")

	o.types(t, o.channel, "fail web 129")
	m := o.said(t, o.channel, 2)[1]
	assert.Equal(t, "中文", m.Text)
	assert.Contains(t, o.Render(o.channel, o.user), "[删除]")
	assert.Equal(t, 1, o.Counts()["users.info"], "asked once")
}

func TestWhereEverybodyReadsChineseNobodyIsAsked(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Lang: texts.Chinese, Commands: answers(func(_ context.Context, r commands.Request) reply.Reply {
		return reply.Reply{Heading: []string{"english", "中文"}[r.Lang]}
	})})
	for i := range 2 {
		o.types(t, o.channel, "fail web 128")
		assert.Equal(t, "中文", o.said(t, o.channel, i+1)[i].Text)
	}
	assert.Zero(t, o.Counts()["users.info"])
}
