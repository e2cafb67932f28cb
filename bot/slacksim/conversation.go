package slacksim

import (
	"slices"
	"strconv"
	"strings"
)

// conversationsInfo implements conversations.info for public channels and those
// with the app as a member.
func (ch *chat) conversationsInfo(c *apiCall) (map[string]any, *refusal) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	r, refused := ch.lookup(c.args["channel"])
	if refused != nil {
		return nil, refused
	}
	if scope := readScope(r); !ch.scoped(scope) {
		return nil, ch.lacks(scope)
	}
	channel := ch.channelJSON(r)
	if c.args["include_num_members"] == "true" {
		channel["num_members"] = len(r.Members)
		if r.Bot {
			channel["num_members"] = len(r.Members) + 1
		}
	}
	return map[string]any{"channel": channel}, nil
}

// conversationsMembers implements conversations.members, in pages of limit.
func (ch *chat) conversationsMembers(c *apiCall) (map[string]any, *refusal) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	r, refused := ch.lookup(c.args["channel"])
	if refused != nil {
		return nil, refused
	}
	if scope := readScope(r); !ch.scoped(scope) {
		return nil, ch.lacks(scope)
	}
	limit, from := 100, 0
	if v := c.args["limit"]; v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 1000 {
			return nil, refuse("invalid_limit")
		}
		limit = n
	}
	if v := c.args["cursor"]; v != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(v, "members:"))
		if err != nil || n < 0 || n > len(r.Members) {
			return nil, refuse("invalid_cursor")
		}
		from = n
	}
	to, next := min(from+limit, len(r.Members)), ""
	if to < len(r.Members) {
		next = "members:" + strconv.Itoa(to)
	}
	return map[string]any{"members": append([]string{}, r.Members[from:to]...), "response_metadata": map[string]any{"next_cursor": next}}, nil
}

// conversationsJoin implements conversations.join for public channels.
func (ch *chat) conversationsJoin(c *apiCall) (map[string]any, *refusal) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	r, refused := ch.lookup(c.args["channel"])
	switch {
	case refused != nil:
		return nil, refused
	case r.Private:
		return nil, refuse("method_not_supported_for_channel_type")
	case r.Archived:
		return nil, refuse("is_archived")
	}
	r.Bot = true
	ch.touch()
	return map[string]any{"channel": ch.channelJSON(r)}, nil
}

// usersInfo implements users.info, also for the app's own user.
func (ch *chat) usersInfo(c *apiCall) (map[string]any, *refusal) {
	id := c.args["user"]
	people := append([]User{ch.cfg.BotUser}, ch.cfg.Users...)
	i := slices.IndexFunc(people, func(u User) bool { return u.ID == id })
	if i < 0 {
		return nil, refuse("user_not_found")
	}
	u := people[i]
	v := map[string]any{
		"id": u.ID, "team_id": ch.teamOf(u.ID), "name": u.Name, "real_name": u.Name, "deleted": false,
		"is_bot": i == 0, "is_admin": u.Admin, "is_owner": false, "tz": ch.cfg.Zone.String(),
		"is_restricted": u.Guest, "is_ultra_restricted": false, "is_stranger": u.Team != "" && u.Enterprise == "",
		"profile": map[string]any{"real_name": u.Name, "display_name": u.Name, "team": ch.cfg.TeamID},
	}
	if organisation := ch.enterpriseOf(u.ID); organisation != "" {
		v["enterprise_user"] = map[string]any{"id": u.ID, "enterprise_id": organisation, "enterprise_name": "Organisation"}
	}
	if c.args["include_locale"] == "true" {
		v["locale"] = u.locale()
	}
	return map[string]any{"user": v}, nil
}

// conversationsOpen implements conversations.open for one person.
func (ch *chat) conversationsOpen(c *apiCall) (map[string]any, *refusal) {
	users := strings.FieldsFunc(c.args["users"], func(r rune) bool { return r == ',' || r == ' ' })
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if id := c.args["channel"]; id != "" {
		r, refused := ch.lookup(id)
		switch {
		case refused != nil:
			return nil, refused
		case !r.isDirect():
			return nil, refuse("method_not_supported_for_channel_type")
		}
		users = r.Members
	}
	switch {
	case len(users) == 0:
		return nil, refuse("users_list_not_supplied")
	case slices.ContainsFunc(users, func(u string) bool { return !ch.isUser(u) }):
		return nil, refuse("user_not_found")
	case len(users) > 1:
		return nil, refuse("invalid_arguments", "conversations of several people are not known to this local Slack")
	case !ch.scoped("im:write"):
		return nil, ch.lacks("im:write")
	}
	r, opened := ch.openDirect(users[0])
	channel := map[string]any{"id": r.ID}
	if c.args["return_im"] == "true" {
		channel = ch.channelJSON(r)
	}
	return map[string]any{"channel": channel, "no_op": !opened, "already_open": !opened}, nil
}
