package slacksim

import (
	"net/http"
	"strconv"
	"time"

	"logbot/bot/slacksim/mrkdwn"
)

// pageCall is one thing that the app sent, without its arguments.
type pageCall struct {
	Number int    `json:"number"` // counts from 0 since the start
	At     int64  `json:"at"`     // Unix milliseconds
	Method string `json:"method"`
	Status int    `json:"status"`
	Bytes  int64  `json:"bytes"`
	Error  string `json:"error,omitempty"`
}

// pageEnvelope is one envelope and its state.
type pageEnvelope struct {
	ID         string  `json:"id"`
	At         int64   `json:"at"` // Unix milliseconds
	Type       string  `json:"type"`
	What       string  `json:"what,omitempty"`   // the command line or the type of the event
	AckMS      float64 `json:"ack_ms,omitempty"` // time to the acknowledgement
	Acked      bool    `json:"acked,omitempty"`
	Late       bool    `json:"late,omitempty"`
	Failure    string  `json:"failure,omitempty"`
	AckRefused string  `json:"ack_refused,omitempty"`
}

// newCalls returns the calls that the page has not received yet; mu is held.
func (pg *page) newCalls(session *pageSession) []pageCall {
	t := pg.traffic
	session.calls = max(session.calls, t.dropped)
	var list []pageCall
	for ; session.calls < t.dropped+len(t.calls); session.calls++ {
		c := t.calls[session.calls-t.dropped]
		list = append(list, pageCall{session.calls, c.At.UnixMilli(), c.Method, c.Status, c.Bytes, c.Error})
	}
	return list
}

// newEnvelopes returns the latest envelopes that are new or have changed; mu is
// held.
func (pg *page) newEnvelopes(session *pageSession) []pageEnvelope {
	var list []pageEnvelope
	now := map[string]pageEnvelope{}
	for _, id := range pg.deliveries.envelopeIDs[max(0, len(pg.deliveries.envelopeIDs)-pageEnvelopes):] {
		e := pg.deliveries.byEnvelope[id].pageEnvelope()
		now[id] = e
		if session.envelopes[id] != e {
			list = append(list, e)
		}
	}
	session.envelopes = now
	return list
}

func (d *Delivery) pageEnvelope() pageEnvelope {
	e := pageEnvelope{
		ID: d.EnvelopeID, At: d.At.UnixMilli(), Type: d.Type,
		Late: d.late, Failure: d.failure, AckRefused: d.ackRefused,
	}
	if !d.ackedAt.IsZero() {
		e.Acked, e.AckMS = true, float64(d.ackedAt.Sub(d.At).Round(100*time.Microsecond))/float64(time.Millisecond)
	}
	switch {
	case d.event != nil:
		e.What = d.event.Type
	case d.responseURL != nil && d.responseURL.command != nil:
		e.What = d.responseURL.command.Command + " " + mrkdwn.Truncate(d.responseURL.command.Text, maxQuoted)
	}
	return e
}

// servePageCall sends the arguments of one call.
func (pg *page) servePageCall(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	pg.mu.Lock()
	i := number - pg.traffic.dropped
	known := err == nil && i >= 0 && i < len(pg.traffic.calls)
	var c Call
	if known {
		c = pg.traffic.calls[i]
	}
	pg.mu.Unlock()
	if !known {
		pageError(w, http.StatusNotFound, "Call "+quoted(r.PathValue("number"))+" is not, or no longer, in the record.")
		return
	}
	writePageJSON(w, http.StatusOK, map[string]any{"args": c.Args})
}

// servePageEnvelope sends one envelope as the app got it.
func (pg *page) servePageEnvelope(w http.ResponseWriter, r *http.Request) {
	content := pg.deliveries.sent.frame(r.PathValue("id"))
	if content == nil {
		pageError(w, http.StatusNotFound, "Envelope "+quoted(r.PathValue("id"))+" was not sent, or is no longer in the record.")
		return
	}
	writePageJSON(w, http.StatusOK, content)
}
