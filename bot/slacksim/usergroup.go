package slacksim

import "slices"

// usergroupsList implements usergroups.list for the groups that are not disabled, unless
// include_disabled is set.
func (ch *chat) usergroupsList(c *apiCall) (map[string]any, *refusal) {
	all := []any{}
	for _, g := range ch.cfg.Groups {
		if g.Disabled && c.args["include_disabled"] != "true" {
			continue
		}
		v := map[string]any{
			"id": g.ID, "team_id": ch.cfg.TeamID, "is_usergroup": true, "name": g.Handle, "handle": g.Handle, "user_count": len(g.Members), "date_delete": 0,
		}
		if g.Disabled {
			v["date_delete"] = 1700000000
		}
		if c.args["include_users"] == "true" {
			v["users"] = append([]string{}, g.Members...)
		}
		all = append(all, v)
	}
	return map[string]any{"usergroups": all}, nil
}

// usergroupsUsersList implements usergroups.users.list.
func (ch *chat) usergroupsUsersList(c *apiCall) (map[string]any, *refusal) {
	i := slices.IndexFunc(ch.cfg.Groups, func(g UserGroup) bool {
		return g.ID == c.args["usergroup"] && (!g.Disabled || c.args["include_disabled"] == "true")
	})
	if i < 0 {
		return nil, refuse("no_such_subteam")
	}
	return map[string]any{"users": append([]string{}, ch.cfg.Groups[i].Members...)}, nil
}

// readScope is the scope that reads what a conversation is.
func readScope(r *conversation) string {
	switch {
	case r.isConversation():
		return "im:read"
	case r.Group:
		return "mpim:read"
	case r.Private:
		return "groups:read"
	}
	return "channels:read"
}
