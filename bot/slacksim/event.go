package slacksim

import (
	"context"
	"fmt"
	"time"
)

// Event is a message that the app is told of until it acknowledges: at once, at
// once again after a failure, after one minute and after five. Every attempt has an
// envelope id of its own; the event id stays the same.
type Event struct {
	ID   string // Ev…
	Type string // app_mention or message
	At   time.Time

	es       *events
	channel  string
	text     string // of the message
	payload  map[string]any
	attempts int // mu guards it and what follows
	ackedAt  time.Time
	lost     bool
}

// EventStatus is the state of an event.
type EventStatus struct {
	Attempts int       // envelopes, including those without a connection
	AckedAt  time.Time // of any attempt, even a late one; zero until acknowledged
	Lost     bool      // all attempts failed
}

// retryDelays are the pauses before each retry.
var retryDelays = [...]time.Duration{0, time.Minute, 5 * time.Minute}

// Status returns the current state of the event.
func (e *Event) Status() EventStatus {
	e.es.mu.Lock()
	defer e.es.mu.Unlock()
	return EventStatus{e.attempts, e.ackedAt, e.lost}
}

// Settled waits until the event was acknowledged or is lost.
func (e *Event) Settled(ctx context.Context) error {
	return e.es.Wait(ctx, func() bool {
		st := e.Status()
		return st.Lost || !st.AckedAt.IsZero()
	})
}

// events tells the app of messages that it is subscribed to.
type events struct {
	*channels
	deliveries *deliveries
	rates      *rates
}

// newEvent returns the event of a message; mu is held.
func (es *events) newEvent(kind string, m *Message) *Event {
	now := es.cfg.Clock.Now()
	e := &Event{ID: newID("Ev"), Type: kind, At: now, es: es, channel: m.Channel, text: m.Text}
	event := es.messageJSON(m)
	event["type"], event["channel"], event["event_ts"] = kind, m.Channel, m.TS
	r := es.conversations[m.Channel]
	if r.isDirect() {
		event["channel_type"] = "im"
	}
	if r.Shared && m.User != "" {
		event["user_team"], event["source_team"] = es.teamOf(m.User), es.teamOf(m.User)
	}
	var organisation any
	if es.cfg.Enterprise != "" {
		organisation = es.cfg.Enterprise
	}
	e.payload = map[string]any{
		"type": "event_callback", "token": verification, "team_id": es.cfg.TeamID, "api_app_id": es.cfg.AppID,
		"event_id": e.ID, "event_time": now.Unix(), "event": event, "is_ext_shared_channel": r.Shared,
		"authorizations": []any{map[string]any{
			"enterprise_id": organisation, "team_id": es.cfg.TeamID, "user_id": es.cfg.BotUser.ID, "is_bot": true,
			"is_enterprise_install": es.cfg.OrgInstall,
		}},
	}
	return e
}

// deliver makes one attempt; reason is why the last one failed.
func (e *Event) deliver(reason string) {
	es := e.es
	if !es.begin() {
		return
	}
	defer es.work.Done()
	es.mu.Lock()
	if es.rates.eventLimitReached() {
		e.lost = true
		es.touch()
		tell := es.limitNotice()
		es.mu.Unlock()
		tell()
		return
	}
	d := &Delivery{Type: envelopeEvent, Typed: e.text, channel: e.channel, event: e}
	d.onFail = e.scheduleRetry
	attempt := e.attempts
	e.attempts++
	c := es.deliveries.dispatch(d, nil)
	es.mu.Unlock()
	if c != nil {
		es.deliveries.sendEnvelope(c, d, e.payload, map[string]any{"retry_attempt": attempt, "retry_reason": reason})
	}
}

// limitNotice prepares app_rate_limited, which the app gets instead of events, once
// a minute. mu is held, but must not be held when tell is called.
func (es *events) limitNotice() (tell func()) {
	now := es.cfg.Clock.Now().Truncate(time.Minute)
	if !now.After(es.rates.limitTold) {
		return func() {}
	}
	es.rates.limitTold = now
	d := &Delivery{Type: envelopeEvent, onFail: func(string) {}}
	c := es.deliveries.dispatch(d, nil)
	if c == nil {
		return func() {}
	}
	payload := map[string]any{
		"type": "app_rate_limited", "token": verification, "team_id": es.cfg.TeamID, "api_app_id": es.cfg.AppID,
		"minute_rate_limited": now.Unix(),
	}
	return func() { es.deliveries.sendEnvelope(c, d, payload, nil) }
}

// scheduleRetry plans the next attempt; mu is held.
func (e *Event) scheduleRetry(why string) {
	reason := "timeout"
	if why == dispatchFailed {
		reason = "connection_failed"
	}
	switch {
	case !e.ackedAt.IsZero():
	case e.attempts > len(retryDelays):
		e.lost = true
		e.es.touch()
	default:
		e.es.cfg.Clock.AfterFunc(retryDelays[e.attempts-1], func() { e.retry(reason) })
	}
}

// retry makes another attempt unless the event was acknowledged meanwhile.
func (e *Event) retry(reason string) {
	if e.Status().AckedAt.IsZero() {
		e.deliver(reason)
	}
}

// tellOwnMessage sends the app an event for its own message in a direct message, as
// Slack does; mu is held.
func (es *events) tellOwnMessage(m *Message) {
	if es.conversations[m.Channel].isDirect() && m.OnlyFor == "" && es.scoped("im:history") && !es.closed {
		e := es.newEvent("message", m)
		es.work.Go(func() { e.deliver("") })
	}
}

// forMessage returns the event for a message of a person: for every direct message,
// and in channels with the app as a member for every message that mentions it.
// Without the scope it returns nil. mu is held.
func (es *events) forMessage(r *conversation, m *Message) *Event {
	switch {
	case r.isDirect():
		if es.scoped("im:history") {
			return es.newEvent("message", m)
		}
	case !es.mentionsApp(m.Text):
	case !r.Bot:
		es.post(Message{
			Channel: r.ID, User: slackbot, OnlyFor: m.User, Via: viaSlack, ThreadTS: m.ThreadTS,
			Text: fmt.Sprintf("You mentioned <@%s>, but they're not in this channel.", es.cfg.BotUser.ID),
		})
	case es.scoped("app_mentions:read"):
		return es.newEvent("app_mention", m)
	}
	return nil
}
