package slacksim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// channels holds the channels and direct messages with their messages. mu guards
// it.
type channels struct {
	*workspace
	conversations   map[string]*conversation
	conversationIDs []string // as configured and then as opened

	// onAppMessage is called with mu held for every message of the app itself.
	onAppMessage func(*Message)
}

func newChannels(ws *workspace) *channels {
	cs := &channels{workspace: ws, conversations: map[string]*conversation{}}
	for _, c := range ws.cfg.Channels {
		cs.conversations[c.ID] = &conversation{Channel: c}
		cs.conversationIDs = append(cs.conversationIDs, c.ID)
	}
	return cs
}

// conversation is a channel or direct message with its messages.
type conversation struct {
	Channel
	messages   []*Message // in the order of their ts
	bytes      int        // of their texts and blocks
	nextPostAt time.Time  // when the next message is within the rate limit
}

// payloadName is the name in the payloads of commands and interactions, which hide
// the names of private conversations.
func (r *conversation) payloadName() string {
	switch {
	case r.isConversation():
		return "directmessage"
	case r.Group:
		return "mpdm-" + r.Name
	case r.Private:
		return "privategroup"
	}
	return r.Name
}

// isConversation reports whether it is a direct message of two, the app or not.
func (r *conversation) isConversation() bool { return r.ID[0] == 'D' }

// isDirect reports whether it is a direct message with the app.
func (r *conversation) isDirect() bool { return r.isConversation() && r.Bot }

func (r *conversation) hasMember(user string) bool { return slices.Contains(r.Members, user) }

// message returns the message with this ts that everybody can see, or nil.
func (r *conversation) message(ts string) *Message { return r.visibleMessage(ts, "") }

// visibleMessage returns the message with this ts if the user can see it, or nil.
func (r *conversation) visibleMessage(ts, user string) *Message {
	i := r.indexOf(ts)
	if i == len(r.messages) || r.messages[i].TS != ts || !r.messages[i].visible(user) {
		return nil
	}
	return r.messages[i]
}

// indexOf returns the index of the message with this ts, or the index at which it
// would be inserted.
func (r *conversation) indexOf(ts string) int {
	i, _ := slices.BinarySearchFunc(r.messages, ts, func(m *Message, ts string) int {
		return strings.Compare(m.TS, ts)
	})
	return i
}

// replies counts the replies in a thread and returns the ts of the last one.
func (r *conversation) replies(ts string) (n int, last string) {
	for _, m := range r.messages[r.indexOf(ts):] { // a reply is newer than its parent
		if m.ThreadTS == ts && m.OnlyFor == "" {
			n, last = n+1, m.TS
		}
	}
	return n, last
}

// lookup returns the conversation if the app may know that it exists. Slack hides a
// private channel from an app that is not a member.
func (cs *channels) lookup(id string) (*conversation, *refusal) {
	r := cs.conversations[id]
	if r == nil || (r.Private && !r.Bot) {
		return nil, refuse("channel_not_found")
	}
	return r, nil
}

// postable returns the conversation if the app may post there. Membership is not
// needed for a public channel if the app has chat:write.public, but that scope does
// not cover uploads and ephemeral messages: these pass asMember.
func (cs *channels) postable(id string, asMember bool) (*conversation, *refusal) {
	r, refused := cs.lookup(id)
	switch {
	case refused != nil:
		return nil, refused
	case r.Archived:
		return nil, refuse("is_archived")
	case !r.Bot && (asMember || !cs.scoped("chat:write.public")):
		return nil, refuse("not_in_channel")
	}
	return r, nil
}

// InviteBot makes the app a member of the channel, as /invite does.
func (cs *channels) InviteBot(channel string) error { return cs.setBotMember(channel, true) }

// RemoveBot ends the app's membership of the channel.
func (cs *channels) RemoveBot(channel string) error { return cs.setBotMember(channel, false) }

// Leave ends a person's membership of the channel.
func (cs *channels) Leave(user, channel string) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	r := cs.conversations[channel]
	if r == nil || !r.hasMember(user) {
		return fmt.Errorf("slacksim: %s is not a member of %q", user, channel)
	}
	r.Members = slices.DeleteFunc(slices.Clone(r.Members), func(id string) bool { return id == user })
	cs.touch()
	return nil
}

func (cs *channels) setBotMember(channel string, member bool) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	r := cs.conversations[channel]
	if r == nil {
		return fmt.Errorf("slacksim: no channel %q", channel)
	}
	r.Bot = member
	cs.touch()
	return nil
}

// Channels returns the channels as they are now: those of the configuration, then
// the direct messages in the order in which they were opened.
func (cs *channels) Channels() []Channel {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	list := make([]Channel, 0, len(cs.conversationIDs))
	for _, id := range cs.conversationIDs {
		list = append(list, cs.conversations[id].Channel)
	}
	return list
}

// memberChannel returns the conversation if this person is a member; mu is held.
func (cs *channels) memberChannel(user, channel string) (*conversation, error) {
	r := cs.conversations[channel]
	switch {
	case cs.closed:
		return nil, fmt.Errorf("the workspace is closed")
	case r == nil:
		return nil, fmt.Errorf("no channel %q", channel)
	case !cs.isUser(user):
		return nil, fmt.Errorf("no user %q", user)
	case !r.hasMember(user):
		return nil, fmt.Errorf("user %s is not in channel %s", user, r.ID)
	}
	return r, nil
}

// DirectMessage returns the id of the direct message between a person and the app.
// The first call opens it.
func (cs *channels) DirectMessage(user string) (channel string, err error) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if !cs.isUser(user) {
		return "", fmt.Errorf("slacksim: no user %q", user)
	}
	r, _ := cs.openDirect(user)
	return r.ID, nil
}

// openDirect returns the direct message with a person and whether this call has
// opened it; mu is held.
func (cs *channels) openDirect(user string) (r *conversation, opened bool) {
	for _, id := range cs.conversationIDs {
		if r := cs.conversations[id]; r.isDirect() && r.hasMember(user) {
			return r, false
		}
	}
	r = &conversation{Channel: Channel{
		ID: newID("D"), Name: cs.cfg.BotUser.Name, Private: true, Members: []string{user}, Bot: true,
	}}
	cs.conversations[r.ID] = r
	cs.conversationIDs = append(cs.conversationIDs, r.ID)
	cs.touch()
	return r, true
}

// checkThread checks that thread_ts, if set, names a parent message and not a
// reply; mu is held.
func (r *conversation) checkThread(ts string) *refusal {
	if ts == "" {
		return nil
	}
	if m := r.message(ts); m == nil || m.ThreadTS != "" {
		return refuse("cannot_reply_to_message")
	}
	return nil
}
