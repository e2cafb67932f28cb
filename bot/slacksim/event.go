package slacksim

import (
	"context"
	"fmt"
	"time"
)

// Event is something that happened in a channel and that the app is told of
// until it acknowledges: at once, and when that fails at once again, after a
// minute and after five. Every attempt has an envelope id of its own; the event
// id stays.
type Event struct {
	ID   string // Ev…
	Type string // app_mention or message
	At   time.Time

	s        *Server
	channel  string
	text     string // of the message
	payload  map[string]any
	attempts int // s.mu guards it and what follows
	ackedAt  time.Time
	lost     bool
}

// EventStatus is how an event fares.
type EventStatus struct {
	Attempts int       // envelopes tried, those without a socket included
	AckedAt  time.Time // of any attempt, also a late one; zero until acknowledged
	Lost     bool      // all attempts failed
}

// retryAfter are the pauses before the further attempts.
var retryAfter = [...]time.Duration{0, time.Minute, 5 * time.Minute}

// Status returns how the event fares now.
func (e *Event) Status() EventStatus {
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	return EventStatus{e.attempts, e.ackedAt, e.lost}
}

// Settled waits until the event was acknowledged or is lost.
func (e *Event) Settled(ctx context.Context) error {
	return e.s.Wait(ctx, func() bool {
		st := e.Status()
		return st.Lost || !st.AckedAt.IsZero()
	})
}

// newEvent makes an event of a message; s.mu is held.
func (s *Server) newEvent(kind string, m *Message) *Event {
	now := s.cfg.Clock.Now()
	e := &Event{ID: newID("Ev"), Type: kind, At: now, s: s, channel: m.Channel, text: m.Text}
	event := s.wire(m)
	event["type"], event["channel"], event["event_ts"] = kind, m.Channel, m.TS
	if s.rooms[m.Channel].direct() {
		event["channel_type"] = "im"
	}
	e.payload = map[string]any{
		"type": "event_callback", "token": verification, "team_id": s.cfg.TeamID, "api_app_id": s.cfg.AppID,
		"event_id": e.ID, "event_time": now.Unix(), "event": event, "is_ext_shared_channel": false,
		"authorizations": []any{map[string]any{
			"enterprise_id": nil, "team_id": s.cfg.TeamID, "user_id": s.cfg.BotUser.ID, "is_bot": true,
			"is_enterprise_install": false,
		}},
	}
	return e
}

// deliver tries once to tell the app; reason is why the last attempt failed.
func (e *Event) deliver(reason string) {
	s := e.s
	if !s.begin() {
		return
	}
	defer s.work.Done()
	s.mu.Lock()
	if s.eventsSpent() {
		e.lost = true
		s.touch()
		tell := s.tellOfEventLimit()
		s.mu.Unlock()
		tell()
		return
	}
	d := &Delivery{Type: envelopeEvent, Typed: e.text, channel: e.channel, event: e}
	d.onFail = e.failed
	attempt := e.attempts
	e.attempts++
	c := s.dispatch(d, nil)
	s.mu.Unlock()
	if c != nil {
		s.sendOff(c, d, e.payload, map[string]any{"retry_attempt": attempt, "retry_reason": reason})
	}
}

// eventsSpent counts a delivery and reports whether the app has had all that it
// gets in this hour; s.mu is held.
func (s *Server) eventsSpent() bool {
	now := s.cfg.Clock.Now()
	if !now.Before(s.events.ends) {
		s.events = minute{ends: now.Add(time.Hour)}
	}
	if s.events.calls >= s.cfg.EventsPerHour {
		return true
	}
	s.events.calls++
	return false
}

// tellOfEventLimit prepares what the app is told instead of events, once a
// minute; s.mu is held, and not when the returned function is called.
func (s *Server) tellOfEventLimit() (tell func()) {
	now := s.cfg.Clock.Now().Truncate(time.Minute)
	if !now.After(s.limited) {
		return func() {}
	}
	s.limited = now
	d := &Delivery{Type: envelopeEvent, onFail: func(string) {}}
	c := s.dispatch(d, nil)
	if c == nil {
		return func() {}
	}
	payload := map[string]any{
		"type": "app_rate_limited", "token": verification, "team_id": s.cfg.TeamID, "api_app_id": s.cfg.AppID,
		"minute_rate_limited": now.Unix(),
	}
	return func() { s.sendOff(c, d, payload, nil) }
}

// failed plans the next attempt; s.mu is held.
func (e *Event) failed(why string) {
	reason := "timeout"
	if why == dispatchFailed {
		reason = "connection_failed"
	}
	switch {
	case !e.ackedAt.IsZero():
	case e.attempts > len(retryAfter):
		e.lost = true
		e.s.touch()
	default:
		e.s.cfg.Clock.AfterFunc(retryAfter[e.attempts-1], func() { e.again(reason) })
	}
}

// again makes a further attempt unless an acknowledgement came meanwhile.
func (e *Event) again(reason string) {
	if e.Status().AckedAt.IsZero() {
		e.deliver(reason)
	}
}

// echo tells the app of its own message in a conversation with one person, as
// Slack does; s.mu is held.
func (s *Server) echo(m *Message) {
	if s.rooms[m.Channel].direct() && m.OnlyFor == "" && s.scoped("im:history") && !s.closed {
		e := s.newEvent("message", m)
		s.work.Go(func() { e.deliver("") })
	}
}

// event decides what the app is told of a person's message: of everything in a
// conversation with it, and elsewhere of what mentions it, if it is a member.
// Without the scope it is told nothing. s.mu is held.
func (s *Server) event(r *room, m *Message) *Event {
	switch {
	case r.direct():
		if s.scoped("im:history") {
			return s.newEvent("message", m)
		}
	case !s.mentioned(m.Text):
	case !r.Bot:
		s.post(Message{
			Channel: r.ID, User: slackbot, OnlyFor: m.User, Via: viaSlack, ThreadTS: m.ThreadTS,
			Text: fmt.Sprintf("You mentioned <@%s>, but they're not in this channel.", s.cfg.BotUser.ID),
		})
	case s.scoped("app_mentions:read"):
		return s.newEvent("app_mention", m)
	}
	return nil
}
