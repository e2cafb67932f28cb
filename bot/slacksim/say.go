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
	Channel  string // with the user as a member; see DirectMessage
	Text     string // as typed: @logbot, #builds and addresses become mentions and links
	ThreadTS string // of the parent of a reply
	// Broadcast also shows a reply in the channel.
	Broadcast bool
}

// Said is a message that a person has typed.
type Said struct {
	TS    string
	Event *Event // nil if the app is not subscribed to the message
}

// Say types a message. The app gets an event if the message mentions it (scope
// app_mentions:read, the app is a member) or is a direct message to it (scope
// im:history). Say returns after the event was sent. An error means that a person
// could not type this here.
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
