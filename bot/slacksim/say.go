package slacksim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"logbot/bot/slacksim/mrkdwn"
)

// Saying is a message that a person types.
type Saying struct {
	User     string
	Channel  string // of which they are a member; see DirectMessage for the app's own
	Text     string // as typed: @logbot, #builds and addresses become mentions and links
	ThreadTS string // of the message it replies to; empty for none
	// Broadcast shows a reply in the channel, too.
	Broadcast bool
}

// Said is a message that a person has typed.
type Said struct {
	TS    string
	Event *Event // what the app is told; nil when it is told nothing
}

// Say types a message. The app is told of it when it mentions the app (scope
// app_mentions:read, the app is a member) or when it is in a conversation with
// the app alone (scope im:history). It returns once the event is on its way; an
// error means that a person could not type this here.
func (ps *people) Say(ctx context.Context, saying Saying) (*Said, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("slacksim: say: %w", err)
	}
	said, err := ps.postTyped(saying)
	if err != nil {
		return nil, fmt.Errorf("slacksim: say in %s: %w", mrkdwn.Truncate(saying.Channel, maxQuoted), err)
	}
	if said.Event != nil {
		said.Event.deliver("")
	}
	return said, nil
}

func (ps *people) postTyped(saying Saying) (*Said, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	r, err := ps.memberChannel(saying.User, saying.Channel)
	switch {
	case err != nil:
		return nil, err
	case r.Archived:
		return nil, errors.New("the channel is archived")
	case strings.TrimSpace(saying.Text) == "":
		return nil, errors.New("nothing to say")
	case utf8.RuneCountInString(saying.Text) > maxCommandText:
		return nil, fmt.Errorf("more than %d characters", maxCommandText)
	case r.checkThread(saying.ThreadTS) != nil:
		return nil, fmt.Errorf("no message %q to reply to", saying.ThreadTS)
	}
	ts := ps.post(Message{
		Channel: r.ID, User: saying.User, Text: ps.toMarkup(saying.Text), Via: viaComposer,
		ThreadTS: saying.ThreadTS, Broadcast: saying.Broadcast && saying.ThreadTS != "", clientID: uuid(),
	})
	return &Said{TS: ts, Event: ps.events.forMessage(r, r.message(ts))}, nil
}
