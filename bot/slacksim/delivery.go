package slacksim

import (
	"context"
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

	ds            *deliveries // the workspace's mu guards what follows
	user, channel string
	responseURL   *responseURL
	event         *Event // of an events_api envelope
	conn          *connection
	ackedAt       time.Time
	late          bool
	sent          bool
	failure       string
	ackRefused    string // why the payload of the acknowledgement was refused
	triggerUsed   bool   // the trigger has been exchanged for a modal
	stopTimer     func() // the acknowledgement timer

	onAck  func(payload json.RawMessage) *refusal // takes a payload in time; nil takes none
	onFail func(why string)                       // tells who did it
}

// deliveries sends envelopes to the app and remembers the newest of them. The
// workspace's mu guards them.
type deliveries struct {
	*channels
	sockets *sockets
	faults  *faults
	traffic *traffic
	sent    *sentFrames

	byEnvelope   map[string]*Delivery
	envelopeIDs  []string                // in order of creation
	byTrigger    map[string]*Delivery    // by trigger id
	responseURLs map[string]*responseURL // response URLs by their secret
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
// response URL. mu is held.
func (ds *deliveries) dispatch(d *Delivery, h *responseURL) *connection {
	d.ds, d.EnvelopeID, d.At, d.stopTimer = ds, uuid(), ds.cfg.Clock.Now(), func() {}
	ds.remember(d)
	c := ds.sockets.pickConnection()
	d.conn = c
	if c == nil {
		d.fail(dispatchFailed)
		return nil
	}
	if h != nil {
		d.ResponseURL = ds.addResponseURL(h, d, c.baseURL)
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

// sendEnvelope writes the envelope to its socket. One that cannot be written is lost
// like any other frame on a dying socket: it is not acknowledged, and only an
// event is sent again.
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
}

// writeEnvelope writes an envelope to its socket, and what is to go wrong with that.
func (ds *deliveries) writeEnvelope(c *connection, d *Delivery, frame map[string]any) {
	write := ds.sockets.send
	if ds.faults.fires(faultFragmented) {
		write = ds.sockets.sendFragmented
	}
	if write(c, frame) == nil {
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

// remember keeps the newest deliveries; the response URLs and triggers of
// forgotten ones end.
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

// ackTimedOut ends the 3 s; after Close it does nothing.
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

// Status returns how the delivery fares now.
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

// useTrigger uses a trigger up and returns whose it is.
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

// Invocation is one command on its way.
type Invocation struct {
	SlashCommand
	*Delivery

	shown bool // the channel has seen what was typed; mu guards it
}

// SlashCommand is what a person types.
type SlashCommand struct {
	Channel string // id; the person must be a member
	User    string // id
	Command string // "/logs"
	Text    string // the rest, without the blank
}

// whisper lets Slack itself tell whoever caused the delivery, and nobody else.
func (ds *deliveries) whisper(d *Delivery, text string) {
	ds.post(Message{
		Channel: d.channel, User: slackbot, OnlyFor: d.user, Via: viaSlack, Envelope: d.EnvelopeID, Text: text,
	})
}
