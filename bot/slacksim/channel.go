package slacksim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// channels are the channels with their messages, and the direct messages with the
// app. The workspace's mu guards them.
type channels struct {
	*workspace
	rooms   map[string]*room
	roomIDs []string // as configured and then as opened

	// onAppMessage is called with mu held for every message of the app itself.
	onAppMessage func(*Message)
}

func newChannels(ws *workspace) *channels {
	cs := &channels{workspace: ws, rooms: map[string]*room{}}
	for _, c := range ws.cfg.Channels {
		cs.rooms[c.ID] = &room{Channel: c}
		cs.roomIDs = append(cs.roomIDs, c.ID)
	}
	return cs
}

// room is a channel with what was posted to it.
type room struct {
	Channel
	messages []*Message // in the order of their ts
	bytes    int        // of their texts and blocks
	allowed  time.Time  // rate limiter: when the channel's debt is paid off
}

// wireName is the channel's name in commands and interactions, where Slack
// keeps those of private conversations to itself.
func (r *room) wireName() string {
	switch {
	case r.direct():
		return "directmessage"
	case r.Private:
		return "privategroup"
	}
	return r.Name
}

// direct reports whether the channel is one between the app and one person.
func (r *room) direct() bool { return r.ID[0] == 'D' }

func (r *room) has(user string) bool { return slices.Contains(r.Members, user) }

// message returns the one with this ts that anyone can see, or nil.
func (r *room) message(ts string) *Message { return r.seenBy(ts, "") }

// seenBy returns the message with this ts if the user can see it, or nil.
func (r *room) seenBy(ts, user string) *Message {
	i := r.index(ts)
	if i == len(r.messages) || r.messages[i].TS != ts || !r.messages[i].visible(user) {
		return nil
	}
	return r.messages[i]
}

// index is where the message with this ts stands, or would stand.
func (r *room) index(ts string) int {
	i, _ := slices.BinarySearchFunc(r.messages, ts, func(m *Message, ts string) int {
		return strings.Compare(m.TS, ts)
	})
	return i
}

// replies counts what was said under a message and names the last of it.
func (r *room) replies(ts string) (n int, last string) {
	for _, m := range r.messages[r.index(ts):] { // a reply is younger than its parent
		if m.ThreadTS == ts && m.OnlyFor == "" {
			n, last = n+1, m.TS
		}
	}
	return n, last
}

// find returns the channel if the app may know that it exists: a private
// channel without the app looks like none.
func (cs *channels) find(id string) (*room, *refusal) {
	r := cs.rooms[id]
	if r == nil || (r.Private && !r.Bot) {
		return nil, refuse("channel_not_found")
	}
	return r, nil
}

// enter finds a channel to speak in. Without membership a public one is open to
// posts of an app with chat:write.public; to uploads and ephemeral messages that
// scope does not open it.
func (cs *channels) enter(id string, asMember bool) (*room, *refusal) {
	r, no := cs.find(id)
	switch {
	case no != nil:
		return nil, no
	case r.Archived:
		return nil, refuse("is_archived")
	case !r.Bot && (asMember || !cs.scoped("chat:write.public")):
		return nil, refuse("not_in_channel")
	}
	return r, nil
}

// InviteBot makes the app a member of the channel, as /invite does.
func (cs *channels) InviteBot(channel string) error { return cs.setBot(channel, true) }

// RemoveBot ends the app's membership of the channel.
func (cs *channels) RemoveBot(channel string) error { return cs.setBot(channel, false) }

func (cs *channels) setBot(channel string, member bool) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	r := cs.rooms[channel]
	if r == nil {
		return fmt.Errorf("slacksim: no channel %q", channel)
	}
	r.Bot = member
	cs.touch()
	return nil
}

// Channels returns the channels of the workspace as they are now: those of the
// configuration and then the conversations with the app that were opened.
func (cs *channels) Channels() []Channel {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	list := make([]Channel, 0, len(cs.roomIDs))
	for _, id := range cs.roomIDs {
		list = append(list, cs.rooms[id].Channel)
	}
	return list
}

// present returns the channel if this person can act in it; s.mu is held.
func (cs *channels) present(user, channel string) (*room, error) {
	r := cs.rooms[channel]
	switch {
	case cs.closed:
		return nil, fmt.Errorf("the workspace is closed")
	case r == nil:
		return nil, fmt.Errorf("no channel %q", channel)
	case !cs.isUser(user):
		return nil, fmt.Errorf("no user %q", user)
	case !r.has(user):
		return nil, fmt.Errorf("user %s is not in channel %s", user, r.ID)
	}
	return r, nil
}

// DirectMessage returns the conversation between a person and the app; the
// first call opens it.
func (cs *channels) DirectMessage(user string) (channel string, err error) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if !cs.isUser(user) {
		return "", fmt.Errorf("slacksim: no user %q", user)
	}
	r, _ := cs.direct(user)
	return r.ID, nil
}

// direct finds or opens the conversation with a person; s.mu is held.
func (cs *channels) direct(user string) (r *room, opened bool) {
	for _, id := range cs.roomIDs {
		if r := cs.rooms[id]; r.direct() && r.has(user) {
			return r, false
		}
	}
	r = &room{Channel: Channel{
		ID: newID("D"), Name: cs.cfg.BotUser.Name, Private: true, Members: []string{user}, Bot: true,
	}}
	cs.rooms[r.ID] = r
	cs.roomIDs = append(cs.roomIDs, r.ID)
	cs.touch()
	return r, true
}

// thread checks that thread_ts, if any, is that of a message one can reply to:
// a parent, never a reply; s.mu is held.
func (r *room) thread(ts string) *refusal {
	if ts == "" {
		return nil
	}
	if m := r.message(ts); m == nil || m.ThreadTS != "" {
		return refuse("cannot_reply_to_message")
	}
	return nil
}
