package slacksim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"logbot/bot/slacksim/mrkdwn"
)

// responseURL is the right to post a few messages to one channel as an answer to
// one person, even without membership.
type responseURL struct {
	path     string // first part of the path: commands, actions or app
	secret   string
	delivery *Delivery
	expires  time.Time
	uses     int
	command  *Invocation // shown with a public answer; nil for a click
	sourceTS string      // ts of the app's message that was clicked; empty for a command
}

// addResponseURL creates the response URL of a delivery; mu is held. An expired one
// is kept as long as its delivery, to answer expired_url.
func (ds *deliveries) addResponseURL(u *responseURL, d *Delivery, base string) string {
	u.secret, u.delivery, u.expires = newSecret(), d, ds.cfg.Clock.Now().Add(responseLife)
	d.responseURL = u
	ds.responseURLs[u.secret] = u
	return base + "/" + u.path + "/" + ds.cfg.TeamID + "/" + d.EnvelopeID + "/" + u.secret
}

// responses handles the answers to commands and interactions: through a response
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
		refused, reset = rs.faults.beforeCall(viaResponseURL, rs.channelOf(r.PathValue("secret")), r.Context().Done())
	}
	if refused == nil {
		refused = rs.use(r.PathValue("secret"), args)
	}
	if refused == nil && reset {
		refused = resetAfterCall()
	}
	rs.traffic.reply(w, record, map[string]any{}, refused)
}

// channelOf is the conversation that a response URL answers in; empty if it is unknown.
func (rs *responses) channelOf(secret string) string {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if u := rs.deliveries.responseURLs[secret]; u != nil {
		return u.delivery.channel
	}
	return ""
}

// readResponse reads the message that was sent to a response URL.
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

// use posts one answer. Only an accepted message counts as a use.
func (rs *responses) use(secret string, args map[string]string) *refusal {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	u := rs.deliveries.responseURLs[secret]
	switch {
	case u == nil || rs.cfg.Clock.Now().After(u.expires):
		return &refusal{code: "expired_url", status: http.StatusNotFound}
	case u.uses >= responseUses:
		return &refusal{code: "used_url", status: http.StatusNotFound}
	}
	if args["response_type"] == "in_channel" {
		if refused := rs.rates.admitPosts(rs.conversations[u.delivery.channel]); refused != nil {
			return refused
		}
	}
	if refused := rs.respond(u, args, viaResponseURL); refused != nil {
		refused.status = http.StatusBadRequest
		return refused
	}
	u.uses++
	return nil
}

// respond carries out an answer to a command, a click or a shortcut; mu is held.
// The answer is ephemeral unless response_type is in_channel, which also shows the
// typed command. replace_original and delete_original change the clicked message.
// For a command, which has no such message, replace_original posts a new one
// (bolt-js #2287, bolt-python #1268) and delete_original does nothing.
func (rs *responses) respond(u *responseURL, args map[string]string, via string) *refusal {
	r, d := rs.conversations[u.delivery.channel], u.delivery
	original := r.visibleMessage(u.sourceTS, d.user)
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
		rs.showTypedCommand(u.command)
	}
	rs.post(m)
	return nil
}

// showTypedCommand posts the typed command to the channel, once.
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
func (rs *responses) respondInAck(u *responseURL, payload json.RawMessage) *refusal {
	args, err := readJSONArgs(strings.NewReader(string(payload)))
	if err != nil || len(args) == 0 {
		return nil // Bolt sends {} without an answer
	}
	if len(args) == 1 && args["response_type"] == "in_channel" { // shows the typed command only
		rs.showTypedCommand(u.command)
		return nil
	}
	return rs.respond(u, args, viaAck)
}
