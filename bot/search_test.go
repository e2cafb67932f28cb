package bot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

// opens presses Search and waits for the form.
func (o *office) opens(t *testing.T, user string, m slacksim.Message) slacksim.View {
	t.Helper()
	v, _ := o.opening(t, user, m)
	return v
}

func (o *office) opening(t *testing.T, user string, m slacksim.Message) (slacksim.View, *slacksim.Interaction) {
	t.Helper()
	pressed := o.press(t, user, m, "Search")
	o.wait(t, "the form", func() bool { _, open := o.OpenView(user); return open })
	v, _ := o.OpenView(user)
	return v, pressed
}

func TestSearchAsksAndAnswersInTheThread(t *testing.T) {
	s := &shelf{}
	o := workIn(t, slacksim.Config{}, Options{Commands: s})
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	v, pressed := o.opening(t, bob, m)
	o.wait(t, "the end of the call", func() bool { return o.Counts()["views.open"] == 1 })
	first := ""
	for _, c := range o.Received() {
		ofAnn := c.Method == "users.info" && c.Args["user"] == o.user // after her answer
		if first == "" && c.At.After(pressed.At) && !ofAnn && c.Method != "ack" {
			first = c.Method
		}
	}
	assert.Equal(t, "views.open", first, "the form opens before any other call, for its trigger lives 3 s")
	assert.Equal(t, "Search the log", v.Title)
	assert.Equal(t, []string{"2"}, v.Values["context"])

	_, err := o.Submit(t.Context(), slacksim.Submission{User: bob, Values: map[string][]string{"expression": {"time(out"}, "step": {"3"}}})
	require.NoError(t, err)
	o.wait(t, "what is wrong", func() bool { v, _ := o.OpenView(bob); return v.Errors["expression"] != "" })
	v, _ = o.OpenView(bob)
	assert.Contains(t, v.Errors["expression"], "missing closing )")

	_, err = o.Submit(t.Context(), slacksim.Submission{User: bob, Values: map[string][]string{"expression": {"timed out"}, "context": {"0"}}})
	require.NoError(t, err)
	o.wait(t, "an answer in the thread", func() bool { return len(o.Thread(o.channel, m.TS)) == 2 })
	o.wait(t, "the form to close", func() bool { _, open := o.OpenView(bob); return !open })
	assert.Equal(t, `show web 128 --grep "timed out" --step 3`, s.last().Text)
	assert.Equal(t, bob, s.last().User)
	assert.Contains(t, o.Render(o.channel, bob), "[Next]")
	assert.Contains(t, o.Render(o.channel, bob), "[Search]", "the next one may search, too")
}

func TestASearchFromAPrivateAnswerIsPrivate(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: &shelf{}})
	o.types(t, o.channel, "fail web 128 --me")
	o.opens(t, o.user, o.whispered(t, o.channel, 1)[0])
	_, err := o.Submit(t.Context(), slacksim.Submission{User: o.user, Values: map[string][]string{"expression": {"x"}}})
	require.NoError(t, err)
	assert.Contains(t, o.whispered(t, o.channel, 2)[1].Text, "found:")
	assert.Empty(t, o.said(t, o.channel, 0))
}

func TestAFormThatCannotOpenSaysWhatToType(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: &shelf{}})
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	// A trigger that is used already, as one that is too old, opens nothing.
	in := interactionOf(t, o.press(t, bob, m, "Search"))
	o.wait(t, "the form", func() bool { _, open := o.OpenView(bob); return open })
	p, value, _ := pressed(in)
	o.bot.openSearch(t.Context(), in, p, value)
	o.wait(t, "words", func() bool {
		return strings.Contains(o.Render(o.channel, bob), "/logs show web 128 --grep error")
	})
}
