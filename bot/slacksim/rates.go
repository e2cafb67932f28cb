package slacksim

import "time"

// minute counts the calls of one method from the first one on.
type minute struct {
	ends  time.Time
	calls int
}

// rates counts messages, calls and events for Slack's rate limits. The workspace's
// mu guards it.
type rates struct {
	*workspace
	minutes    map[string]*minute // of the tiers, by method
	postMinute minute             // of messages in the workspace
	eventHour  minute             // of an hour: events delivered
	limitTold  time.Time          // the minute in which the app was last told app_rate_limited
}

// meter applies the rate tier of a method where Config.RateTiers is set: so many
// calls in a minute that begins with the first. Slack promises no less and
// tolerates some more.
func (rl *rates) meter(name string, tier int) *refusal {
	if !rl.cfg.RateTiers || tier == special {
		return nil
	}
	rl.mu.Lock()
	defer rl.mu.Unlock()
	now := rl.cfg.Clock.Now()
	m := rl.minutes[name]
	if m == nil || !now.Before(m.ends) {
		m = &minute{ends: now.Add(time.Minute)}
		rl.minutes[name] = m
	}
	if m.calls >= tier {
		return tooFast(m.ends.Sub(now))
	}
	m.calls++
	return nil
}

// The limits of posting, which are Slack's own kind: messages a second in one
// channel, and messages a minute in the workspace.

// pace lets one message go to each of the rooms, or refuses all of them; s.mu is
// held. PostBurst may go to a channel at once.
func (rl *rates) pace(rooms ...*room) *refusal {
	now := rl.cfg.Clock.Now()
	var wait time.Duration
	if rl.cfg.PostBurst > 0 {
		for _, r := range rooms {
			debt := max(0, r.allowed.Sub(now))
			wait = max(wait, debt-time.Duration(rl.cfg.PostBurst-1)*eachPost)
		}
	}
	if most := rl.cfg.PostsPerMinute; most > 0 {
		if !now.Before(rl.postMinute.ends) {
			rl.postMinute = minute{ends: now.Add(time.Minute)}
		}
		if rl.postMinute.calls+len(rooms) > most {
			wait = max(wait, rl.postMinute.ends.Sub(now))
		}
	}
	if wait > 0 {
		return tooFast(wait)
	}
	for _, r := range rooms {
		rl.charge(r)
	}
	return nil
}

// charge counts a message that cannot be refused, because it came inside an
// acknowledgement; s.mu is held. The channel's debt is kept as the time at which
// it is paid off.
func (rl *rates) charge(r *room) {
	now := rl.cfg.Clock.Now()
	if r.allowed.Before(now) {
		r.allowed = now
	}
	r.allowed = r.allowed.Add(eachPost)
	rl.postMinute.calls++
}

// eventsSpent counts a delivery and reports whether the app has had all that it
// gets in this hour; s.mu is held.
func (rl *rates) eventsSpent() bool {
	now := rl.cfg.Clock.Now()
	if !now.Before(rl.eventHour.ends) {
		rl.eventHour = minute{ends: now.Add(time.Hour)}
	}
	if rl.eventHour.calls >= rl.cfg.EventsPerHour {
		return true
	}
	rl.eventHour.calls++
	return false
}
