package slacksim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// hook is one response URL: a right to post a few messages to one channel for
// one person, whatever the app's membership.
type hook struct {
	secret string
	inv    *Invocation
	until  time.Time
	uses   int
}

// newHook makes the response URL of a command; s.mu is held. Expired ones are
// kept as long as their command is remembered, to be answered as expired.
func (s *Server) newHook(inv *Invocation) *hook {
	h := &hook{secret: secret(), inv: inv, until: s.cfg.Clock.Now().Add(responseLife)}
	s.hooks[h.secret] = h
	return h
}

func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	record := Call{At: s.cfg.Clock.Now(), Method: viaResponseURL}
	no := s.useHook(w, r, &record)
	s.reply(w, record, map[string]any{}, no)
}

// useHook carries out one use. Only a message that was accepted counts as one.
func (s *Server) useHook(w http.ResponseWriter, r *http.Request, record *Call) *refusal {
	body := &countingReader{Reader: http.MaxBytesReader(w, r.Body, maxWebAPIBody)}
	var args map[string]string
	var err error
	if isJSON(r) {
		args, err = readJSONArgs(body)
	}
	record.Args, record.Bytes = args, body.n
	if err != nil || !isJSON(r) {
		return &refusal{code: "invalid_payload", status: http.StatusBadRequest, messages: []string{"the body must be JSON"}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hooks[r.PathValue("secret")]
	switch {
	case h == nil || s.cfg.Clock.Now().After(h.until):
		return &refusal{code: "expired_url", status: http.StatusNotFound}
	case h.uses >= responseUses:
		return &refusal{code: "used_url", status: http.StatusNotFound}
	}
	if args["response_type"] == "in_channel" {
		if no := s.pace(s.rooms[h.inv.Channel]); no != nil {
			return no
		}
	}
	if no := s.respond(h.inv, args, viaResponseURL); no != nil {
		no.status = http.StatusBadRequest
		return no
	}
	h.uses++
	return nil
}

// respond posts an answer to a command; s.mu is held. It is seen by the caller
// alone unless response_type is in_channel, in which case the typed command is
// shown too. There is no original message that replace_original could replace:
// it posts anew (bolt-js #2287, bolt-python #1268), and delete_original alone
// does nothing.
func (s *Server) respond(inv *Invocation, args map[string]string, via string) *refusal {
	if args["delete_original"] == "true" {
		return nil
	}
	text, blocks, no := s.content(args)
	if no != nil {
		return no
	}
	m := Message{
		Channel: inv.Channel, User: s.cfg.BotUser.ID, Text: text, Blocks: blocks,
		OnlyFor: inv.User, Via: via, Envelope: inv.EnvelopeID,
	}
	if args["response_type"] == "in_channel" {
		m.OnlyFor = ""
		if no := s.rooms[inv.Channel].thread(args["thread_ts"]); no != nil {
			return no
		}
		m.ThreadTS = args["thread_ts"]
		s.showCommand(inv)
	}
	s.post(m)
	return nil
}

// showCommand lets the channel see what was typed, once.
func (s *Server) showCommand(inv *Invocation) {
	if inv.shown {
		return
	}
	inv.shown = true
	s.post(Message{
		Channel: inv.Channel, User: inv.User, Via: viaCommand, Envelope: inv.EnvelopeID,
		Text: escape(strings.TrimSpace(inv.Command + " " + inv.Text)),
	})
}

// respondInAck treats the payload of an acknowledgement as an answer; s.mu is held.
func (s *Server) respondInAck(inv *Invocation, payload json.RawMessage) *refusal {
	args, err := readJSONArgs(strings.NewReader(string(payload)))
	if err != nil || len(args) == 0 {
		return nil // Bolt acknowledges with {} and no answer
	}
	return s.respond(inv, args, viaAck)
}
