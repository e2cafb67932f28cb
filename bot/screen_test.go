package bot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/envelope"
	"logbot/bot/slacksim"
)

// wait waits for something to become true.
func (h *harness) wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, h.Wait(ctx, done), "wait for %s", what)
}

// settled waits until the bot is done with an envelope.
func (h *harness) settled(t *testing.T, envelope string) {
	t.Helper()
	done := func() bool { _, answered := h.answered.Load(envelope); return answered }
	require.Eventually(t, done, 30*time.Second, time.Millisecond)
}

// shows waits until the user reads these words in the channel.
func (h *harness) shows(t *testing.T, words string) {
	t.Helper()
	h.wait(t, words, func() bool { return strings.Contains(h.Render(h.channel, h.user), words) })
}

// slash types a slash command.
func (h *harness) slash(t *testing.T, channel, text string) *slacksim.Invocation {
	t.Helper()
	i, err := h.Slash(t.Context(), slacksim.SlashCommand{Channel: channel, User: h.user, Command: "/logs", Text: text})
	require.NoError(t, err)
	return i
}

// posted waits for n messages that all can see, and returns them.
func (h *harness) posted(t *testing.T, channel string, n int) []slacksim.Message {
	t.Helper()
	var all []slacksim.Message
	h.wait(t, "messages", func() bool {
		all = all[:0]
		for _, m := range h.Messages(channel) {
			if m.Via != "command" {
				all = append(all, m)
			}
		}
		return len(all) >= n
	})
	return all
}

// whispers waits for n messages that the user alone sees, and returns them.
func (h *harness) whispers(t *testing.T, channel string, n int) []slacksim.Message {
	t.Helper()
	h.wait(t, "whispers", func() bool { return len(h.Ephemerals(channel, h.user)) >= n })
	return h.Ephemerals(channel, h.user)
}

// press clicks a button of a message, or chooses from its menu, by the label.
func (h *harness) press(t *testing.T, user string, m slacksim.Message, label string) *slacksim.Interaction {
	t.Helper()
	action, values := control(t, m, label)
	i, err := h.Click(t.Context(), slacksim.Click{User: user, Channel: m.Channel, TS: m.TS, ActionID: action, Values: values})
	require.NoError(t, err)
	return i
}

// remove chooses Remove from the menu of a message, and confirms.
func (h *harness) remove(t *testing.T, user string, m slacksim.Message) *slacksim.Interaction {
	t.Helper()
	for _, label := range []string{"Remove …", "删除……"} {
		if strings.Contains(string(m.Blocks), label) {
			h.press(t, user, m, label)
		}
	}
	h.wait(t, "the form", func() bool { _, open := h.OpenView(user); return open })
	i, err := h.Submit(t.Context(), slacksim.Submission{User: user})
	require.NoError(t, err)
	return i
}

// control is the action id of a button by its label, or that of the menu and the value
// of its option.
func control(t *testing.T, m slacksim.Message, label string) (action string, values []string) {
	t.Helper()
	type text struct{ Text string }
	type element struct {
		ActionID string `json:"action_id"`
		Text     json.RawMessage
		Options  []struct {
			Text  text
			Value string
		}
	}
	var rows []struct {
		Elements  []element
		Accessory element
	}
	require.NoError(t, json.Unmarshal(m.Blocks, &rows))
	for _, row := range rows {
		for _, e := range append(row.Elements, row.Accessory) {
			var shown text
			_ = json.Unmarshal(e.Text, &shown)
			if shown.Text == label {
				return e.ActionID, nil
			}
			for _, o := range e.Options {
				if o.Text.Text == label {
					return e.ActionID, []string{o.Value}
				}
			}
		}
	}
	t.Fatalf("no control %q in %s", label, m.Blocks)
	return "", nil
}

// current is a message as it looks now.
func (h *harness) current(t *testing.T, m slacksim.Message) slacksim.Message {
	t.Helper()
	for _, one := range append(h.Messages(m.Channel), h.Ephemerals(m.Channel, m.OnlyFor)...) {
		if one.TS == m.TS {
			return one
		}
	}
	t.Fatal("the message is gone")
	return m
}

// firstWhisper waits for a message that this user alone sees.
func (h *harness) firstWhisper(t *testing.T, user string) slacksim.Message {
	t.Helper()
	h.wait(t, "a whisper", func() bool { return len(h.Ephemerals(h.channel, user)) > 0 })
	return h.Ephemerals(h.channel, user)[0]
}

// direct is the conversation of a user with the bot.
func (h *harness) direct(t *testing.T, user string) string {
	t.Helper()
	direct, err := h.DirectMessage(user)
	require.NoError(t, err)
	return direct
}

// note waits for the note about progress in the user's conversation with the bot.
func (h *harness) note(t *testing.T, user string) slacksim.Message {
	t.Helper()
	h.noted(t, user, "[Stop]")
	notes := h.Messages(h.direct(t, user))
	return notes[len(notes)-1]
}

// noted waits until the user reads these words in the conversation with the bot.
func (h *harness) noted(t *testing.T, user, words string) {
	t.Helper()
	direct := h.direct(t, user)
	h.wait(t, words, func() bool { return strings.Contains(h.Render(direct, user), words) })
}

// withoutNote waits until no user reads of progress, nor has a button to stop it.
func (h *harness) withoutNote(t *testing.T) {
	t.Helper()
	for _, user := range []string{ann, bob} {
		direct := h.direct(t, user)
		h.wait(t, "the note to go", func() bool {
			return !strings.Contains(h.Render(direct, user), "Reading the log") && !strings.Contains(h.Render(direct, user), "[Stop]")
		})
		assert.NotContains(t, h.Render(h.channel, user), "[Stop]")
	}
}

// openForm presses Search and waits for the form.
func (h *harness) openForm(t *testing.T, user string, m slacksim.Message) slacksim.View {
	t.Helper()
	v, _ := h.opening(t, user, m)
	return v
}

func (h *harness) opening(t *testing.T, user string, m slacksim.Message) (slacksim.View, *slacksim.Interaction) {
	t.Helper()
	pressed := h.press(t, user, m, "Search")
	h.wait(t, "the form", func() bool { _, open := h.OpenView(user); return open })
	v, _ := h.OpenView(user)
	return v, pressed
}

func interaction(t *testing.T, i *slacksim.Interaction) envelope.Content {
	t.Helper()
	c, err := envelope.Read(envelope.Interactions, i.Payload)
	require.NoError(t, err)
	return c
}
