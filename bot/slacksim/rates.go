package slacksim

import "time"

// window counts in a fixed interval that begins with the first call.
type window struct {
	ends  time.Time
	count int
}

// rates counts calls, messages and events for Slack's rate limits. mu guards it.
type rates struct {
	*workspace
	perMethod  map[string]*window // calls, for the tiers
	postMinute window             // messages of the workspace in a minute
	eventHour  window             // events in an hour
	limitTold  time.Time          // the minute of the last app_rate_limited
}

// checkTier applies the rate tier of a method if Config.RateTiers is set. Slack
// guarantees the number of calls per minute and tolerates some more; the simulator
// does not.
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

// admitPosts admits one message to each of the conversations, or refuses all of
// them; mu is held. There are two limits: messages per second and channel, of which
// PostBurst may come at once, and messages per minute in the workspace.
func (rl *rates) admitPosts(conversations ...*conversation) *refusal {
	now := rl.cfg.Clock.Now()
	var wait time.Duration
	if rl.cfg.PostBurst > 0 {
		for _, r := range conversations {
			debt := max(0, r.nextPostAt.Sub(now))
			wait = max(wait, debt-time.Duration(rl.cfg.PostBurst-1)*postInterval)
		}
	}
	if most := rl.cfg.PostsPerMinute; most > 0 {
		if !now.Before(rl.postMinute.ends) {
			rl.postMinute = window{ends: now.Add(time.Minute)}
		}
		if rl.postMinute.count+len(conversations) > most {
			wait = max(wait, rl.postMinute.ends.Sub(now))
		}
	}
	if wait > 0 {
		return rateLimited(wait)
	}
	for _, r := range conversations {
		rl.countPost(r)
	}
	return nil
}

// countPost counts a message. It is called alone for one that cannot be refused
// because it came inside an acknowledgement. mu is held.
func (rl *rates) countPost(r *conversation) {
	now := rl.cfg.Clock.Now()
	if r.nextPostAt.Before(now) {
		r.nextPostAt = now
	}
	r.nextPostAt = r.nextPostAt.Add(postInterval)
	rl.postMinute.count++
}

// eventLimitReached counts a delivery unless the limit of this hour is reached,
// which it reports; mu is held.
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
