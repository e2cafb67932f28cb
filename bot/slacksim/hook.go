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
func (s *Server) addHook(h *hook, d *Delivery, base string) string {
	h.secret, h.d, h.until = secret(), d, s.cfg.Clock.Now().Add(responseLife)
	d.hook = h
	s.hooks[h.secret] = h
	return base + "/" + h.kind + "/" + s.cfg.TeamID + "/" + d.EnvelopeID + "/" + h.secret
}

func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	record := Call{At: s.cfg.Clock.Now(), Method: viaResponseURL}
	args, no := readHook(w, r, &record)
	reset := false
	if no == nil {
		no, reset = s.disturb(viaResponseURL, r.Context().Done())
	}
	if no == nil {
		no = s.useHook(r.PathValue("secret"), args)
	}
	if no == nil && reset {
		no = lostAnswer()
	}
	s.reply(w, record, map[string]any{}, no)
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
func (s *Server) useHook(secret string, args map[string]string) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hooks[secret]
	switch {
	case h == nil || s.cfg.Clock.Now().After(h.until):
		return &refusal{code: "expired_url", status: http.StatusNotFound}
	case h.uses >= responseUses:
		return &refusal{code: "used_url", status: http.StatusNotFound}
	}
	if args["response_type"] == "in_channel" {
		if no := s.pace(s.rooms[h.d.channel]); no != nil {
			return no
		}
	}
	if no := s.respond(h, args, viaResponseURL); no != nil {
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
func (s *Server) respond(h *hook, args map[string]string, via string) *refusal {
	r, d := s.rooms[h.d.channel], h.d
	original := r.seenBy(h.original, d.user)
	if args["delete_original"] == "true" {
		if original != nil {
			s.retract(original)
		}
		return nil
	}
	text, blocks, no := s.content(args)
	if no != nil {
		return no
	}
	if args["replace_original"] == "true" && original != nil {
		s.edit(original, func(m *Message) {
			m.Text, m.Blocks, m.Trouble = text, blocks, nil
			m.Edited = m.OnlyFor == ""
		})
		return nil
	}
	m := Message{
		Channel: r.ID, User: s.cfg.BotUser.ID, Text: text, Blocks: blocks,
		OnlyFor: d.user, Via: via, Envelope: d.EnvelopeID,
	}
	if args["response_type"] == "in_channel" {
		m.OnlyFor = ""
		if no := r.thread(args["thread_ts"]); no != nil {
			return no
		}
		m.ThreadTS = args["thread_ts"]
		if via == viaAck {
			s.charge(r)
		}
		s.showCommand(h.command)
	}
	s.post(m)
	return nil
}

// showCommand lets the channel see what was typed, once.
func (s *Server) showCommand(inv *Invocation) {
	if inv == nil || inv.shown {
		return
	}
	inv.shown = true
	s.post(Message{
		Channel: inv.Channel, User: inv.User, Via: viaCommand, Envelope: inv.EnvelopeID,
		Text: mrkdwn.Escape(inv.Typed),
	})
}

// respondInAck treats the payload of an acknowledgement as an answer; s.mu is held.
func (s *Server) respondInAck(h *hook, payload json.RawMessage) *refusal {
	args, err := readJSONArgs(strings.NewReader(string(payload)))
	if err != nil || len(args) == 0 {
		return nil // Bolt acknowledges with {} and no answer
	}
	if len(args) == 1 && args["response_type"] == "in_channel" { // shows what was typed, and no more
		s.showCommand(h.command)
		return nil
	}
	return s.respond(h, args, viaAck)
}
