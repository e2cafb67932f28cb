package slacksim

import (
	"encoding/json"
	"strings"

	"logbot/bot/slacksim/blockkit"
)

// content reads what a message says from the arguments of a call.
func (s *Server) content(args map[string]string) (text string, blocks json.RawMessage, no *refusal) {
	for _, name := range []string{"attachments", "markdown_text"} {
		if v := args[name]; v != "" && v != "[]" {
			return "", nil, refuse("invalid_arguments", name+" is not known to this local Slack; use blocks")
		}
	}
	text = args["text"]
	if blocks, no = s.readBlocks(args["blocks"]); no != nil {
		return "", nil, no
	}
	if strings.TrimSpace(text) == "" && blocks == nil {
		return "", nil, refuse("no_text")
	}
	return text, blocks, nil
}

// readBlocks checks the JSON of a blocks argument; nil when there are none.
func (s *Server) readBlocks(raw string) (json.RawMessage, *refusal) {
	if raw == "" {
		return nil, nil
	}
	var blocks []any
	if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
		return nil, refuse("invalid_blocks_format")
	}
	if len(blocks) == 0 {
		return nil, nil
	}
	if p := s.shapes.CheckMessage(blocks); p != nil {
		return nil, refuse(p.Code, p.Messages...)
	}
	blockkit.AssignIDs(blocks)
	named, err := json.Marshal(blocks)
	if err != nil {
		return nil, refuse("invalid_blocks_format", err.Error())
	}
	return named, nil
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

func (s *Server) postMessage(c *call) (map[string]any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := c.args["channel"]
	if s.isUser(to) { // a person's id stands for the conversation with them
		r, _ := s.direct(to)
		to = r.ID
	}
	r, no := s.enter(to, false)
	if no == nil {
		no = s.pace(r)
	}
	if no != nil {
		return nil, no
	}
	ts, no := s.say(r, c.args, Message{Via: "chat.postMessage"})
	if no != nil {
		return nil, no
	}
	return map[string]any{"channel": r.ID, "ts": ts, "message": s.wire(r.message(ts))}, nil
}

func (s *Server) postEphemeral(c *call) (map[string]any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, no := s.enter(c.args["channel"], true)
	if no == nil && !r.has(c.args["user"]) {
		no = refuse("user_not_in_channel")
	}
	if no != nil {
		return nil, no
	}
	ts, no := s.say(r, c.args, Message{OnlyFor: c.args["user"], Via: "chat.postEphemeral"})
	if no != nil {
		return nil, no
	}
	return map[string]any{"message_ts": ts}, nil
}

// say posts what the arguments hold as m, in the app's name, and returns its
// ts; s.mu is held.
func (s *Server) say(r *room, args map[string]string, m Message) (string, *refusal) {
	text, blocks, no := s.content(args)
	if no == nil {
		no = r.thread(args["thread_ts"])
	}
	if no != nil {
		return "", no
	}
	m.Channel, m.User, m.ThreadTS = r.ID, s.cfg.BotUser.ID, args["thread_ts"]
	m.Broadcast = m.ThreadTS != "" && m.OnlyFor == "" && args["reply_broadcast"] == "true"
	m.Text, m.Blocks = text, blocks
	return s.post(m), nil
}

// ownMessage finds the message of the app that a call names; one of somebody
// else is refused with the error denied. s.mu is held.
func (s *Server) ownMessage(c *call, denied string) (*room, *Message, *refusal) {
	r, no := s.find(c.args["channel"])
	if no != nil {
		return nil, nil, no
	}
	m := r.message(c.args["ts"])
	switch {
	case c.args["ts"] == "":
		return nil, nil, missing("ts")
	case m == nil || m.Deleted:
		return nil, nil, refuse("message_not_found")
	case m.User != s.cfg.BotUser.ID:
		return nil, nil, refuse(denied)
	}
	return r, m, nil
}

// updateMessage replaces a message of the app. Ephemeral ones cannot be found;
// text without blocks takes the blocks away, and blocks with rich text can only
// give way to blocks with rich text (the page's block_mismatch).
func (s *Server) updateMessage(c *call) (map[string]any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, m, no := s.ownMessage(c, "cant_update_message")
	switch {
	case no != nil:
		return nil, no
	case r.Archived:
		return nil, refuse("is_inactive")
	case len(c.args["text"]) > maxUpdateBytes:
		return nil, refuse("msg_too_long")
	}
	text, blocks, no := s.content(c.args)
	switch {
	case no != nil:
		return nil, no
	case isRich(m.Blocks) && blocks != nil && !isRich(blocks):
		return nil, refuse("block_mismatch")
	}
	s.edit(m, func(m *Message) { m.Text, m.Blocks, m.Edited = text, blocks, true })
	return map[string]any{"channel": r.ID, "ts": m.TS, "text": text, "message": s.wire(m)}, nil
}

// isRich reports whether there is a rich_text block among the blocks.
func isRich(blocks json.RawMessage) bool {
	var list []struct{ Type string }
	_ = json.Unmarshal(blocks, &list) // was checked when posted, or is empty
	for _, b := range list {
		if b.Type == "rich_text" {
			return true
		}
	}
	return false
}

// deleteMessage takes a message of the app away. Ephemeral ones cannot be found.
func (s *Server) deleteMessage(c *call) (map[string]any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, m, no := s.ownMessage(c, "cant_delete_message")
	if no != nil {
		return nil, no
	}
	s.retract(m)
	return map[string]any{"channel": r.ID, "ts": m.TS}, nil
}

// getPermalink returns the address of a message.
func (s *Server) getPermalink(c *call) (map[string]any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, no := s.find(c.args["channel"])
	if no != nil {
		return nil, no
	}
	m := r.message(c.args["message_ts"])
	if m == nil {
		return nil, refuse("message_not_found")
	}
	link := c.base + "/archives/" + r.ID + "/p" + strings.Replace(m.TS, ".", "", 1)
	if m.ThreadTS != "" {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + r.ID
	}
	return map[string]any{"channel": r.ID, "permalink": link}, nil
}

// wire is a message as the Web API shows it.
func (s *Server) wire(m *Message) map[string]any {
	v := map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "team": s.cfg.TeamID}
	switch {
	case m.App != "": // posted through a webhook: there is no user
		v["subtype"], v["username"], v["bot_id"] = "bot_message", m.App, otherBotID
	case m.User == s.cfg.BotUser.ID:
		v["bot_id"], v["app_id"] = s.cfg.BotID, s.cfg.AppID
	case m.Via == viaComposer:
		v["client_msg_id"], v["blocks"] = m.clientID, composed(m.Text)
	}
	if m.User != "" {
		v["user"] = m.User
	}
	if m.Blocks != nil {
		v["blocks"] = m.Blocks
	}
	if m.Attachments != nil {
		v["attachments"] = m.Attachments
	}
	r := s.rooms[m.Channel]
	if m.ThreadTS != "" {
		v["thread_ts"] = m.ThreadTS
		if parent := r.message(m.ThreadTS); parent != nil {
			v["parent_user_id"] = parent.User
		}
	} else if n, last := r.replies(m.TS); n > 0 {
		v["thread_ts"], v["reply_count"], v["latest_reply"] = m.TS, n, last
	}
	if m.Broadcast {
		v["subtype"] = "thread_broadcast"
	}
	if len(m.Files) > 0 {
		files := make([]any, 0, len(m.Files))
		for _, f := range m.Files {
			if f.Deleted {
				files = append(files, map[string]any{"id": f.ID, "mode": "tombstone"})
				continue
			}
			files = append(files, map[string]any{"id": f.ID, "name": f.Name, "title": f.Title, "size": f.Size})
		}
		v["files"] = files
	}
	if len(m.Reactions) > 0 {
		list := make([]any, 0, len(m.Reactions))
		for _, name := range m.Reactions {
			list = append(list, map[string]any{"name": name, "count": 1, "users": []string{s.cfg.BotUser.ID}})
		}
		v["reactions"] = list
	}
	if m.Edited {
		v["edited"] = map[string]any{"user": m.User, "ts": m.TS}
	}
	return v
}
