package slacksim

// messageJSON returns a message as the Web API shows it.
func (cs *channels) messageJSON(m *Message) map[string]any {
	v := map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "team": cs.teamOf(m.User)}
	switch {
	case m.Workflow: // neither a user nor a bot_id
		v["username"], v["app_id"] = m.App, otherAppID
	case m.App != "": // posted through a webhook: no user
		v["subtype"], v["username"], v["bot_id"] = "bot_message", m.App, otherBotID
	case m.User == cs.cfg.BotUser.ID:
		v["bot_id"], v["app_id"] = cs.cfg.BotID, cs.cfg.AppID
	case m.Via == viaComposer:
		v["client_msg_id"], v["blocks"] = m.clientID, composerBlocks(m.Text)
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
	r := cs.conversations[m.Channel]
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
			list = append(list, map[string]any{"name": name, "count": 1, "users": []string{cs.cfg.BotUser.ID}})
		}
		v["reactions"] = list
	}
	if m.Edited {
		v["edited"] = map[string]any{"user": m.User, "ts": m.TS}
	}
	return v
}

// channelJSON returns a channel as the Web API shows it.
func (cs *channels) channelJSON(r *conversation) map[string]any {
	v := map[string]any{
		"id": r.ID, "is_archived": r.Archived, "is_private": r.Private, "is_im": r.isConversation(), "is_mpim": r.Group,
		"is_shared": r.Shared, "is_ext_shared": r.Shared, "is_org_shared": false,
		"context_team_id": cs.cfg.TeamID,
	}
	if r.isConversation() {
		v["user"], v["is_open"] = r.Members[0], true
		return v
	}
	v["name"], v["name_normalized"], v["is_member"] = r.Name, r.Name, r.Bot
	v["is_channel"], v["is_group"] = !r.Private, r.Private
	return v
}
