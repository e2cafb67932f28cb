package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"logbot/bot/slacksim/blockkit"
	"logbot/bot/slacksim/mrkdwn"
)

const (
	kindSubmission = "view_submission"
	kindClosed     = "view_closed"
)

// Submission is a person pressing the submit button of their topmost modal.
type Submission struct {
	User string
	View string // id; may be empty
	// Values are the input by the block_id of input blocks: a text, a number or the
	// values of the chosen options. Inputs that are not in it keep their values.
	Values map[string][]string
}

// Submit fills in the modal and submits it. Input that Slack's client would not
// accept (missing, too long, not a number) is an error. Otherwise Submit returns
// and fails like Click. The modal stays until the app answers; OpenView then shows
// what the answer has done.
func (ps *people) Submit(ctx context.Context, sub Submission) (*Interaction, error) {
	return ps.interact(ctx, "submit", func() (*pendingInteraction, error) {
		v, err := ps.modals.requireTopmost(sub.User, sub.View)
		if err != nil {
			return nil, err
		}
		if blockkit.Field(v.definition, "submit") == nil {
			return nil, errors.New("the modal has no submit button")
		}
		if err := v.setValues(sub.Values); err != nil {
			return nil, err
		}
		v.errors, v.failure = nil, ""
		ps.modals.touchView(v)
		d := ps.viewDelivery(v)
		d.Typed = v.enteredText()
		d.onAck = func(payload json.RawMessage) *refusal { return ps.modals.answerSubmission(v, payload) }
		return &pendingInteraction{kind: kindSubmission, delivery: d, payload: map[string]any{
			"view": ps.modals.viewJSON(v), "response_urls": []any{},
		}}, nil
	})
}

// requireTopmost returns the topmost modal of a person. It fails if id is set and
// names another one.
func (ms *modals) requireTopmost(user, id string) (*view, error) {
	v := ms.topmost(user)
	switch {
	case ms.closed:
		return nil, errors.New("the workspace is closed")
	case v == nil:
		return nil, fmt.Errorf("user %s has no modal open", user)
	case id != "" && v.id != id:
		return nil, fmt.Errorf("modal %s is not the topmost of user %s", id, user)
	}
	return v, nil
}

// viewDelivery returns a delivery whose failure is shown in the modal.
func (ps *people) viewDelivery(v *view) *Delivery {
	return &Delivery{user: v.user, onFail: func(why string) {
		v.failure = failureText(why)
		ps.modals.touchView(v)
	}}
}

// setValues fills in all of the input blocks, or none if a value is not acceptable.
func (v *view) setValues(values map[string][]string) error {
	left := maps.Clone(values)
	next := blockkit.State{}
	var bad error
	v.eachInput(func(b, e any) {
		id := blockkit.String(b, "block_id")
		given, ok := left[id]
		delete(left, id)
		if !ok {
			given = v.state.Values(b, e)
		}
		if len(given) == 1 && given[0] == "" {
			given = nil
		}
		next.Set(id, blockkit.String(e, "action_id"), given)
		switch err := blockkit.CheckValues(e, given); {
		case err != nil:
			bad = errors.Join(bad, fmt.Errorf("input %q: %w", id, err))
		case len(given) == 0 && blockkit.Field(b, "optional") != true:
			bad = errors.Join(bad, fmt.Errorf("input %q must be filled in", id))
		}
	})
	for id := range left {
		bad = errors.Join(bad, fmt.Errorf("there is no input %q", id))
	}
	if bad == nil {
		maps.Copy(v.state, next)
	}
	return bad
}

// enteredText returns the values of all inputs as text, for Delivery.Typed.
func (v *view) enteredText() string {
	var words []string
	v.eachInput(func(b, e any) { words = append(words, v.state.Values(b, e)...) })
	return strings.Join(words, " ")
}

// answerSubmission applies the acknowledgement of a submission. Without a payload
// the modal is closed. An invalid payload leaves the modal open with a notice.
func (ms *modals) answerSubmission(v *view, payload json.RawMessage) *refusal {
	if ms.topmost(v.user) != v {
		return nil // closed meanwhile
	}
	refused := ms.applyResponseAction(v, payload)
	if refused != nil {
		v.failure = noAnswer
		ms.touchView(v)
	}
	return refused
}

func (ms *modals) applyResponseAction(v *view, payload json.RawMessage) *refusal {
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(payload) > 0 {
		if err := json.Unmarshal(payload, &answer); err != nil {
			return refuse("invalid_payload")
		}
	}
	switch answer.Action {
	case "":
		ms.pop(v.user)
		return nil
	case "clear":
		ms.views[v.user] = nil
		ms.touch()
		return nil
	case "errors":
		return ms.showErrors(v, answer.Errors)
	case "update", "push":
		sent, refused := ms.readView(string(answer.View))
		if refused == nil && answer.Action == "update" {
			refused = ms.checkExternalID(sent, v)
		} else if refused == nil {
			refused = ms.checkExternalID(sent, nil)
		}
		if refused != nil {
			return refused
		}
		if answer.Action == "push" {
			return ms.push(ms.newView(v.user, sent))
		}
		ms.setContent(v, sent)
		return nil
	}
	return refuse("invalid_payload", "unknown response_action: "+mrkdwn.Truncate(answer.Action, maxQuoted))
}

// showErrors shows errors at inputs by their block_id.
func (ms *modals) showErrors(v *view, texts map[string]string) *refusal {
	inputs := map[string]bool{}
	v.eachInput(func(b, _ any) { inputs[blockkit.String(b, "block_id")] = true })
	for id := range texts {
		if !inputs[id] {
			return refuse("invalid_payload", "no input block: "+mrkdwn.Truncate(id, maxQuoted))
		}
	}
	if len(texts) == 0 {
		return refuse("invalid_payload", "no errors")
	}
	v.errors = texts
	ms.touchView(v)
	return nil
}

// CloseView closes the topmost modal of a person, or all of them if it has
// clear_on_close. The app is told only if it has notify_on_close; otherwise the
// interaction is nil.
func (ps *people) CloseView(ctx context.Context, user string) (*Interaction, error) {
	return ps.interact(ctx, "close modal", func() (*pendingInteraction, error) {
		v, err := ps.modals.requireTopmost(user, "")
		if err != nil {
			return nil, err
		}
		if v.clearOnClose {
			ps.modals.views[user] = nil
			ps.touch()
		} else {
			ps.modals.pop(user)
		}
		if !v.notifyOnClose {
			return nil, nil
		}
		d := &Delivery{user: user, onFail: func(string) {}} // the modal is closed: nobody sees a failure
		return &pendingInteraction{kind: kindClosed, delivery: d, payload: map[string]any{
			"view": ps.modals.viewJSON(v), "is_cleared": v.clearOnClose,
		}}, nil
	})
}

// clickView prepares the use of an element of a modal.
func (ps *people) clickView(click Click) (*pendingInteraction, error) {
	v, err := ps.modals.requireTopmost(click.User, click.View)
	if err != nil {
		return nil, err
	}
	action, state, err := ps.useElement(v.blocks, v.state, click)
	if err != nil {
		return nil, err
	}
	v.failure = ""
	ps.modals.touchView(v)
	d := ps.viewDelivery(v)
	d.Typed = describeAction(action)
	return &pendingInteraction{kind: "block_actions", delivery: d, payload: map[string]any{
		"container": map[string]any{"type": "view", "view_id": v.id},
		"view":      ps.modals.viewJSON(v), "state": map[string]any{"values": state}, "actions": []any{action},
	}}, nil
}
