package slacksim

import (
	"fmt"
	"slices"
	"strings"
)

// DirectMessage returns the conversation between a person and the app; the
// first call opens it.
func (s *Server) DirectMessage(user string) (channel string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isUser(user) {
		return "", fmt.Errorf("slacksim: no user %q", user)
	}
	r, _ := s.direct(user)
	return r.ID, nil
}

// direct finds or opens the conversation with a person; s.mu is held.
func (s *Server) direct(user string) (r *room, opened bool) {
	for _, id := range s.order {
		if r := s.rooms[id]; r.direct() && r.has(user) {
			return r, false
		}
	}
	r = &room{Channel: Channel{
		ID: newID("D"), Name: s.cfg.BotUser.Name, Private: true, Members: []string{user}, Bot: true,
	}}
	s.rooms[r.ID] = r
	s.order = append(s.order, r.ID)
	s.touch()
	return r, true
}

// conversationsOpen opens the conversation with one person.
func (s *Server) conversationsOpen(c *call) (map[string]any, *refusal) {
	users := strings.FieldsFunc(c.args["users"], func(r rune) bool { return r == ',' || r == ' ' })
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := c.args["channel"]; id != "" {
		r, no := s.find(id)
		switch {
		case no != nil:
			return nil, no
		case !r.direct():
			return nil, refuse("method_not_supported_for_channel_type")
		}
		users = r.Members
	}
	switch {
	case len(users) == 0:
		return nil, refuse("users_list_not_supplied")
	case slices.ContainsFunc(users, func(u string) bool { return !s.isUser(u) }):
		return nil, refuse("user_not_found")
	case len(users) > 1:
		return nil, refuse("invalid_arguments", "conversations of several people are not known to this local Slack")
	case !s.scoped("im:write"):
		return nil, s.lacks("im:write")
	}
	r, opened := s.direct(users[0])
	channel := map[string]any{"id": r.ID}
	if c.args["return_im"] == "true" {
		channel = s.wireChannel(r)
	}
	return map[string]any{"channel": channel, "no_op": !opened, "already_open": !opened}, nil
}
