package slacksim

import (
	"context"
	"encoding/json"
	"fmt"

	"logbot/bot/slacksim/mrkdwn"
)

// Slack tells of a message again after some changes of it, under a new event id and with
// the ts of the message.

// Edit changes the text of a message of a person, as typed; a mention in it is told
// again, with "edited". The Event is nil if the app is not told.
func (ps *people) Edit(ctx context.Context, user, channel, ts, text string) (*Said, error) {
	return ps.refire(ctx, channel, ts, func(m *Message) error {
		if m.User != user {
			return fmt.Errorf("user %s did not write it", user)
		}
		ps.edit(m, func(m *Message) { m.Text, m.Edited = ps.toMarkup(text), true })
		return nil
	})
}

// Unfurl shows the page behind a link in a message as an attachment; a mention in the
// message is told again, without a sign that it was told before.
func (ps *people) Unfurl(ctx context.Context, channel, ts string) (*Said, error) {
	return ps.refire(ctx, channel, ts, func(m *Message) error {
		ps.edit(m, func(m *Message) {
			m.Attachments = json.RawMessage(`[{"id":1,"title":"A page","from_url":"https://page.example","fallback":"A page"}]`)
		})
		return nil
	})
}

// refire changes a message and tells the app of it again.
func (ps *people) refire(ctx context.Context, channel, ts string, change func(*Message) error) (*Said, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("slacksim: change a message: %w", err)
	}
	ps.mu.Lock()
	r := ps.conversations[channel]
	var m *Message
	if r != nil {
		m = r.message(ts)
	}
	err := fmt.Errorf("no message %q in %q", mrkdwn.Truncate(ts, maxQuoted), mrkdwn.Truncate(channel, maxQuoted))
	if m != nil {
		err = change(m)
	}
	if err != nil {
		ps.mu.Unlock()
		return nil, fmt.Errorf("slacksim: change a message: %w", err)
	}
	said := &Said{TS: ts}
	if !r.isDirect() { // there it would be a message_changed, which nobody subscribes to here
		if said.Event = ps.events.forMessage(r, m); said.Event != nil {
			said.Event.payload["event"].(map[string]any)["event_ts"] = ps.actionTS()
		}
	}
	ps.mu.Unlock()
	if said.Event != nil {
		said.Event.deliver("")
	}
	return said, nil
}

// Replay delivers an event that was lost once more, as it was: an admin can ask Slack for
// the events of an outage, hours later.
func (e *Event) Replay() {
	e.es.mu.Lock()
	e.lost, e.attempts = false, 0
	e.es.mu.Unlock()
	e.deliver("")
}
