package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"logbot/bot/slacksim/mrkdwn"
	"logbot/bot/slacksim/plaintext"
)

// Notice is a message that another app, such as a CI, posts through a webhook.
type Notice struct {
	App      string // its name; "webhook" if empty
	Workflow bool   // it is a workflow: its messages have no bot_id
	Channel  string
	ThreadTS string // of the message it replies to; empty for none
	Text     string // in mrkdwn
	Blocks   json.RawMessage
	// Attachments is a JSON array of legacy attachments: objects with pretext,
	// title, title_link, text and fallback.
	Attachments json.RawMessage
}

// Notify posts a notice and returns its ts. The app gets an event if the notice mentions
// it, in a channel that it is a member of. People can use its shortcuts on the message.
// An error means that Slack would refuse the
// message.
func (ps *people) Notify(ctx context.Context, n Notice) (ts string, err error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("slacksim: notify: %w", err)
	}
	ps.mu.Lock()
	ts, err = ps.postNotice(n)
	var told *Event
	if r := ps.conversations[n.Channel]; err == nil && r.Bot && !r.isDirect() {
		told = ps.events.forMessage(r, r.message(ts))
	}
	ps.mu.Unlock()
	if err != nil {
		return "", fmt.Errorf("slacksim: notify %s: %w", mrkdwn.Truncate(n.Channel, maxQuoted), err)
	}
	if told != nil {
		told.deliver("")
	}
	return ts, nil
}

func (ps *people) postNotice(n Notice) (string, error) {
	r := ps.conversations[n.Channel]
	switch {
	case ps.closed:
		return "", errors.New("the workspace is closed")
	case r == nil:
		return "", errors.New("no such channel")
	case r.Archived:
		return "", errors.New("the channel is archived")
	case r.checkThread(n.ThreadTS) != nil:
		return "", fmt.Errorf("no message %q to reply to", n.ThreadTS)
	}
	blocks, refused := ps.readBlocks(string(n.Blocks))
	if refused != nil {
		return "", fmt.Errorf("%s: %s", refused.code, strings.Join(refused.messages, "; "))
	}
	var attachments []plaintext.Attachment
	if n.Attachments != nil {
		if err := json.Unmarshal(n.Attachments, &attachments); err != nil {
			return "", fmt.Errorf("attachments: %w", err)
		}
	}
	if n.Text == "" && blocks == nil && len(attachments) == 0 {
		return "", errors.New("no_text")
	}
	if n.App == "" {
		n.App = "webhook"
	}
	return ps.post(Message{
		Channel: r.ID, ThreadTS: n.ThreadTS, App: n.App, Workflow: n.Workflow, Text: n.Text, Blocks: blocks, Attachments: n.Attachments,
		Via: viaWebhook,
	}), nil
}
