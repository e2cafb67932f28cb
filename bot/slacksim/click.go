package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"logbot/bot/slacksim/blockkit"
)

// Click is a person using a button, menu or other element of a message (Channel and
// TS) or of their topmost modal (View).
type Click struct {
	User        string
	Channel, TS string // of a message that the user can see, also an ephemeral one
	View        string // id of the modal
	BlockID     string // needed if several blocks have an element with the ActionID
	ActionID    string
	// Values are the values of the chosen options, the value of the feedback
	// button, or a text; none for a button. A confirmation dialog counts as
	// confirmed.
	Values []string
}

// Interaction is a person's action that is sent to the app.
type Interaction struct {
	*Delivery
	Kind    string // block_actions, message_action, view_submission or view_closed
	Payload json.RawMessage
}

// What people read beside a message or in a modal if the app fails.
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

// Click uses an element. It returns after the envelope was sent, or at once if no
// socket is connected. An error means that a person could not do this. If the click
// fails, the person who clicked sees a notice beside the message or in the modal.
func (ps *people) Click(ctx context.Context, click Click) (*Interaction, error) {
	return ps.interact(ctx, "click "+click.ActionID, func() (*pendingInteraction, error) {
		if click.View != "" {
			return ps.clickView(click)
		}
		return ps.clickMessage(click)
	})
}

// pendingInteraction is an interaction that is ready to be sent.
type pendingInteraction struct {
	kind        string
	delivery    *Delivery
	responseURL *responseURL // nil: no response URL
	payload     map[string]any
}

// interact sends an interaction. prepare is called with mu held; it checks the
// action and returns the payload, to which interact adds the common fields.
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
	c := ps.deliveries.dispatch(do.delivery, do.responseURL)
	if do.responseURL != nil {
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

// completePayload adds the fields that all interactions have.
func (ps *people) completePayload(do *pendingInteraction) map[string]any {
	user := do.delivery.user
	p := do.payload
	p["type"], p["token"], p["api_app_id"] = do.kind, verification, ps.cfg.AppID
	p["team"] = map[string]any{"id": ps.teamOf(user), "domain": ps.domain()}
	p["user"] = map[string]any{
		"id": user, "username": ps.nameOf(user), "name": ps.nameOf(user), "team_id": ps.teamOf(user),
	}
	p["is_enterprise_install"], p["enterprise"] = ps.cfg.OrgInstall, nil
	if organisation := ps.enterpriseOf(user); organisation != "" {
		p["enterprise"] = map[string]any{"id": organisation, "name": "Organisation"}
	}
	if ps.cfg.OrgInstall {
		p["team"] = nil
	}
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
		_ = json.Unmarshal(m.Blocks, &blocks) // valid since it was posted
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
	if m.OnlyFor == "" { // Slack does not store ephemeral messages
		payload["message"] = ps.messageJSON(m)
	}
	d := &Delivery{user: click.User, channel: r.ID, Typed: describeAction(action)}
	ps.markFailure(d, m)
	return &pendingInteraction{kind: "block_actions", delivery: d, responseURL: &responseURL{path: "actions", sourceTS: m.TS}, payload: payload}, nil
}

// markFailure shows a failure of the delivery beside the message and removes the
// previous one.
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

// useElement finds the element that is used, updates now with what was chosen, and
// returns the action and the state for the payload.
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

// describeAction is the action id and the chosen values, for Delivery.Typed.
func describeAction(action map[string]any) string {
	words := []string{blockkit.String(action, "action_id")}
	chosen, _ := action["selected_options"].([]any)
	for _, o := range append(chosen, action["selected_option"]) {
		words = append(words, blockkit.String(o, "value"))
	}
	return strings.Join(strings.Fields(strings.Join(append(words, blockkit.String(action, "value")), " ")), " ")
}
