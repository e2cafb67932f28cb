package slacksim

import (
	"encoding/json"
	"maps"
	"slices"

	"logbot/bot/slacksim/mrkdwn"
)

// Message is a message of a channel. Returned values are copies, but Blocks must
// not be modified.
type Message struct {
	TS       string // unique, seconds with six decimals
	ThreadTS string // of the parent, in a thread reply
	Channel  string
	User     string // the author: a person, the app's user or Slackbot
	App      string // the name of another app that is the author; User is then empty
	Workflow bool   // the App is a workflow, which has no bot_id
	Text     string // at most 40,000 characters
	Blocks   json.RawMessage
	// Attachments are set by other apps only.
	Attachments json.RawMessage
	Files       []File
	OnlyFor     string // the one person who sees an ephemeral message
	Edited      bool
	// Broadcast marks a thread reply that is also shown in the channel.
	Broadcast bool
	// Deleted marks a deleted parent whose replies stay. It has no content.
	Deleted   bool
	Reactions []string // names of the emoji that the app has added
	// Trouble is the notice that a person sees beside a message after a failed
	// click, by user id. A later successful click removes it. Read only.
	Trouble map[string]string

	// Via is the origin: a Web API method, "response_url", "ack" (in the
	// acknowledgement), "command" (the command line of a person), "composer" (typed
	// by a person), "webhook" (another app) or "slack" (Slack itself).
	Via string
	// Envelope is the envelope id of the command or click that it answers, if
	// known.
	Envelope string

	clientID string // client_msg_id of a typed message
	rev      int64
}

// post adds a message to its channel and returns its ts; mu is held. Like Slack it
// splits text above 4,000 characters without blocks into several messages; the ts
// is then that of the first.
func (cs *channels) post(m Message) string {
	m.Text = mrkdwn.Truncate(m.Text, maxText)
	pieces := []string{m.Text}
	if m.Blocks == nil {
		pieces = mrkdwn.Split(m.Text, splitText)
	}
	first := ""
	for _, piece := range pieces {
		one := m
		one.TS, one.Text = cs.nextTS(), piece
		if first == "" {
			first = one.TS
		} else {
			one.Files = nil
		}
		cs.store(&one)
		if one.User == cs.cfg.BotUser.ID {
			cs.onAppMessage(&one)
		}
	}
	cs.touch()
	return first
}

func (cs *channels) store(m *Message) {
	cs.rev++
	m.rev = cs.rev
	r := cs.conversations[m.Channel]
	r.messages = append(r.messages, m)
	r.bytes += m.size()
	for len(r.messages) > maxMessagesKept || (r.bytes > maxChannelBytes && len(r.messages) > 1) {
		r.bytes -= r.messages[0].size()
		r.messages = slices.Delete(r.messages, 0, 1)
	}
}

// remove deletes a message. A parent with replies stays, marked as deleted. mu is
// held.
func (cs *channels) remove(m *Message) {
	r := cs.conversations[m.Channel]
	if replies, _ := r.replies(m.TS); replies > 0 {
		cs.edit(m, func(m *Message) {
			m.Text, m.Blocks, m.Files, m.Reactions, m.Deleted = "", nil, nil, nil, true
		})
		return
	}
	r.bytes -= m.size()
	r.messages = slices.DeleteFunc(r.messages, func(o *Message) bool { return o == m })
	cs.touch()
}

func (m *Message) size() int { return len(m.Text) + len(m.Blocks) + len(m.Attachments) }

// edit changes a message; mu is held.
func (cs *channels) edit(m *Message, change func(*Message)) {
	cs.rev++
	m.rev = cs.rev
	r := cs.conversations[m.Channel]
	r.bytes -= m.size()
	change(m)
	r.bytes += m.size()
	cs.touch()
}

// Messages returns what everybody in the channel sees, including thread replies,
// oldest first. The newest 10,000 messages and 64 MiB are kept.
func (cs *channels) Messages(channel string) []Message {
	return cs.filter(channel, func(m *Message) bool { return m.OnlyFor == "" })
}

// Ephemerals returns the ephemeral messages of this person in the channel, oldest
// first.
func (cs *channels) Ephemerals(channel, user string) []Message {
	return cs.filter(channel, func(m *Message) bool { return m.OnlyFor == user && user != "" })
}

// Thread returns a public message and its replies.
func (cs *channels) Thread(channel, ts string) []Message {
	return cs.filter(channel, func(m *Message) bool {
		return m.OnlyFor == "" && (m.TS == ts || m.ThreadTS == ts)
	})
}

func (cs *channels) filter(channel string, want func(*Message) bool) []Message {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	r := cs.conversations[channel]
	if r == nil {
		return nil
	}
	var list []Message
	for _, m := range r.messages {
		if want(m) {
			list = append(list, m.copy())
		}
	}
	return list
}

func (m *Message) copy() Message {
	c := *m
	c.Files, c.Reactions, c.Trouble = slices.Clone(m.Files), slices.Clone(m.Reactions), maps.Clone(m.Trouble)
	return c
}

func (m *Message) visible(viewer string) bool { return m.OnlyFor == "" || m.OnlyFor == viewer }
