package slacksim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"logbot/bot/slacksim/mrkdwn"
)

// maxFrameBytes bounds what is kept of the envelopes that were sent; the oldest
// go first.
const maxFrameBytes = 8 << 20 // ours

// frame is an envelope as it was sent to the app.
type frame struct {
	envelope string
	content  json.RawMessage
}

// pageCall is one thing the app sent, without its arguments.
type pageCall struct {
	Number int    `json:"number"` // counts from 0 since the start
	At     int64  `json:"at"`     // Unix milliseconds
	Method string `json:"method"`
	Status int    `json:"status"`
	Bytes  int64  `json:"bytes"`
	Error  string `json:"error,omitempty"`
}

// pageEnvelope is one thing the app was told, and how that fares.
type pageEnvelope struct {
	ID         string  `json:"id"`
	At         int64   `json:"at"` // Unix milliseconds
	Type       string  `json:"type"`
	What       string  `json:"what,omitempty"`   // the command or the kind of event
	AckMS      float64 `json:"ack_ms,omitempty"` // time to the acknowledgement
	Acked      bool    `json:"acked,omitempty"`
	Late       bool    `json:"late,omitempty"`
	Failure    string  `json:"failure,omitempty"`
	AckRefused string  `json:"ack_refused,omitempty"`
}

// keep remembers an envelope for the inspector.
func (p *page) keep(envelope string, sent any) {
	content, err := json.Marshal(sent)
	if err != nil {
		return // sending it fails as well, and says so
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frames = append(p.frames, frame{envelope, content})
	p.bytes += len(content)
	for p.bytes > maxFrameBytes && len(p.frames) > 1 {
		p.bytes -= len(p.frames[0].content)
		p.frames = slices.Delete(p.frames, 0, 1)
	}
}

func (p *page) frame(envelope string) json.RawMessage {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.frames {
		if f.envelope == envelope {
			return f.content
		}
	}
	return nil
}

// newCalls returns the calls that the page has not been told of; s.mu is held.
func (s *Server) newCalls(eye *pageEye) []pageCall {
	t := &s.traffic
	eye.calls = max(eye.calls, t.dropped)
	var list []pageCall
	for ; eye.calls < t.dropped+len(t.calls); eye.calls++ {
		c := t.calls[eye.calls-t.dropped]
		list = append(list, pageCall{eye.calls, c.At.UnixMilli(), c.Method, c.Status, c.Bytes, c.Error})
	}
	return list
}

// newEnvelopes returns what is new among the latest envelopes; s.mu is held.
func (s *Server) newEnvelopes(eye *pageEye) []pageEnvelope {
	var list []pageEnvelope
	now := map[string]pageEnvelope{}
	for _, id := range s.oldest[max(0, len(s.oldest)-pageEnvelopes):] {
		e := s.deliveries[id].pageEnvelope()
		now[id] = e
		if eye.envelopes[id] != e {
			list = append(list, e)
		}
	}
	eye.envelopes = now
	return list
}

func (d *Delivery) pageEnvelope() pageEnvelope {
	e := pageEnvelope{
		ID: d.EnvelopeID, At: d.At.UnixMilli(), Type: d.Type,
		Late: d.late, Failure: d.failure, AckRefused: d.ackBad,
	}
	if !d.ackedAt.IsZero() {
		e.Acked, e.AckMS = true, float64(d.ackedAt.Sub(d.At).Round(100*time.Microsecond))/float64(time.Millisecond)
	}
	switch {
	case d.event != nil:
		e.What = d.event.Type
	case d.hook != nil && d.hook.command != nil:
		e.What = d.hook.command.Command + " " + mrkdwn.Truncate(d.hook.command.Text, maxQuoted)
	}
	return e
}

// servePageCall sends the arguments of one call.
func (s *Server) servePageCall(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	s.mu.Lock()
	i := number - s.traffic.dropped
	known := err == nil && i >= 0 && i < len(s.traffic.calls)
	var c Call
	if known {
		c = s.traffic.calls[i]
	}
	s.mu.Unlock()
	if !known {
		pageError(w, http.StatusNotFound, "Call "+quoted(r.PathValue("number"))+" is not, or no longer, in the record.")
		return
	}
	writePageJSON(w, http.StatusOK, map[string]any{"args": c.Args})
}

// servePageEnvelope sends one envelope as the app got it.
func (s *Server) servePageEnvelope(w http.ResponseWriter, r *http.Request) {
	content := s.page.frame(r.PathValue("id"))
	if content == nil {
		pageError(w, http.StatusNotFound, "Envelope "+quoted(r.PathValue("id"))+" was not sent, or is no longer in the record.")
		return
	}
	writePageJSON(w, http.StatusOK, content)
}
