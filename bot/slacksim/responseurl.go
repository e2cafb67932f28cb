package slacksim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"logbot/bot/slacksim/mrkdwn"
)

// responseURL is one response URL: a right to post a few messages to one channel for
// one person, whatever the app's membership.
type responseURL struct {
	path     string // first part of the path: commands, actions or app
	secret   string
	delivery *Delivery
	expires  time.Time
	uses     int
	command  *Invocation // whose text is shown with a public answer; nil for a click
	sourceTS string      // ts of the app's message that was clicked; empty when there is none
}

// addResponseURL makes the response URL of a delivery; mu is held. Expired ones are
// kept as long as their delivery is remembered, to be answered as expired.
func (ds *deliveries) addResponseURL(h *responseURL, d *Delivery, base string) string {
	h.secret, h.delivery, h.expires = newSecret(), d, ds.cfg.Clock.Now().Add(responseLife)
	d.responseURL = h
	ds.responseURLs[h.secret] = h
	return base + "/" + h.path + "/" + ds.cfg.TeamID + "/" + d.EnvelopeID + "/" + h.secret
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

func (rs *responses) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	record := Call{At: rs.cfg.Clock.Now(), Method: viaResponseURL}
	args, refused := readResponse(w, r, &record)
	reset := false
	if refused == nil {
		refused, reset = rs.faults.beforeCall(viaResponseURL, r.Context().Done())
	}
	if refused == nil {
		refused = rs.use(r.PathValue("secret"), args)
	}
	if refused == nil && reset {
		refused = resetAfterCall()
	}
	rs.traffic.reply(w, record, map[string]any{}, refused)
}

// readResponse reads the message sent to a response URL.
func readResponse(w http.ResponseWriter, r *http.Request, record *Call) (map[string]string, *refusal) {
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

// use carries out one use. Only a message that was accepted counts as one.
func (rs *responses) use(secret string, args map[string]string) *refusal {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	h := rs.deliveries.responseURLs[secret]
	switch {
	case h == nil || rs.cfg.Clock.Now().After(h.expires):
		return &refusal{code: "expired_url", status: http.StatusNotFound}
	case h.uses >= responseUses:
		return &refusal{code: "used_url", status: http.StatusNotFound}
	}
	if args["response_type"] == "in_channel" {
		if refused := rs.rates.admitPosts(rs.conversations[h.delivery.channel]); refused != nil {
			return refused
		}
	}
	if refused := rs.respond(h, args, viaResponseURL); refused != nil {
		refused.status = http.StatusBadRequest
		return refused
	}
	h.uses++
	return nil
}

// respond carries out an answer to a command, a click or a shortcut; s.mu is
// held. It is seen by the caller alone unless response_type is in_channel; with
// that, a typed command is shown too. replace_original and delete_original work
// on the app's message that was clicked. A command has none: there the first
// posts anew (bolt-js #2287, bolt-python #1268), and the second does nothing.
func (rs *responses) respond(h *responseURL, args map[string]string, via string) *refusal {
	r, d := rs.conversations[h.delivery.channel], h.delivery
	original := r.visibleMessage(h.sourceTS, d.user)
	if args["delete_original"] == "true" {
		if original != nil {
			rs.remove(original)
		}
		return nil
	}
	text, blocks, refused := rs.content(args)
	if refused != nil {
		return refused
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
		if refused := r.checkThread(args["thread_ts"]); refused != nil {
			return refused
		}
		m.ThreadTS = args["thread_ts"]
		if via == viaAck {
			rs.rates.countPost(r)
		}
		rs.showTypedCommand(h.command)
	}
	rs.post(m)
	return nil
}

// showTypedCommand lets the channel see what was typed, once.
func (rs *responses) showTypedCommand(inv *Invocation) {
	if inv == nil || inv.shown {
		return
	}
	inv.shown = true
	rs.post(Message{
		Channel: inv.Channel, User: inv.User, Via: viaCommand, Envelope: inv.EnvelopeID,
		Text: mrkdwn.Escape(inv.Typed),
	})
}

// respondInAck treats the payload of an acknowledgement as an answer; mu is held.
func (rs *responses) respondInAck(h *responseURL, payload json.RawMessage) *refusal {
	args, err := readJSONArgs(strings.NewReader(string(payload)))
	if err != nil || len(args) == 0 {
		return nil // Bolt acknowledges with {} and no answer
	}
	if len(args) == 1 && args["response_type"] == "in_channel" { // shows what was typed, and no more
		rs.showTypedCommand(h.command)
		return nil
	}
	return rs.respond(h, args, viaAck)
}
