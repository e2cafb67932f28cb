package slacksim

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Call is one thing that the app sent: a Web API call, an upload, an answer to a
// response URL or an acknowledgement.
type Call struct {
	At     time.Time
	Method string // of the Web API, or "upload", "response_url", "ack"
	Status int    // HTTP status of the answer; 0 for an acknowledgement
	Bytes  int64  // received in the body
	Error  string // Slack's name of the error; empty on success
	// Args are the decoded arguments without the token; JSON values stay JSON. Read
	// only.
	Args map[string]string
}

// traffic is the bounded record of calls; the oldest are dropped. mu guards it.
type traffic struct {
	*workspace
	methods map[string]method
	calls   []Call
	bytes   int64 // of their arguments
	dropped int   // number of dropped calls
	counts  map[string]int
}

func newTraffic(ws *workspace) *traffic {
	return &traffic{workspace: ws, methods: methodTable(), counts: map[string]int{}}
}

func (c Call) size() int64 {
	n := int64(0)
	for k, v := range c.Args {
		n += int64(len(k) + len(v))
	}
	return n
}

func (tr *traffic) record(c Call) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.recordLocked(c)
}

// recordLocked is record; mu is held.
func (tr *traffic) recordLocked(c Call) {
	if _, known := tr.methods[c.Method]; known || !strings.Contains(c.Method, ".") {
		tr.counts[c.Method]++ // unknown names would let a client grow the map without limit
	}
	tr.calls = append(tr.calls, c)
	tr.bytes += c.size()
	for len(tr.calls) > maxCallsKept || tr.bytes > maxCallsBytes {
		tr.bytes -= tr.calls[0].size()
		tr.calls = slices.Delete(tr.calls, 0, 1)
		tr.dropped++
	}
	tr.touch()
}

// Received returns what the app sent, oldest first: the last 10,000 calls and 64
// MiB of arguments.
func (tr *traffic) Received() []Call {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return slices.Clone(tr.calls)
}

// Counts returns the number of calls of each method since the start.
func (tr *traffic) Counts() map[string]int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return maps.Clone(tr.counts)
}

// reply records the call and answers it.
func (tr *traffic) reply(w http.ResponseWriter, record Call, answer map[string]any, refused *refusal) {
	record.Status = http.StatusOK
	if refused != nil {
		answer = refused.body()
		record.Status, record.Error = refused.status, refused.code
		if refused.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refused.retryAfter.Seconds()))))
		}
	} else {
		answer["ok"] = true
	}
	tr.record(record)
	switch {
	case refused != nil && refused.hangUp:
		hangUp(w)
		return
	case refused != nil && refused.htmlPage:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(record.Status)
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>Server Error</title><p>Something went wrong.")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(record.Status)
	_ = json.NewEncoder(w).Encode(answer) // fails only if the client has closed the connection
}

// hangUp resets the connection instead of answering.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if errors.Is(err, http.ErrNotSupported) || conn == nil {
		panic(http.ErrAbortHandler) // HTTP/2: resets the stream
	}
	raw := conn
	if secured, ok := conn.(*tls.Conn); ok {
		raw = secured.NetConn() // without close_notify
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
}
