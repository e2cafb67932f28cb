package slacksim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"logbot/bot/slacksim/mrkdwn"
)

// hook is one response URL: a right to post a few messages to one channel for
// one person, whatever the app's membership.
type hook struct {
	kind     string // first part of the path: commands, actions or app
	secret   string
	d        *Delivery
	until    time.Time
	uses     int
	command  *Invocation // whose text is shown with a public answer; nil for a click
	original string      // ts of the app's message that was clicked; empty when there is none
}

// addHook makes the response URL of a delivery; s.mu is held. Expired ones are
// kept as long as their delivery is remembered, to be answered as expired.
func (ds *deliveries) addHook(h *hook, d *Delivery, base string) string {
	h.secret, h.d, h.until = secret(), d, ds.cfg.Clock.Now().Add(responseLife)
	d.hook = h
	ds.hooks[h.secret] = h
	return base + "/" + h.kind + "/" + ds.cfg.TeamID + "/" + d.EnvelopeID + "/" + h.secret
}

// responses are the app's answers to commands and interactions: through a response
// URL or inside an acknowledgement.
type responses struct {
	*channels
	deliveries *deliveries
	faults     *faults
	traffic    *traffic
	rates      *rates
}

func (rs *responses) serveHook(w http.ResponseWriter, r *http.Request) {
	record := Call{At: rs.cfg.Clock.Now(), Method: viaResponseURL}
	args, no := readHook(w, r, &record)
	reset := false
	if no == nil {
		no, reset = rs.faults.disturb(viaResponseURL, r.Context().Done())
	}
	if no == nil {
		no = rs.useHook(r.PathValue("secret"), args)
	}
	if no == nil && reset {
		no = lostAnswer()
	}
	rs.traffic.reply(w, record, map[string]any{}, no)
}

// readHook reads the message sent to a response URL.
func readHook(w http.ResponseWriter, r *http.Request, record *Call) (map[string]string, *refusal) {
	body := &countingReader{Reader: http.MaxBytesReader(w, r.Body, maxWebAPIBody)}
	var args map[string]string
	var err error
	if isJSON(r) {
		args, err = readJSONArgs(body)
	}
	record.Args, record.Bytes = args, body.n
	if err != nil || !isJSON(r) {
		return nil, &refusal{code: "invalid_payload", status: http.StatusBadRequest, messages: []string{"the body must be JSON"}}
	}
	return args, nil
}

// useHook carries out one use. Only a message that was accepted counts as one.
func (rs *responses) useHook(secret string, args map[string]string) *refusal {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	h := rs.deliveries.hooks[secret]
	switch {
	case h == nil || rs.cfg.Clock.Now().After(h.until):
		return &refusal{code: "expired_url", status: http.StatusNotFound}
	case h.uses >= responseUses:
		return &refusal{code: "used_url", status: http.StatusNotFound}
	}
	if args["response_type"] == "in_channel" {
		if no := rs.rates.pace(rs.rooms[h.d.channel]); no != nil {
			return no
		}
	}
	if no := rs.respond(h, args, viaResponseURL); no != nil {
		no.status = http.StatusBadRequest
		return no
	}
	h.uses++
	return nil
}

// respond carries out an answer to a command, a click or a shortcut; s.mu is
// held. It is seen by the caller alone unless response_type is in_channel; with
// that, a typed command is shown too. replace_original and delete_original work
// on the app's message that was clicked. A command has none: there the first
// posts anew (bolt-js #2287, bolt-python #1268), and the second does nothing.
func (rs *responses) respond(h *hook, args map[string]string, via string) *refusal {
	r, d := rs.rooms[h.d.channel], h.d
	original := r.seenBy(h.original, d.user)
	if args["delete_original"] == "true" {
		if original != nil {
			rs.retract(original)
		}
		return nil
	}
	text, blocks, no := rs.content(args)
	if no != nil {
		return no
	}
	if args["replace_original"] == "true" && original != nil {
		rs.edit(original, func(m *Message) {
			m.Text, m.Blocks, m.Trouble = text, blocks, nil
			m.Edited = m.OnlyFor == ""
		})
		return nil
	}
	m := Message{
		Channel: r.ID, User: rs.cfg.BotUser.ID, Text: text, Blocks: blocks,
		OnlyFor: d.user, Via: via, Envelope: d.EnvelopeID,
	}
	if args["response_type"] == "in_channel" {
		m.OnlyFor = ""
		if no := r.thread(args["thread_ts"]); no != nil {
			return no
		}
		m.ThreadTS = args["thread_ts"]
		if via == viaAck {
			rs.rates.charge(r)
		}
		rs.showCommand(h.command)
	}
	rs.post(m)
	return nil
}

// showCommand lets the channel see what was typed, once.
func (rs *responses) showCommand(inv *Invocation) {
	if inv == nil || inv.shown {
		return
	}
	inv.shown = true
	rs.post(Message{
		Channel: inv.Channel, User: inv.User, Via: viaCommand, Envelope: inv.EnvelopeID,
		Text: mrkdwn.Escape(inv.Typed),
	})
}

// respondInAck treats the payload of an acknowledgement as an answer; s.mu is held.
func (rs *responses) respondInAck(h *hook, payload json.RawMessage) *refusal {
	args, err := readJSONArgs(strings.NewReader(string(payload)))
	if err != nil || len(args) == 0 {
		return nil // Bolt acknowledges with {} and no answer
	}
	if len(args) == 1 && args["response_type"] == "in_channel" { // shows what was typed, and no more
		rs.showCommand(h.command)
		return nil
	}
	return rs.respond(h, args, viaAck)
}
