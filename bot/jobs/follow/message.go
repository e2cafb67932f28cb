package follow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"logbot/bot/jobs/post"
	"logbot/cache/state"
	"logbot/commands/reply"
)

// message is the payload of an intent. It is stored as JSON.
type message struct {
	Channel string            `json:"channel"`
	Thread  string            `json:"thread,omitempty"`
	TS      string            `json:"ts,omitempty"`     // once it is posted
	Repeat  bool              `json:"repeat,omitempty"` // another one may have been posted
	Shown   string            `json:"shown,omitempty"`  // fingerprint of what it shows
	Stopped bool              `json:"stopped,omitempty"`
	By      string            `json:"by,omitempty"` // the user who stopped it
	State   reply.FollowState `json:"state"`
}

// messageOf reads an intent: its payload, and the ts that is only in its progress yet.
func messageOf(i state.Intent) (message, error) {
	var m message
	if err := json.Unmarshal(i.Payload, &m); err != nil {
		return message{}, fmt.Errorf("read intent %s: %w", i.ID, err)
	}
	if m.TS == "" {
		m.TS = post.ProgressOf(i.Progress).TS
	}
	return m, nil
}

func (m message) intent() (state.Intent, error) {
	payload, err := json.Marshal(m)
	if err != nil {
		return state.Intent{}, fmt.Errorf("write the state of a follow: %w", err)
	}
	return state.Intent{ID: idOf(m.Channel, m.State.Task, m.State.Build), Kind: kind, Payload: payload}, nil
}

// idOf is the same for all follows of a build in a channel, so that there is one.
func idOf(channel, task string, build int64) string {
	return fmt.Sprintf("%s:%s:%s:%d", kind, channel, task, build)
}

// fingerprint is equal for replies that look the same.
func fingerprint(r reply.Reply) string {
	r.Follow, r.File = nil, nil
	content, err := json.Marshal(r)
	if err != nil {
		return "" // equals no other
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}
