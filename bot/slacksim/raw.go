package slacksim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// RawEnvelope is an envelope whose payload a test writes: what a person cannot do here,
// or what Slack sends to others.
type RawEnvelope struct {
	Type    string // events_api, interactive, slash_commands, or anything
	Payload json.RawMessage

	// User and Channel, if both are set, are for whom and where the envelope can be
	// answered: RawResponseURL in the payload becomes a response URL.
	User, Channel string
}

// RawResponseURL stands for a response URL in the payload of a RawEnvelope.
const RawResponseURL = "https://hooks.slack.example/RESPONSE"

// Deliver sends an envelope. It returns after the envelope was sent, or at once if no
// socket is connected (see Status).
func (ps *people) Deliver(ctx context.Context, raw RawEnvelope) (*Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("slacksim: deliver: %w", err)
	}
	if !json.Valid(raw.Payload) {
		return nil, errors.New("slacksim: deliver: the payload is not JSON")
	}
	ps.mu.Lock()
	d := &Delivery{Type: raw.Type, user: raw.User, channel: raw.Channel, onFail: func(string) {}}
	var u *responseURL
	if raw.User != "" && ps.conversations[raw.Channel] != nil {
		u = &responseURL{path: "app"}
		if raw.Type == envelopeCommand {
			d.onAck = func(payload json.RawMessage) *refusal { return ps.responses.respondInAck(d.responseURL, payload) }
		}
	}
	c := ps.deliveries.dispatch(d, u)
	ps.mu.Unlock()
	if c == nil {
		return d, nil
	}
	payload := json.RawMessage(bytes.ReplaceAll(raw.Payload, []byte(RawResponseURL), []byte(d.ResponseURL)))
	ps.deliveries.sendEnvelope(c, d, payload, nil)
	return d, nil
}
