package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/envelope"
	"logbot/bot/slacksim"
)

// deliver sends an envelope with a payload that a test has written.
func (h *harness) deliver(t *testing.T, raw slacksim.RawEnvelope) *slacksim.Delivery {
	t.Helper()
	d, err := h.Deliver(t.Context(), raw)
	require.NoError(t, err)
	require.NoError(t, d.Settled(t.Context()))
	assert.Empty(t, d.Status().Failure, "every envelope is acknowledged: %s", raw.Payload)
	return d
}

// oddAttachments are attachments of other apps whose fields have types that Slack's
// pages do not mention.
const oddAttachments = `[{"id":"1","color":3355443,"text":"x"},{"id":{"a":1},"fields":"none","actions":[7],"ts":"1.5"},null,7,"text"]`

func TestTheShortcutExplainsAMessageWithOddAttachments(t *testing.T) {
	s := &sampleRunner{}
	h := newHarnessIn(t, withShortcut(), Options{Commands: s, Finder: finder{}})
	ts, err := h.Notify(t.Context(), slacksim.Notice{Channel: general, Text: "web #128 failed"})
	require.NoError(t, err)
	for i, message := range []string{
		`{"type":"message","ts":"` + ts + `","text":"https://ci.example/build/web/128","attachments":` + oddAttachments + `}`,
		`{"type":7,"ts":` + ts + `,"text":"https://ci.example/build/web/128","blocks":[{"type":"section","text":7},{"type":"made_up","elements":{}}]}`,
		`{"text":null,"attachments":[` + strings.Repeat(`{"id":"1","text":"x"},`, 300) + `{"title_link":"https://ci.example/build/web/128"}]}`,
	} {
		h.deliver(t, slacksim.RawEnvelope{Type: envelope.Interactions, User: ann, Channel: general, Payload: json.RawMessage(`{"type":"message_action",
			"callback_id":"explain_build","team":{"id":"T0SLACKSIM"},"user":{"id":"U0ANN00001"},"channel":{"id":"C0GENERAL1"},"trigger_id":"1.2.3",
			"response_url":"` + slacksim.RawResponseURL + `","message_ts":"` + ts + `","message":` + message + `}`)})
		assert.Contains(t, h.posted(t, general, i+2)[i+1].Text, "web #128 failed")
	}
	assert.Equal(t, "fail web 128", s.last().Text)
}

func TestAMentionWithASharedMessageIsAnswered(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	ts, err := h.Notify(t.Context(), slacksim.Notice{Channel: builds, Text: "the question"})
	require.NoError(t, err)
	h.deliver(t, slacksim.RawEnvelope{Type: envelope.Events, Payload: json.RawMessage(`{"team_id":"T0SLACKSIM","type":"event_callback","event_id":"EvM1",
		"event":{"type":"app_mention","user":"U0ANN00001","text":"<@U0LOGBOT01> fail web 128","ts":"` + ts + `","event_ts":"` + ts + `",
		"channel":"C0BUILDS01","attachments":` + oddAttachments + `,"files":7,"blocks":"none"}}`)})
	assert.Contains(t, h.posted(t, builds, 2)[1].Text, "web #128 failed")
}

func TestAButtonWorksIfItsMessageCannotBeRead(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	h.slash(t, builds, "fail web 128")
	m := h.posted(t, builds, 1)[0]
	h.deliver(t, slacksim.RawEnvelope{Type: envelope.Interactions, User: bob, Channel: builds, Payload: json.RawMessage(`{"type":"block_actions",
		"user":{"id":"U0BOB00001","team_id":"T0SLACKSIM"},"channel":{"id":"C0BUILDS01"},"container":{"message_ts":"` + m.TS + `"},
		"response_url":"` + slacksim.RawResponseURL + `","message":{"text":"x","blocks":[{"type":"actions","elements":{"a":7}}]},
		"actions":[{"action_id":"run-1","action_ts":"1.1","value":"/logs full web 128"}]}`)})
	h.wait(t, "the file", func() bool { return len(h.Thread(builds, m.TS)) == 2 })
	assert.NotEmpty(t, h.warnings("cannot be read, so the button stays"))
}

// warnings are the log lines from warning level up that contain words.
func (h *harness) warnings(words string) (found []string) {
	for _, e := range h.logged.AllEntries() {
		if line := fmt.Sprint(e.Message, e.Data); e.Level <= 3 && strings.Contains(line, words) {
			found = append(found, line)
		}
	}
	return found
}

func TestAnEnvelopeThatCannotBeReadIsAcknowledgedLoggedAndAnswered(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	answerable := `,"response_url":"` + slacksim.RawResponseURL + `"}`
	for i, c := range []struct{ kind, payload, logged string }{
		{envelope.Commands, `{"command":"/logs","text":"fail web 128","channel_id":7` + answerable, "slash_commands"},
		{envelope.Commands, `{"command":"/logs","text":"fail web 128","channel_id":"C0BUILDS01","user_id":{}` + answerable, "slash_commands"},
		{envelope.Interactions, `{"type":"block_actions","actions":[]` + answerable, "interactive/block_actions"},
		{envelope.Interactions, `{"type":"message_action","callback_id":"explain_build","channel":"C0BUILDS01"` + answerable, "interactive/message_action"},
		{envelope.Interactions, `{"type":null` + answerable, "interactive"},
		{"news", `{"a":[1]` + answerable, "news"},
	} {
		before := len(h.warnings("type:" + c.logged))
		d := h.deliver(t, slacksim.RawEnvelope{Type: c.kind, Payload: json.RawMessage(c.payload), User: ann, Channel: builds})
		h.settled(t, d.EnvelopeID)
		assert.Contains(t, h.whispers(t, builds, i+1)[i].Text, "Please type the command instead")
		assert.Len(t, h.warnings("type:"+c.logged), before+1, "logged by its type")
	}
	for _, c := range []struct{ kind, payload string }{
		{envelope.Events, `{"type":"event_callback","event":{"type":"app_mention","user":"U0ANN00001","text":"fail web 128"}}`},
		{envelope.Events, `{}`}, {envelope.Interactions, `7`}, {envelope.Commands, `null`}, {envelope.Events, `[]`}, {"", `"x"`},
	} {
		before := len(h.warnings("an envelope cannot be answered"))
		h.settled(t, h.deliver(t, slacksim.RawEnvelope{Type: c.kind, Payload: json.RawMessage(c.payload)}).EnvelopeID)
		assert.Len(t, h.warnings("an envelope cannot be answered"), before+1, c.payload)
	}
	assert.Empty(t, h.posted(t, builds, 0), "nothing ran")
}

func TestWordsThatSlackWrappedReachTheCommandAsTyped(t *testing.T) {
	s := &sampleRunner{}
	h := newHarness(t, Options{Commands: s})
	for i, c := range []struct{ sent, want string }{
		{"<@U0LOGBOT01> show web 128 --grep <mailto:a@b.com|a@b.com>", "show web 128 --grep a@b.com"},
		{"<@U0LOGBOT01> fail <http://web.com|web.com> 128", "fail web.com 128"},
		{"<@U0LOGBOT01> show web 128 --grep <#C024BE91L|builds>", "show web 128 --grep #builds"},
		{"<@U0LOGBOT01> show web 128 --grep <!date^1392734382^{date}|昨天>", "show web 128 --grep 昨天"},
	} {
		ts, err := h.Notify(t.Context(), slacksim.Notice{Channel: builds, Text: "the question"})
		require.NoError(t, err)
		h.deliver(t, slacksim.RawEnvelope{Type: envelope.Events, Payload: json.RawMessage(fmt.Sprintf(`{"team_id":"T0SLACKSIM","type":"event_callback","event_id":"EvW%d",
			"event":{"type":"app_mention","user":"U0ANN00001","text":%q,"ts":%q,"channel":"C0BUILDS01"}}`, i, c.sent, ts))})
		h.posted(t, builds, 2*i+2)
		assert.Equal(t, c.want, s.last().Text)
	}
}
