package bot

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/read"
	"logbot/commands/reply"
)

// finder finds builds by the end of their address.
type finder struct{}

var buildAddress = regexp.MustCompile(`https://ci\.example/build/(\w+)/(\d+)`)

func (finder) FindBuild(_ context.Context, r commands.Request) (string, reply.Reply, bool) {
	m := buildAddress.FindStringSubmatch(r.Text)
	if m == nil {
		return "", reply.Reply{Body: "That message names no build."}, false
	}
	return "fail " + m[1] + " " + m[2], reply.Reply{}, true
}

func withShortcut() slacksim.Config {
	return slacksim.Config{Shortcuts: []slacksim.Shortcut{{Name: "Explain this build", CallbackID: explainShortcut}}}
}

func TestTheShortcutExplainsTheBuildOfAMessageInItsThread(t *testing.T) {
	s := &sampleRunner{}
	h := newHarnessIn(t, withShortcut(), Options{Commands: s, Finder: finder{}})
	for _, channel := range []string{h.channel, general, private} {
		said, err := h.Say(t.Context(), slacksim.Saying{User: bob, Channel: channel, Text: "red again: https://ci.example/build/web/128?x=1&y=2"})
		require.NoError(t, err)
		_, err = h.Shortcut(t.Context(), slacksim.ShortcutUse{User: h.user, Channel: channel, TS: said.TS, CallbackID: explainShortcut})
		require.NoError(t, err)
		h.wait(t, "an answer", func() bool { return len(h.Messages(channel)) == 2 })
		assert.Equal(t, "fail web 128", s.last().Text)
		assert.Contains(t, h.Messages(channel)[1].Text, "web #128 failed")
	}
	// A reply in a thread is answered in that thread.
	parent := h.Messages(h.channel)[0]
	answer, err := h.Say(t.Context(), slacksim.Saying{User: bob, Channel: h.channel, ThreadTS: parent.TS, Text: "and https://ci.example/build/api/7"})
	require.NoError(t, err)
	_, err = h.Shortcut(t.Context(), slacksim.ShortcutUse{User: h.user, Channel: h.channel, TS: answer.TS, CallbackID: explainShortcut})
	require.NoError(t, err)
	h.wait(t, "an answer in the thread", func() bool { return len(h.Thread(h.channel, parent.TS)) == 4 })
	assert.Equal(t, "fail api 7", s.last().Text)
}

func TestAMessageWithoutABuildIsExplainedToTheCaller(t *testing.T) {
	h := newHarnessIn(t, withShortcut(), Options{Commands: runnerFunc(func(context.Context, commands.Request) reply.Reply { return full() }), Finder: finder{}})
	said, err := h.Say(t.Context(), slacksim.Saying{User: bob, Channel: h.channel, Text: "lunch?"})
	require.NoError(t, err)
	_, err = h.Shortcut(t.Context(), slacksim.ShortcutUse{User: h.user, Channel: h.channel, TS: said.TS, CallbackID: explainShortcut})
	require.NoError(t, err)
	why := h.whispers(t, h.channel, 1)[0]
	assert.Contains(t, why.Text, "names no build")
	assert.Empty(t, why.ThreadTS, "nobody has the thread of that message open")
	assert.Len(t, h.Messages(h.channel), 1)
	for _, e := range h.logged.AllEntries() {
		assert.NotContains(t, fmt.Sprint(e.Data, e.Message), "lunch", "what people write is not for our log")
	}
}

func TestAShortcutThatIsCutOffSaysWhatToType(t *testing.T) {
	s := newSlowRunner(read.Progress{})
	h := newHarnessIn(t, withShortcut(), Options{Commands: s, Finder: finder{}, DrainWithin: time.Millisecond})
	said, err := h.Say(t.Context(), slacksim.Saying{User: bob, Channel: h.channel, Text: "https://ci.example/build/web/128"})
	require.NoError(t, err)
	_, err = h.Shortcut(t.Context(), slacksim.ShortcutUse{User: h.user, Channel: h.channel, TS: said.TS, CallbackID: explainShortcut})
	require.NoError(t, err)
	<-s.started
	h.stop()
	require.NoError(t, <-h.ended)
	assert.Contains(t, h.Render(h.channel, h.user), "@logbot fail web 128")
}

// heardFinder finds nothing and reports the texts in which it looked.
type heardFinder chan string

func (f heardFinder) FindBuild(_ context.Context, r commands.Request) (string, reply.Reply, bool) {
	f <- r.Text
	return "", reply.Reply{Body: "That message names no build."}, false
}

func TestTheTextOfAMessageIsUnescapedOnce(t *testing.T) {
	heard := make(heardFinder, 1)
	h := newHarnessIn(t, withShortcut(), Options{Commands: &sampleRunner{}, Finder: heard})
	const literal = "the page shows &amp;lt; and &lt;b&gt; for a < b & c"
	said, err := h.Say(t.Context(), slacksim.Saying{User: bob, Channel: h.channel, Text: literal})
	require.NoError(t, err)
	_, err = h.Shortcut(t.Context(), slacksim.ShortcutUse{User: h.user, Channel: h.channel, TS: said.TS, CallbackID: explainShortcut})
	require.NoError(t, err)
	assert.Contains(t, <-heard, literal)
	h.whispers(t, h.channel, 1)
}
