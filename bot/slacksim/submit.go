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
	View string // id; may be left out
	// Values are what was entered, by the block_id of input blocks: a text, a
	// number or the values of the chosen options. What is left out stays as it is.
	Values map[string][]string
}

// Submit fills in the modal and submits it. Input that the client would not let
// pass (required, too long, no number) is an error. Otherwise it returns and
// fails like Click; until the app answers the modal stays, and what the answer
// does to it can be seen with OpenView.
func (s *Server) Submit(ctx context.Context, sub Submission) (*Interaction, error) {
	return s.interact(ctx, "submit", func() (*deed, error) {
		v, err := s.facing(sub.User, sub.View)
		if err != nil {
			return nil, err
		}
		if blockkit.Field(v.sent, "submit") == nil {
			return nil, errors.New("the modal has no submit button")
		}
		if err := v.enter(sub.Values); err != nil {
			return nil, err
		}
		v.errors, v.trouble = nil, ""
		s.changedView(v)
		d := s.viewDelivery(v)
		d.Typed = v.typed()
		d.onAck = func(payload json.RawMessage) *refusal { return s.answerSubmission(v, payload) }
		return &deed{kind: kindSubmission, d: d, payload: map[string]any{
			"view": s.wireView(v), "response_urls": []any{},
		}}, nil
	})
}

// facing returns the topmost modal of a person; id may be empty.
func (s *Server) facing(user, id string) (*view, error) {
	v := s.top(user)
	switch {
	case s.closed:
		return nil, errors.New("the workspace is closed")
	case v == nil:
		return nil, fmt.Errorf("user %s has no modal open", user)
	case id != "" && v.id != id:
		return nil, fmt.Errorf("modal %s is not the topmost of user %s", id, user)
	}
	return v, nil
}

// viewDelivery is a delivery whose failure shows in the modal.
func (s *Server) viewDelivery(v *view) *Delivery {
	return &Delivery{user: v.user, onFail: func(why string) {
		v.trouble = trouble(why)
		s.changedView(v)
	}}
}

// enter fills in input blocks, all or none.
func (v *view) enter(values map[string][]string) error {
	left := maps.Clone(values)
	next := blockkit.State{}
	var bad error
	v.eachInput(func(b, e any) {
		id := blockkit.String(b, "block_id")
		given, ok := left[id]
		delete(left, id)
		if !ok {
			given = v.entered.Values(b, e)
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
		maps.Copy(v.entered, next)
	}
	return bad
}

// typed is what the inputs hold, in words.
func (v *view) typed() string {
	var words []string
	v.eachInput(func(b, e any) { words = append(words, v.entered.Values(b, e)...) })
	return strings.Join(words, " ")
}

// answerSubmission does what the acknowledgement of a submission asks for; none
// closes the modal. An answer that is not valid leaves the modal with a mark.
func (s *Server) answerSubmission(v *view, payload json.RawMessage) *refusal {
	if s.top(v.user) != v {
		return nil // closed meanwhile
	}
	no := s.carryOut(v, payload)
	if no != nil {
		v.trouble = noAnswer
		s.changedView(v)
	}
	return no
}

func (s *Server) carryOut(v *view, payload json.RawMessage) *refusal {
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
		s.pop(v.user)
		return nil
	case "clear":
		s.views[v.user] = nil
		s.touch()
		return nil
	case "errors":
		return s.showErrors(v, answer.Errors)
	case "update", "push":
		sent, no := s.readView(string(answer.View))
		if no == nil && answer.Action == "update" {
			no = s.uniqueExternal(sent, v)
		} else if no == nil {
			no = s.uniqueExternal(sent, nil)
		}
		if no != nil {
			return no
		}
		if answer.Action == "push" {
			return s.push(s.newView(v.user, sent))
		}
		s.fill(v, sent)
		return nil
	}
	return refuse("invalid_payload", "unknown response_action: "+mrkdwn.Truncate(answer.Action, maxQuoted))
}

// showErrors puts texts below inputs; each must name the block of one.
func (s *Server) showErrors(v *view, texts map[string]string) *refusal {
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
	s.changedView(v)
	return nil
}

// CloseView dismisses the topmost modal of a person, or all of them where the
// app has set clear_on_close. The app is told only where it has set
// notify_on_close; otherwise the interaction is nil.
func (s *Server) CloseView(ctx context.Context, user string) (*Interaction, error) {
	return s.interact(ctx, "close modal", func() (*deed, error) {
		v, err := s.facing(user, "")
		if err != nil {
			return nil, err
		}
		if v.clearAll {
			s.views[user] = nil
			s.touch()
		} else {
			s.pop(user)
		}
		if !v.tellClose {
			return nil, nil
		}
		d := &Delivery{user: user, onFail: func(string) {}} // the person has gone on
		return &deed{kind: kindClosed, d: d, payload: map[string]any{
			"view": s.wireView(v), "is_cleared": v.clearAll,
		}}, nil
	})
}

// clickView prepares the use of an element of a modal.
func (s *Server) clickView(click Click) (*deed, error) {
	v, err := s.facing(click.User, click.View)
	if err != nil {
		return nil, err
	}
	action, state, err := s.act(v.blocks, v.entered, click)
	if err != nil {
		return nil, err
	}
	v.trouble = ""
	s.changedView(v)
	d := s.viewDelivery(v)
	d.Typed = actionWords(action)
	return &deed{kind: "block_actions", d: d, payload: map[string]any{
		"container": map[string]any{"type": "view", "view_id": v.id},
		"view":      s.wireView(v), "state": map[string]any{"values": state}, "actions": []any{action},
	}}, nil
}
