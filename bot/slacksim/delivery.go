package slacksim

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kinds of envelopes.
const (
	envelopeCommand     = "slash_commands"
	envelopeInteraction = "interactive"
	envelopeEvent       = "events_api"
)

// What people are told when something they did fails before the app answers.
const (
	operationTimeout = "operation_timeout" // not acknowledged within 3 s
	dispatchFailed   = "dispatch_failed"   // no socket to send it to
)

// Delivery is one envelope on its way to the app. Its exported fields do not
// change; Status tells how it fares.
type Delivery struct {
	EnvelopeID  string
	Type        string // of the envelope: slash_commands, interactive, events_api
	TriggerID   string // opens one modal within 3 s; empty when there is none
	ResponseURL string // empty when there is none
	At          time.Time
	// Typed is what the person did, in words: the command with its text, the
	// action id with the values, what was entered, the text of a message.
	Typed string

	s             *Server // its mu guards what follows
	user, channel string
	hook          *hook
	event         *Event // of an events_api envelope
	conn          *connection
	ackedAt       time.Time
	late          bool
	sent          bool
	failure       string
	ackBad        string // why the payload of the acknowledgement was refused
	triggered     bool   // the trigger has been exchanged for a modal
	stop          func() // the acknowledgement timer

	onAck  func(payload json.RawMessage) *refusal // takes a payload in time; nil takes none
	onFail func(why string)                       // tells who did it
}

// Status is how a delivery fares.
type Status struct {
	// Sent tells that the envelope was written to a socket which is no ghost. It
	// may still have been lost on a connection that broke.
	Sent    bool
	AckedAt time.Time // zero until acknowledged
	Late    bool      // acknowledged after the 3 s
	// Failure is why it failed: "operation_timeout", "dispatch_failed" (no
	// connection), or nothing. Whoever caused the delivery was told.
	Failure string
	// AckRefused is Slack's error name when the answer inside the
	// acknowledgement was not valid.
	AckRefused string
	// Answers came with the acknowledgement or through the response URL, in
	// order and as they are now.
	Answers []Message
}

// dispatch registers a delivery and picks the socket it goes to. Without one
// the socket is nil and the failure is told. With a hook, the delivery gets a
// response URL. s.mu is held.
func (s *Server) dispatch(d *Delivery, h *hook) *connection {
	d.s, d.EnvelopeID, d.At, d.stop = s, uuid(), s.cfg.Clock.Now(), func() {}
	s.remember(d)
	c := s.pickConnection()
	d.conn = c
	if c == nil {
		d.fail(dispatchFailed)
		return nil
	}
	if h != nil {
		d.ResponseURL = s.addHook(h, d, c.base)
	}
	d.stop = s.cfg.Clock.AfterFunc(ackWithin, func() { s.timeout(d) })
	s.touch()
	return c
}

// withTrigger gives the delivery a trigger id; s.mu is held.
func (s *Server) withTrigger(d *Delivery) {
	d.TriggerID = fmt.Sprintf("%d.%s", s.cfg.Clock.Now().UnixMilli(), strings.ToLower(secret()))
	s.triggers[d.TriggerID] = d
}

// sendOff writes the envelope to its socket. One that cannot be written is lost
// like any other frame on a dying socket: it is not acknowledged, and only an
// event is sent again.
func (s *Server) sendOff(c *connection, d *Delivery, payload any, more map[string]any) {
	frame := map[string]any{
		"envelope_id": d.EnvelopeID, "type": d.Type,
		"accepts_response_payload": d.onAck != nil, "payload": payload,
	}
	for k, v := range more {
		frame[k] = v
	}
	s.page.keep(d.EnvelopeID, frame)
	switch late := s.strikes(faultLate); {
	case s.strikes(faultGhost) || s.isGhost(c):
	case late:
		s.cfg.Clock.AfterFunc(slowBy, func() {
			if s.begin() {
				defer s.work.Done()
				s.hand(c, d, frame)
			}
		})
	default:
		s.hand(c, d, frame)
	}
}

// hand writes an envelope to its socket, and what is to go wrong with that.
func (s *Server) hand(c *connection, d *Delivery, frame map[string]any) {
	write := s.send
	if s.strikes(faultFragmented) {
		write = s.sendInPieces
	}
	if write(c, frame) == nil {
		s.mu.Lock()
		d.sent = true
		s.touch()
		s.mu.Unlock()
	}
	if s.strikes(faultWarning) {
		s.endSoon(c)
	}
	if s.strikes(faultRefresh) {
		s.end(c, "refresh_requested")
	}
	if s.strikes(faultLinkDisabled) {
		s.end(c, "link_disabled")
	}
	if s.strikes(faultTooMany) {
		s.end(c, "too_many_websockets")
	}
	if s.strikes(faultFreeze) {
		s.freeze(c)
	}
	if s.strikes(faultReset) {
		s.sever(c)
	}
}

// remember keeps the newest deliveries; the response URLs and triggers of
// forgotten ones end.
func (s *Server) remember(d *Delivery) {
	s.deliveries[d.EnvelopeID] = d
	s.oldest = append(s.oldest, d.EnvelopeID)
	if len(s.oldest) <= maxDeliveries {
		return
	}
	old := s.deliveries[s.oldest[0]]
	old.stop()
	delete(s.deliveries, old.EnvelopeID)
	delete(s.triggers, old.TriggerID)
	if old.hook != nil {
		delete(s.hooks, old.hook.secret)
	}
	s.oldest = slices.Delete(s.oldest, 0, 1)
}

// timeout ends the 3 s; after Close it does nothing.
func (s *Server) timeout(d *Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.ackedAt.IsZero() && !s.closed {
		d.fail(operationTimeout)
		s.touch()
	}
}

func (d *Delivery) fail(why string) {
	d.failure = why
	d.onFail(why)
}

// acked takes an acknowledgement from whatever socket. It stands in the traffic
// as soon as anybody can see that it came.
func (s *Server) acked(record Call, envelope string, payload json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record.Error = s.ackError(envelope, payload)
	s.noted(record)
}

// ackError takes an acknowledgement and returns what is wrong with it; s.mu is
// held.
func (s *Server) ackError(envelope string, payload json.RawMessage) string {
	d := s.deliveries[envelope]
	if d == nil {
		return "no such envelope"
	}
	if !d.ackedAt.IsZero() {
		return "acknowledged before"
	}
	d.stop()
	d.ackedAt = s.cfg.Clock.Now()
	if d.event != nil && d.event.ackedAt.IsZero() {
		d.event.ackedAt = d.ackedAt // also when late: it need not be told again
	}
	s.touch()
	switch {
	case d.failure != "":
		d.late = true
		return "late"
	case d.onAck == nil:
		return ""
	}
	if no := d.onAck(payload); no != nil {
		d.ackBad = no.code
		return no.code
	}
	return ""
}

// Status returns how the delivery fares now.
func (d *Delivery) Status() Status {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	st := d.status()
	r := d.s.rooms[d.channel]
	if r == nil {
		return st
	}
	for _, m := range r.messages {
		if m.Envelope == d.EnvelopeID && (m.Via == viaAck || m.Via == viaResponseURL) {
			st.Answers = append(st.Answers, m.copy())
		}
	}
	return st
}

// status is Status without the answers; s.mu is held.
func (d *Delivery) status() Status {
	return Status{Sent: d.sent, AckedAt: d.ackedAt, Late: d.late, Failure: d.failure, AckRefused: d.ackBad}
}

// Settled waits until the delivery was acknowledged or has failed.
func (d *Delivery) Settled(ctx context.Context) error {
	return d.s.Wait(ctx, func() bool {
		st := d.Status()
		return st.Failure != "" || !st.AckedAt.IsZero()
	})
}

// uuid returns a random id in the form of envelope ids.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
