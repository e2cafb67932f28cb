package slacksim

import "time"

// window counts the calls of one method from the first one on.
type window struct {
	ends  time.Time
	count int
}

// rates counts messages, calls and events for Slack's rate limits. The workspace's
// mu guards it.
type rates struct {
	*workspace
	perMethod  map[string]*window // of the tiers, by method
	postMinute window             // of messages in the workspace
	eventHour  window             // of an hour: events delivered
	limitTold  time.Time          // the minute in which the app was last told app_rate_limited
}

// checkTier applies the rate tier of a method where Config.RateTiers is set: so many
// calls in a minute that begins with the first. Slack promises no less and
// tolerates some more.
func (rl *rates) checkTier(name string, tier int) *refusal {
	if !rl.cfg.RateTiers || tier == special {
		return nil
	}
	rl.mu.Lock()
	defer rl.mu.Unlock()
	now := rl.cfg.Clock.Now()
	m := rl.perMethod[name]
	if m == nil || !now.Before(m.ends) {
		m = &window{ends: now.Add(time.Minute)}
		rl.perMethod[name] = m
	}
	if m.count >= tier {
		return rateLimited(m.ends.Sub(now))
	}
	m.count++
	return nil
}

// The limits of posting, which are Slack's own kind: messages a second in one
// channel, and messages a minute in the workspace.

// admitPosts lets one message go to each of the rooms, or refuses all of them; s.mu is
// held. PostBurst may go to a channel at once.
func (rl *rates) admitPosts(rooms ...*conversation) *refusal {
	now := rl.cfg.Clock.Now()
	var wait time.Duration
	if rl.cfg.PostBurst > 0 {
		for _, r := range rooms {
			debt := max(0, r.nextPostAt.Sub(now))
			wait = max(wait, debt-time.Duration(rl.cfg.PostBurst-1)*postInterval)
		}
	}
	if most := rl.cfg.PostsPerMinute; most > 0 {
		if !now.Before(rl.postMinute.ends) {
			rl.postMinute = window{ends: now.Add(time.Minute)}
		}
		if rl.postMinute.count+len(rooms) > most {
			wait = max(wait, rl.postMinute.ends.Sub(now))
		}
	}
	if wait > 0 {
		return rateLimited(wait)
	}
	for _, r := range rooms {
		rl.countPost(r)
	}
	return nil
}

// countPost counts a message that cannot be refused, because it came inside an
// acknowledgement; mu is held. The channel's debt is kept as the time at which
// it is paid off.
func (rl *rates) countPost(r *conversation) {
	now := rl.cfg.Clock.Now()
	if r.nextPostAt.Before(now) {
		r.nextPostAt = now
	}
	r.nextPostAt = r.nextPostAt.Add(postInterval)
	rl.postMinute.count++
}

// eventLimitReached counts a delivery and reports whether the app has had all that it
// gets in this hour; mu is held.
func (rl *rates) eventLimitReached() bool {
	now := rl.cfg.Clock.Now()
	if !now.Before(rl.eventHour.ends) {
		rl.eventHour = window{ends: now.Add(time.Hour)}
	}
	if rl.eventHour.count >= rl.cfg.EventsPerHour {
		return true
	}
	rl.eventHour.count++
	return false
}
