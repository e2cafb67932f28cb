package slacksim

import "time"

// The limits of posting, which are Slack's own kind: messages a second in one
// channel, and messages a minute in the workspace.

// pace lets one message go to each of the rooms, or refuses all of them; s.mu is
// held. PostBurst may go to a channel at once.
func (s *Server) pace(rooms ...*room) *refusal {
	now := s.cfg.Clock.Now()
	var wait time.Duration
	if s.cfg.PostBurst > 0 {
		for _, r := range rooms {
			debt := max(0, r.allowed.Sub(now))
			wait = max(wait, debt-time.Duration(s.cfg.PostBurst-1)*eachPost)
		}
	}
	if most := s.cfg.PostsPerMinute; most > 0 {
		if !now.Before(s.posts.ends) {
			s.posts = minute{ends: now.Add(time.Minute)}
		}
		if s.posts.calls+len(rooms) > most {
			wait = max(wait, s.posts.ends.Sub(now))
		}
	}
	if wait > 0 {
		return tooFast(wait)
	}
	for _, r := range rooms {
		s.charge(r)
	}
	return nil
}

// charge counts a message that cannot be refused, because it came inside an
// acknowledgement; s.mu is held. The channel's debt is kept as the time at which
// it is paid off.
func (s *Server) charge(r *room) {
	now := s.cfg.Clock.Now()
	if r.allowed.Before(now) {
		r.allowed = now
	}
	r.allowed = r.allowed.Add(eachPost)
	s.posts.calls++
}
