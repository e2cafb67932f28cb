package bot

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"logbot/bot/delivery"
	"logbot/bot/envelope"
	"logbot/commands/texts"
)

// FuzzInteractionPayload delivers payloads of buttons, forms and the shortcut. A job has
// the user and the channel that Slack wrote into the envelope; of what a button or a form
// carried through Slack only the line counts, and a form counts only if the bot signed it
// for that user.
func FuzzInteractionPayload(f *testing.F) {
	signed := newForms("xoxb-fuzz")
	genuine, err := signed.metadata(formOrigin{Line: "/logs show web 128 --grep", To: delivery.Address{Channel: "C0BUILDS01", User: "U0ANN00001"}, Opened: time.Unix(1, 0).UTC()})
	if err != nil {
		f.Fatal(err)
	}
	form := func(user, metadata string) string {
		payload, _ := json.Marshal(map[string]any{"type": "view_submission", "user": map[string]any{"id": user}, "view": map[string]any{
			"callback_id": "search", "private_metadata": metadata,
			"state": map[string]any{"values": map[string]any{"expression": map[string]any{"value": map[string]any{"value": "错误\u200b"}}}}}})
		return string(payload)
	}
	for _, metadata := range []string{genuine, strings.Replace(genuine, "C0BUILDS01", "G0SECRET01", 1), genuine + "\u2060", `.{"l":"show web"}`, "表单", strings.ToUpper(genuine), " " + genuine} {
		f.Add(form("U0ANN00001", metadata))
		f.Add(form("U0EVE00001", metadata))
	}
	for _, value := range []string{"/logs full web 128", "/logs full web 128\\u200b", "固件 128", "", "/logs fail web --me\\nfail api", `{\"channel\":\"G0SECRET01\"}`} {
		f.Add(`{"type":"block_actions","user":{"id":"U0ANN00001"},"channel":{"id":"C0BUILDS01"},"container":{"message_ts":"1.2","channel_id":"G0SECRET01"},"message":{"text":"x","blocks":[]},"actions":[{"action_id":"run-1","action_ts":"1.3","value":"` + value + `"}]}`)
	}
	f.Add(`{"type":"message_action","callback_id":"explain_build","user":{"id":"U0ANN00001"},"channel":{"id":"C0BUILDS01"},"message_ts":"1.2","message":{"text":"web #128 失败\u200b"}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		c, err := envelope.Read(envelope.Interactions, json.RawMessage(payload))
		if err != nil {
			return
		}
		var told struct {
			User struct {
				ID any `json:"id"`
			} `json:"user"`
		}
		if json.Unmarshal([]byte(payload), &told) != nil {
			return
		}
		switch {
		case c.Press != nil:
			p, _ := pressOf(c)
			j := pressedJob(c, p)
			if j.To.User != c.From.User || j.From != c.From || j.To.Channel != c.Press.Channel || !strings.Contains(c.Press.Value, strings.TrimSpace(j.Text)) {
				t.Errorf("%s: a press became %+v", payload, j)
			}
		case c.Form != nil:
			j, wrong, ok := signed.submitted(c, texts.English)
			if !ok || wrong != nil {
				return
			}
			if c.Form.Metadata != genuine || c.From.User != "U0ANN00001" || j.To.Channel != "C0BUILDS01" || j.To.User != c.From.User || j.Opened.IsZero() || !strings.HasPrefix(j.Text, "show web 128 --grep ") {
				t.Errorf("%s: a form became %+v", payload, j)
			}
		case c.Shortcut != nil:
			j := shortcutJob(c)
			if j.To.User != c.From.User || j.To.Channel != c.Shortcut.Channel || !j.Find {
				t.Errorf("%s: a shortcut became %+v", payload, j)
			}
		}
	})
}
