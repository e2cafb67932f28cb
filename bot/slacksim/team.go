package slacksim

import "slices"

// teamOf returns the workspace of a user; unknown users and apps are of this one.
func (ws *workspace) teamOf(user string) string {
	if u, ok := ws.user(user); ok && u.Team != "" {
		return u.Team
	}
	return ws.cfg.TeamID
}

// enterpriseOf returns the organisation of a user's workspace, or nothing.
func (ws *workspace) enterpriseOf(user string) string {
	if u, ok := ws.user(user); ok && u.Team != "" {
		return u.Enterprise
	}
	return ws.cfg.Enterprise
}

func (ws *workspace) user(id string) (User, bool) {
	i := slices.IndexFunc(ws.cfg.Users, func(u User) bool { return u.ID == id })
	if i < 0 {
		return User{}, false
	}
	return ws.cfg.Users[i], true
}
