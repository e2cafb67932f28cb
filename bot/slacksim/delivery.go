package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
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

// Why a delivery failed, in the words that people are told.
const (
	operationTimeout = "operation_timeout" // not acknowledged within 3 s
	dispatchFailed   = "dispatch_failed"   // no socket to send it to
)

// Delivery is an envelope for the app. Its exported fields do not change; Status
// returns its state.
type Delivery struct {
	EnvelopeID  string
	Type        string // of the envelope: slash_commands, interactive, events_api
	TriggerID   string // opens one modal within 3 s; empty for events
	ResponseURL string // empty for events and modals
	At          time.Time
	// Typed is what the person did, as text: the command line, the action id with
	// the values, the input of a modal, the text of a message.
	Typed string

	ds            *deliveries // its mu guards what follows
	user, channel string
	responseURL   *responseURL
	event         *Event // of an events_api envelope
	conn          *connection
	ackedAt       time.Time
	late          bool
	sent          bool
	failure       string
	ackRefused    string // why the payload of the acknowledgement was refused
	triggerUsed   bool   // a modal was opened with the trigger
	stopTimer     func() // the acknowledgement timer

	onAck  func(payload json.RawMessage) *refusal // applies the payload of a timely acknowledgement; may be nil
	onFail func(why string)                       // tells the person
}

// deliveries sends envelopes to the app and remembers the newest ones. mu guards
// its fields.
type deliveries struct {
	*channels
	sockets *sockets
	faults  *faults
	traffic *traffic
	sent    *sentFrames

	byEnvelope   map[string]*Delivery
	envelopeIDs  []string                // in order of creation
	byTrigger    map[string]*Delivery    // by trigger id
	responseURLs map[string]*responseURL // by their secret
}

// Status is the state of a delivery.
type Status struct {
	// Sent reports that the envelope was written to a socket that is not a ghost.
	// It may still have been lost on a broken connection.
	Sent    bool
	AckedAt time.Time // zero until acknowledged
	Late    bool      // acknowledged after more than 3 s
	// Failure is "operation_timeout", "dispatch_failed" (no connection), or empty.
	// The person who caused the delivery was told.
	Failure string
	// AckRefused is Slack's error name if the payload of the acknowledgement was
	// not valid.
	AckRefused string
	// Answers are the messages that came with the acknowledgement or through the
	// response URL, in order and with later changes.
	Answers []Message
}

// dispatch registers a delivery and picks its socket. Without a connection it
// returns nil and reports the failure. The delivery gets the response URL u unless
// it is nil. mu is held.
func (ds *deliveries) dispatch(d *Delivery, u *responseURL) *connection {
	d.ds, d.EnvelopeID, d.At, d.stopTimer = ds, uuid(), ds.cfg.Clock.Now(), func() {}
	ds.remember(d)
	c := ds.sockets.pickConnection()
	d.conn = c
	if c == nil {
		d.fail(dispatchFailed)
		return nil
	}
	if u != nil {
		d.ResponseURL = ds.addResponseURL(u, d, c.baseURL)
	}
	d.stopTimer = ds.cfg.Clock.AfterFunc(ackTimeout, func() { ds.ackTimedOut(d) })
	ds.touch()
	return c
}

// addTrigger gives the delivery a trigger id; mu is held.
func (ds *deliveries) addTrigger(d *Delivery) {
	d.TriggerID = fmt.Sprintf("%d.%s", ds.cfg.Clock.Now().UnixMilli(), strings.ToLower(newSecret()))
	ds.byTrigger[d.TriggerID] = d
}

// sendEnvelope writes the envelope to its socket. If that fails, the envelope is
// lost, as on any broken socket: it is not acknowledged, and only events are
// retried.
func (ds *deliveries) sendEnvelope(c *connection, d *Delivery, payload any, more map[string]any) {
	frame := map[string]any{
		"envelope_id": d.EnvelopeID, "type": d.Type,
		"accepts_response_payload": d.onAck != nil, "payload": payload,
	}
	for k, v := range more {
		frame[k] = v
	}
	ds.sent.add(d.EnvelopeID, frame)
	switch late := ds.faults.fires(faultLate); {
	case ds.faults.fires(faultGhost) || ds.sockets.isGhost(c):
	case late:
		ds.cfg.Clock.AfterFunc(slowDelay, func() {
			if ds.begin() {
				defer ds.work.Done()
				ds.writeEnvelope(c, d, frame)
			}
		})
	default:
		ds.writeEnvelope(c, d, frame)
	}
	if ds.faults.fires(faultTwice) {
		for _, other := range ds.sockets.liveConnections() {
			if other != c {
				_ = ds.sockets.send(other, frame) // it may be closing
			}
		}
	}
}

// instead picks another socket for an envelope whose own the app had closed, with both
// close frames exchanged, before it was written. That Slack does so is not documented;
// nothing went out, so it can know. It returns nil if there is no other.
func (ds *deliveries) instead(c *connection, d *Delivery) *connection {
	ds.sockets.removeConnection(c)
	ds.mu.Lock()
	defer ds.mu.Unlock()
	other := ds.sockets.pickConnection()
	if other != nil {
		d.conn = other
	}
	return other
}

// writeEnvelope writes an envelope to its socket and applies the faults that
// concern it.
func (ds *deliveries) writeEnvelope(c *connection, d *Delivery, frame map[string]any) {
	write := ds.sockets.send
	if ds.faults.fires(faultFragmented) {
		write = ds.sockets.sendFragmented
	}
	err := write(c, frame)
	if errors.Is(err, net.ErrClosed) {
		if other := ds.instead(c, d); other != nil {
			c, err = other, write(other, frame)
		}
	}
	if err == nil {
		ds.mu.Lock()
		d.sent = true
		ds.touch()
		ds.mu.Unlock()
	}
	if ds.faults.fires(faultWarning) {
		ds.sockets.warnAndClose(c)
	}
	if ds.faults.fires(faultRefresh) {
		ds.sockets.closeWith(c, "refresh_requested")
	}
	if ds.faults.fires(faultLinkDisabled) {
		ds.sockets.closeWith(c, "link_disabled")
	}
	if ds.faults.fires(faultTooMany) {
		ds.sockets.closeWith(c, "too_many_websockets")
	}
	if ds.faults.fires(faultFreeze) {
		ds.sockets.freeze(c)
	}
	if ds.faults.fires(faultReset) {
		ds.sockets.cut(c)
	}
}

// remember adds a delivery and drops the oldest one above maxDeliveries, with its
// response URL and trigger.
func (ds *deliveries) remember(d *Delivery) {
	ds.byEnvelope[d.EnvelopeID] = d
	ds.envelopeIDs = append(ds.envelopeIDs, d.EnvelopeID)
	if len(ds.envelopeIDs) <= maxDeliveries {
		return
	}
	old := ds.byEnvelope[ds.envelopeIDs[0]]
	old.stopTimer()
	delete(ds.byEnvelope, old.EnvelopeID)
	delete(ds.byTrigger, old.TriggerID)
	if old.responseURL != nil {
		delete(ds.responseURLs, old.responseURL.secret)
	}
	ds.envelopeIDs = slices.Delete(ds.envelopeIDs, 0, 1)
}

// ackTimedOut fails a delivery that was not acknowledged within 3 s.
func (ds *deliveries) ackTimedOut(d *Delivery) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if d.ackedAt.IsZero() && !ds.closed {
		d.fail(operationTimeout)
		ds.touch()
	}
}

func (d *Delivery) fail(why string) {
	d.failure = why
	d.onFail(why)
}

// Status returns the current state of the delivery.
func (d *Delivery) Status() Status {
	d.ds.mu.Lock()
	defer d.ds.mu.Unlock()
	st := d.status()
	r := d.ds.conversations[d.channel]
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

// status is Status without the answers; mu is held.
func (d *Delivery) status() Status {
	return Status{Sent: d.sent, AckedAt: d.ackedAt, Late: d.late, Failure: d.failure, AckRefused: d.ackRefused}
}

// Settled waits until the delivery was acknowledged or has failed.
func (d *Delivery) Settled(ctx context.Context) error {
	return d.ds.Wait(ctx, func() bool {
		st := d.Status()
		return st.Failure != "" || !st.AckedAt.IsZero()
	})
}

// useTrigger marks a trigger as used and returns the id of its user.
func (ds *deliveries) useTrigger(trigger string) (user string, refused *refusal) {
	d := ds.byTrigger[trigger]
	switch {
	case trigger == "":
		return "", missingArgument("trigger_id")
	case d == nil:
		return "", refuse("invalid_trigger_id")
	case d.triggerUsed:
		return "", refuse("exchanged_trigger_id")
	case ds.cfg.Clock.Now().Sub(d.At) > triggerLife:
		return "", refuse("expired_trigger_id")
	}
	d.triggerUsed = true
	return d.user, nil
}

// Invocation is a slash command that was typed.
type Invocation struct {
	SlashCommand
	*Delivery

	shown bool // the command line was posted to the channel; mu guards it
}

// SlashCommand is a slash command to type.
type SlashCommand struct {
	Channel string // id; the person must be a member
	User    string // id
	Command string // "/logs"
	Text    string // what follows the command and a space
}

// whisper posts an ephemeral message by Slack itself to the person who caused the
// delivery.
func (ds *deliveries) whisper(d *Delivery, text string) {
	ds.post(Message{
		Channel: d.channel, User: slackbot, OnlyFor: d.user, Via: viaSlack, Envelope: d.EnvelopeID, Text: text,
	})
}
