package bot

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/envelope"
	"logbot/bot/slacksim"
)

// Every envelope is acknowledged, and either answered or logged by its id.
func TestEnvelopesOfAnyFormAreAcknowledgedAndAnsweredOrLogged(t *testing.T) {
	h := newHarnessIn(t, withShortcut(), Options{Commands: &sampleRunner{}, Finder: finder{}})
	random := rand.New(rand.NewPCG(11, 5))
	odd := []any{nil, 7, "", "x", []any{nil}, map[string]any{"id": 7}}
	samples := []struct{ kind, payload string }{
		{envelope.Commands, `{"command":"/logs","text":"fail web 128","team_id":"T0SLACKSIM","channel_id":"C0BUILDS01","user_id":"U0ANN00001","response_url":%q}`},
		{envelope.Interactions, `{"type":"block_actions","user":{"id":"U0ANN00001","team_id":"T0SLACKSIM"},"channel":{"id":"C0BUILDS01"},"container":{"message_ts":"1.1","is_ephemeral":true},"response_url":%q,"actions":[{"action_id":"run-0","action_ts":"1.1","value":"/logs next"}]}`},
		{envelope.Interactions, `{"type":"message_action","callback_id":"explain_build","user":{"id":"U0ANN00001"},"channel":{"id":"C0BUILDS01"},"response_url":%q,"message":{"text":"lunch"}}`},
		{envelope.Events, `{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention","user":"U0ANN00001","text":"<@U0LOGBOT01> nonsense","ts":"1.1","channel":"C0BUILDS01"},"x":%q}`},
	}
	for i := range 120 {
		s := samples[i%len(samples)]
		var fields map[string]any
		require.NoError(t, json.Unmarshal(fmt.Appendf(nil, s.payload, slacksim.RawResponseURL), &fields))
		for k := range fields {
			switch random.IntN(6) {
			case 0:
				delete(fields, k)
			case 1:
				fields[k] = odd[random.IntN(len(odd))]
			}
		}
		payload := encode(t, fields)
		seen := func() int { return len(h.Messages(builds)) + len(h.Ephemerals(builds, ann)) }
		before, warned := seen(), len(h.warnings(""))
		d := h.deliver(t, slacksim.RawEnvelope{Type: s.kind, Payload: payload, User: ann, Channel: builds})
		h.settled(t, d.EnvelopeID)
		logged := len(h.warnings("")) > warned // such as that its sender cannot be told
		for _, e := range h.logged.AllEntries() {
			logged = logged || e.Data["envelope"] == d.EnvelopeID
		}
		assert.True(t, logged || seen() > before, "%s", payload)
	}
}
