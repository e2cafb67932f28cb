package envelope

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
)

// samples are payloads as Slack sends them, by the type of their envelope.
func samples() map[string][]string {
	return map[string][]string{
		Commands: {`{"command":"/logs","text":"fail web 128 构建","team_id":"T1","enterprise_id":"E1","is_enterprise_install":"false","channel_id":"C1","channel_name":"x","user_id":"U1","response_url":"https://h"}`},
		Interactions: {
			`{"type":"block_actions","user":{"id":"U1","team_id":"T1"},"team":{"id":"T1"},"enterprise":null,"channel":{"id":"C1"},"container":{"type":"message","message_ts":"1.1","is_ephemeral":false},"response_url":"https://h","trigger_id":"1","message":{"text":"x","blocks":[{"type":"actions"}]},"actions":[{"action_id":"run-0","action_ts":"1.1","value":"/logs full","text":{"text":"Full log"}}]}`,
			`{"type":"message_action","callback_id":"explain_build","user":{"id":"U1"},"team":null,"channel":{"id":"C1"},"response_url":"https://h","message_ts":"1.1","message":{"ts":"1.1","text":"web #128","attachments":[{"id":1,"color":"x"}]}}`,
			`{"type":"view_submission","user":{"id":"U1"},"view":{"callback_id":"search","private_metadata":"{}","state":{"values":{"a":{"b":{"value":"x"}}}}}}`,
		},
		Events: {
			`{"type":"event_callback","event_id":"Ev1","event_time":1795950000,"is_ext_shared_channel":false,"event":{"type":"app_mention","user":"U1","user_team":"T1","text":"<@U2> fail","ts":"1.1","channel":"C1"}}`,
			`{"type":"event_callback","event":{"type":"message","channel_type":"im","user":"U1","text":"x","ts":"1.1","channel":"D1","bot_id":null}}`,
		},
	}
}

// checkRead reads an envelope: whatever it holds, it has an answer of the bot, an error
// for the log, or it is of no use; and what it needs is there.
func checkRead(t *testing.T, kind string, payload []byte) {
	t.Helper()
	c, err := Read(kind, payload)
	if c.Type == "" && kind != "" {
		t.Fatalf("nothing to log: %s", payload)
	}
	something := c.Command != nil || c.Press != nil || c.Form != nil || c.Shortcut != nil || c.Said != nil
	switch {
	case err != nil && something:
		t.Fatalf("both an error and content: %s", payload)
	case something && c.From.User == "" && !c.From.App:
		t.Fatalf("somebody unknown who is not an app: %s", payload)
	case c.Command != nil && c.Command.Channel == "", c.Press != nil && c.Press.Channel == "", c.Said != nil && c.Said.Channel == "":
		t.Fatalf("nowhere to answer: %s", payload)
	}
}

func FuzzRead(f *testing.F) {
	for kind, all := range samples() {
		for _, s := range all {
			f.Add(kind, []byte(s))
		}
	}
	f.Add("news", []byte(`{"response_url":7}`))
	f.Fuzz(func(t *testing.T, kind string, payload []byte) { checkRead(t, kind, payload) })
}

func TestEveryEnvelopeWithMissingOrMistypedFieldsIsRead(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 3))
	odd := []any{nil, 7, 1.5, true, "", "x", "构建", []any{}, []any{nil, 7}, map[string]any{}, map[string]any{"id": 7}}
	var change func(v any) any
	change = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k := range v {
				switch random.IntN(12) {
				case 0:
					delete(v, k)
				case 1:
					v[k] = odd[random.IntN(len(odd))]
				default:
					v[k] = change(v[k])
				}
			}
		case []any:
			for i := range v {
				v[i] = change(v[i])
			}
		}
		return v
	}
	for range 3000 {
		for kind, all := range samples() {
			for _, s := range all {
				var v any
				if err := json.Unmarshal([]byte(s), &v); err != nil {
					t.Fatal(fmt.Errorf("%s: %w", s, err))
				}
				payload, err := json.Marshal(change(v))
				if err != nil {
					t.Fatal(err)
				}
				checkRead(t, kind, payload)
			}
		}
	}
}
