package slacksim

import "time"

// minute counts the calls of one method from the first one on.
type minute struct {
	ends  time.Time
	calls int
}

// meter applies the rate tier of a method where Config.RateTiers is set: so many
// calls in a minute that begins with the first. Slack promises no less and
// tolerates some more.
func (s *Server) meter(name string, tier int) *refusal {
	if !s.cfg.RateTiers || tier == special {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Clock.Now()
	m := s.minutes[name]
	if m == nil || !now.Before(m.ends) {
		m = &minute{ends: now.Add(time.Minute)}
		s.minutes[name] = m
	}
	if m.calls >= tier {
		return tooFast(m.ends.Sub(now))
	}
	m.calls++
	return nil
}
