package slacksim

import "slices"

// conversationsInfo describes a channel that the app may see: a public one, or
// any other of which it is a member.
func (s *Server) conversationsInfo(c *call) (map[string]any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, no := s.find(c.args["channel"])
	if no != nil {
		return nil, no
	}
	scope := "channels:read"
	switch {
	case r.direct():
		scope = "im:read"
	case r.Private:
		scope = "groups:read"
	}
	if !s.scoped(scope) {
		return nil, s.lacks(scope)
	}
	channel := s.wireChannel(r)
	if c.args["include_num_members"] == "true" {
		channel["num_members"] = len(r.Members)
		if r.Bot {
			channel["num_members"] = len(r.Members) + 1
		}
	}
	return map[string]any{"channel": channel}, nil
}

// wireChannel is a channel as the Web API shows it.
func (s *Server) wireChannel(r *room) map[string]any {
	v := map[string]any{
		"id": r.ID, "is_archived": r.Archived, "is_private": r.Private, "is_im": r.direct(), "is_mpim": false,
		"context_team_id": s.cfg.TeamID,
	}
	if r.direct() {
		v["user"], v["is_open"] = r.Members[0], true
		return v
	}
	v["name"], v["name_normalized"], v["is_member"] = r.Name, r.Name, r.Bot
	v["is_channel"], v["is_group"] = !r.Private, r.Private
	return v
}

// conversationsJoin makes the app a member of a public channel.
func (s *Server) conversationsJoin(c *call) (map[string]any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, no := s.find(c.args["channel"])
	switch {
	case no != nil:
		return nil, no
	case r.Private:
		return nil, refuse("method_not_supported_for_channel_type")
	case r.Archived:
		return nil, refuse("is_archived")
	}
	r.Bot = true
	s.touch()
	return map[string]any{"channel": s.wireChannel(r)}, nil
}

// usersInfo describes a person or the app's own user.
func (s *Server) usersInfo(c *call) (map[string]any, *refusal) {
	id := c.args["user"]
	people := append([]User{s.cfg.BotUser}, s.cfg.Users...)
	i := slices.IndexFunc(people, func(u User) bool { return u.ID == id })
	if i < 0 {
		return nil, refuse("user_not_found")
	}
	u := people[i]
	v := map[string]any{
		"id": u.ID, "team_id": s.cfg.TeamID, "name": u.Name, "real_name": u.Name, "deleted": false,
		"is_bot": i == 0, "is_admin": u.Admin, "is_owner": false, "tz": s.cfg.Zone.String(),
		"profile": map[string]any{"real_name": u.Name, "display_name": u.Name, "team": s.cfg.TeamID},
	}
	if c.args["include_locale"] == "true" {
		v["locale"] = u.locale()
	}
	return map[string]any{"user": v}, nil
}
