package bot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

func TestSearchAsksAndAnswersInTheThread(t *testing.T) {
	s := &sampleRunner{}
	h := newHarness(t, Options{Commands: s})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	v, pressed := h.opening(t, bob, m)
	h.wait(t, "the end of the call", func() bool { return h.Counts()["views.open"] == 1 })
	first := ""
	for _, c := range h.Received() {
		who := c.Method == "users.info" // who presses is not known yet
		if first == "" && c.At.After(pressed.At) && !who && c.Method != "ack" {
			first = c.Method
		}
	}
	assert.Equal(t, "views.open", first, "the form opens before any other call, for its trigger lives 3 s")
	assert.Equal(t, "Search the log", v.Title)
	assert.Equal(t, []string{"2"}, v.Values["context"])

	_, err := h.Submit(t.Context(), slacksim.Submission{User: bob, Values: map[string][]string{"expression": {"time(out"}, "step": {"3"}}})
	require.NoError(t, err)
	h.wait(t, "what is wrong", func() bool { v, _ := h.OpenView(bob); return v.Errors["expression"] != "" })
	v, _ = h.OpenView(bob)
	assert.Contains(t, v.Errors["expression"], "missing closing )")

	_, err = h.Submit(t.Context(), slacksim.Submission{User: bob, Values: map[string][]string{"expression": {"timed out"}, "context": {"0"}}})
	require.NoError(t, err)
	h.wait(t, "an answer in the thread", func() bool { return len(h.Thread(h.channel, m.TS)) == 2 })
	h.wait(t, "the form to close", func() bool { _, open := h.OpenView(bob); return !open })
	assert.Equal(t, `show web 128 --grep "timed out" --step 3`, s.last().Text)
	assert.Equal(t, bob, s.last().User)
	assert.Contains(t, h.Render(h.channel, bob), "[Next]")
	assert.Contains(t, h.Render(h.channel, bob), "[⋯ Search /", "the next one may search, too")
}

func TestASearchFromAPrivateAnswerIsPrivate(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	h.slash(t, h.channel, "fail web 128 --me")
	h.openForm(t, h.user, h.whispers(t, h.channel, 1)[0])
	_, err := h.Submit(t.Context(), slacksim.Submission{User: h.user, Values: map[string][]string{"expression": {"x"}}})
	require.NoError(t, err)
	assert.Contains(t, h.whispers(t, h.channel, 2)[1].Text, "found:")
	assert.Empty(t, h.posted(t, h.channel, 0))
}

func TestAFormThatCannotOpenSaysWhatToType(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	// A trigger that was used opens nothing, like one that has expired.
	c := interaction(t, h.press(t, bob, m, "Search"))
	h.wait(t, "the form", func() bool { _, open := h.OpenView(bob); return open })
	p, err := pressOf(c)
	require.NoError(t, err)
	h.bot.receiver.buttons.openForm(t.Context(), beside(c), p, c.Press.Value)
	h.wait(t, "words", func() bool {
		return strings.Contains(h.Render(h.channel, bob), "/logs show web 128 --grep error")
	})
}
