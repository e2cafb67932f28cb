package slacksim

import (
	"encoding/json"
	"strings"
)

// chat implements the methods about messages, conversations, reactions and users.
type chat struct {
	*channels
	rates *rates
}

func (ch *chat) postMessage(c *apiCall) (map[string]any, *refusal) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	to := c.args["channel"]
	if ch.isUser(to) { // the id of a person means the direct message with them
		r, _ := ch.openDirect(to)
		to = r.ID
	}
	r, refused := ch.postable(to, false)
	if refused == nil {
		refused = ch.rates.admitPosts(r)
	}
	if refused != nil {
		return nil, refused
	}
	ts, refused := ch.say(r, c.args, Message{Via: "chat.postMessage"})
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"channel": r.ID, "ts": ts, "message": ch.messageJSON(r.message(ts))}, nil
}

func (ch *chat) postEphemeral(c *apiCall) (map[string]any, *refusal) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	r, refused := ch.postable(c.args["channel"], true)
	if refused == nil && !r.hasMember(c.args["user"]) {
		refused = refuse("user_not_in_channel")
	}
	if refused != nil {
		return nil, refused
	}
	ts, refused := ch.say(r, c.args, Message{OnlyFor: c.args["user"], Via: "chat.postEphemeral"})
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"message_ts": ts}, nil
}

// say posts m as the app with the content of the arguments and returns its ts; mu
// is held.
func (ch *chat) say(r *conversation, args map[string]string, m Message) (string, *refusal) {
	text, blocks, refused := ch.content(args)
	if refused == nil {
		refused = r.checkThread(args["thread_ts"])
	}
	if refused != nil {
		return "", refused
	}
	m.Channel, m.User, m.ThreadTS = r.ID, ch.cfg.BotUser.ID, args["thread_ts"]
	m.Broadcast = m.ThreadTS != "" && m.OnlyFor == "" && args["reply_broadcast"] == "true"
	m.Text, m.Blocks = text, blocks
	return ch.post(m), nil
}

// ownMessage returns the message of the app that a call names. For a message of
// another author it returns the error denied. mu is held.
func (ch *chat) ownMessage(c *apiCall, denied string) (*conversation, *Message, *refusal) {
	r, refused := ch.lookup(c.args["channel"])
	if refused != nil {
		return nil, nil, refused
	}
	m := r.message(c.args["ts"])
	switch {
	case c.args["ts"] == "":
		return nil, nil, missingArgument("ts")
	case m == nil || m.Deleted:
		return nil, nil, refuse("message_not_found")
	case m.User != ch.cfg.BotUser.ID:
		return nil, nil, refuse(denied)
	}
	return r, m, nil
}

// updateMessage implements chat.update. Ephemeral messages are not found. Text
// without blocks removes the blocks; blocks with rich text can only be replaced by
// blocks with rich text (the page's block_mismatch).
func (ch *chat) updateMessage(c *apiCall) (map[string]any, *refusal) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	r, m, refused := ch.ownMessage(c, "cant_update_message")
	switch {
	case refused != nil:
		return nil, refused
	case r.Archived:
		return nil, refuse("is_inactive")
	case len(c.args["text"]) > maxUpdateBytes:
		return nil, refuse("msg_too_long")
	}
	text, blocks, refused := ch.content(c.args)
	switch {
	case refused != nil:
		return nil, refused
	case isRich(m.Blocks) && blocks != nil && !isRich(blocks):
		return nil, refuse("block_mismatch")
	}
	ch.edit(m, func(m *Message) { m.Text, m.Blocks, m.Edited = text, blocks, true })
	return map[string]any{"channel": r.ID, "ts": m.TS, "text": text, "message": ch.messageJSON(m)}, nil
}

// isRich reports whether the blocks contain a rich_text block.
func isRich(blocks json.RawMessage) bool {
	var list []struct{ Type string }
	_ = json.Unmarshal(blocks, &list) // valid since it was posted, or empty
	for _, b := range list {
		if b.Type == "rich_text" {
			return true
		}
	}
	return false
}

// deleteMessage implements chat.delete. Ephemeral messages are not found.
func (ch *chat) deleteMessage(c *apiCall) (map[string]any, *refusal) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	r, m, refused := ch.ownMessage(c, "cant_delete_message")
	if refused != nil {
		return nil, refused
	}
	ch.remove(m)
	return map[string]any{"channel": r.ID, "ts": m.TS}, nil
}

// getPermalink implements chat.getPermalink.
func (ch *chat) getPermalink(c *apiCall) (map[string]any, *refusal) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	r, refused := ch.lookup(c.args["channel"])
	if refused != nil {
		return nil, refused
	}
	m := r.message(c.args["message_ts"])
	if m == nil {
		return nil, refuse("message_not_found")
	}
	link := c.baseURL + "/archives/" + r.ID + "/p" + strings.Replace(m.TS, ".", "", 1)
	if m.ThreadTS != "" {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + r.ID
	}
	return map[string]any{"channel": r.ID, "permalink": link}, nil
}

func (ch *chat) authTest(c *apiCall) (map[string]any, *refusal) {
	answer := map[string]any{
		"url": c.baseURL + "/", "team": ch.cfg.TeamName, "team_id": ch.cfg.TeamID,
		"user": ch.cfg.BotUser.Name, "user_id": ch.cfg.BotUser.ID,
		"bot_id": ch.cfg.BotID, "is_enterprise_install": ch.cfg.OrgInstall,
	}
	if ch.cfg.Enterprise != "" {
		answer["enterprise_id"] = ch.cfg.Enterprise
	}
	return answer, nil
}
