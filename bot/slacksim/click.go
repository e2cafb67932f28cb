package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"logbot/bot/slacksim/blockkit"
)

// Click is a person using a button, a menu or another element, either of a
// message (Channel and TS) or of their topmost modal (View).
type Click struct {
	User        string
	Channel, TS string // of a message they can see, ephemeral ones included
	View        string // id of the modal
	BlockID     string // needed when several blocks have an element with the ActionID
	ActionID    string
	// Values are the values of the chosen options, of the feedback button that
	// was pressed, or a text; none for a button. A confirmation is taken as given.
	Values []string
}

// Interaction is something a person did that the app is told of.
type Interaction struct {
	*Delivery
	Kind    string // block_actions, message_action, view_submission or view_closed
	Payload json.RawMessage
}

// What people read beside a message or in a modal when the app fails them.
const (
	noAnswer     = "the app did not respond in time"
	noConnection = "the app could not be reached"
)

func failureText(why string) string {
	if why == dispatchFailed {
		return noConnection
	}
	return noAnswer
}

// Click uses an element. It returns once the envelope is on its way, or when it
// is clear that there is no socket for it; an error means that a person could
// not do this. A click that fails leaves a mark beside the message, or in the
// modal, for whoever clicked.
func (ps *people) Click(ctx context.Context, click Click) (*Interaction, error) {
	return ps.interact(ctx, "click "+click.ActionID, func() (*pendingInteraction, error) {
		if click.View != "" {
			return ps.clickView(click)
		}
		return ps.clickMessage(click)
	})
}

// pendingInteraction is an interaction about to be sent.
type pendingInteraction struct {
	kind     string
	delivery *Delivery
	hook     *responseURL // nil: no response URL
	payload  map[string]any
}

// interact carries out what a person does: prepare, called with s.mu held,
// checks it and makes the payload, to which this adds what all of them have.
func (ps *people) interact(ctx context.Context, what string, prepare func() (*pendingInteraction, error)) (*Interaction, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("slacksim: %s: %w", what, err)
	}
	ps.mu.Lock()
	do, err := prepare()
	if err != nil || do == nil {
		ps.mu.Unlock()
		if err != nil {
			err = fmt.Errorf("slacksim: %s: %w", what, err)
		}
		return nil, err
	}
	do.delivery.Type = envelopeInteraction
	if do.kind != kindClosed {
		ps.deliveries.addTrigger(do.delivery)
		do.payload["trigger_id"] = do.delivery.TriggerID
	}
	c := ps.deliveries.dispatch(do.delivery, do.hook)
	if do.hook != nil {
		do.payload["response_url"] = do.delivery.ResponseURL
	}
	payload, err := json.Marshal(ps.completePayload(do))
	ps.mu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("slacksim: %s: encode payload: %w", what, err)
	}
	if c != nil {
		ps.deliveries.sendEnvelope(c, do.delivery, json.RawMessage(payload), nil)
	}
	return &Interaction{Delivery: do.delivery, Kind: do.kind, Payload: payload}, nil
}

// completePayload completes a payload with what every interaction has.
func (ps *people) completePayload(do *pendingInteraction) map[string]any {
	user := do.delivery.user
	p := do.payload
	p["type"], p["token"], p["api_app_id"] = do.kind, verification, ps.cfg.AppID
	p["team"] = map[string]any{"id": ps.cfg.TeamID, "domain": ps.domain()}
	p["user"] = map[string]any{
		"id": user, "username": ps.nameOf(user), "name": ps.nameOf(user), "team_id": ps.cfg.TeamID,
	}
	p["is_enterprise_install"], p["enterprise"] = false, nil
	return p
}

// clickMessage prepares the use of an element of a message.
func (ps *people) clickMessage(click Click) (*pendingInteraction, error) {
	r, err := ps.memberChannel(click.User, click.Channel)
	if err != nil {
		return nil, err
	}
	m := r.visibleMessage(click.TS, click.User)
	if m == nil || m.User != ps.cfg.BotUser.ID {
		return nil, fmt.Errorf("user %s sees no message %q of the app in %s", click.User, click.TS, r.ID)
	}
	var blocks []any
	if m.Blocks != nil {
		_ = json.Unmarshal(m.Blocks, &blocks) // was checked when posted
	}
	action, state, err := ps.useElement(blocks, blockkit.State{}, click)
	if err != nil {
		return nil, err
	}
	container := map[string]any{
		"type": "message", "message_ts": m.TS, "channel_id": r.ID, "is_ephemeral": m.OnlyFor != "",
	}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload := map[string]any{
		"container": container, "channel": map[string]any{"id": r.ID, "name": r.payloadName()},
		"state": map[string]any{"values": state}, "actions": []any{action},
	}
	if m.OnlyFor == "" { // an ephemeral message is kept nowhere it could be read from
		payload["message"] = ps.messageJSON(m)
	}
	d := &Delivery{user: click.User, channel: r.ID, Typed: describeAction(action)}
	ps.markFailure(d, m)
	return &pendingInteraction{kind: "block_actions", delivery: d, hook: &responseURL{path: "actions", sourceTS: m.TS}, payload: payload}, nil
}

// markFailure lets the outcome of a click show beside the message.
func (ps *people) markFailure(d *Delivery, m *Message) {
	if m.Trouble[d.user] != "" {
		ps.edit(m, func(m *Message) { delete(m.Trouble, d.user) })
	}
	d.onFail = func(why string) {
		ps.edit(m, func(m *Message) {
			if m.Trouble == nil {
				m.Trouble = map[string]string{}
			}
			m.Trouble[d.user] = failureText(why)
		})
	}
}

// useElement finds the element that is used and returns the action and the state for
// the payload; now is updated.
func (ps *people) useElement(blocks []any, now blockkit.State, click Click) (action, state map[string]any, err error) {
	b, e, err := blockkit.FindElement(blocks, click.BlockID, click.ActionID)
	if err != nil {
		return nil, nil, err
	}
	if blockkit.String(b, "type") == "input" && blockkit.Field(b, "dispatch_action") != true {
		return nil, nil, fmt.Errorf("input %q tells the app nothing before it is submitted", click.ActionID)
	}
	if err := blockkit.CheckValues(e, click.Values); err != nil {
		return nil, nil, fmt.Errorf("%s %q: %w", blockkit.String(e, "type"), click.ActionID, err)
	}
	block := blockkit.String(b, "block_id")
	now.Set(block, click.ActionID, click.Values)
	action = map[string]any{
		"type": blockkit.String(e, "type"), "block_id": block, "action_id": click.ActionID, "action_ts": ps.actionTS(),
	}
	switch kind := blockkit.String(e, "type"); kind {
	case blockkit.KindButton, blockkit.KindIconButton:
		action["text"] = blockkit.Field(e, "text")
		if v := blockkit.String(e, "value"); v != "" {
			action["value"] = v
		}
	case blockkit.KindFeedbackButtons:
		action["value"] = click.Values[0]
		action["text"] = blockkit.Field(blockkit.FeedbackButton(e, click.Values[0]), "text")
	default:
		for k, v := range blockkit.StateValue(e, click.Values) {
			action[k] = v
		}
	}
	return action, now.Payload(blocks), nil
}

// describeAction is an action in words.
func describeAction(action map[string]any) string {
	words := []string{blockkit.String(action, "action_id")}
	chosen, _ := action["selected_options"].([]any)
	for _, o := range append(chosen, action["selected_option"]) {
		words = append(words, blockkit.String(o, "value"))
	}
	return strings.Join(strings.Fields(strings.Join(append(words, blockkit.String(action, "value")), " ")), " ")
}
