package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// connection is one WebSocket of the app.
type connection struct {
	ws      *websocket.Conn
	baseURL string // see baseURL
	ready   bool   // can receive envelopes; mu guards it
	ghost   bool   // half open: it counts and gets envelopes, but nobody reads them; mu guards it

	writing sync.Mutex // held while a frame is written, so that hello comes first
}

// sockets is Socket Mode: the connections of the app and the tickets for new ones.
// mu guards both.
type sockets struct {
	*workspace
	faults  *faults
	conns   []*connection
	tickets map[string]time.Time // expiry by ticket

	// onFrame is called with every message of the app; whole means that it came as
	// one WebSocket frame.
	onFrame func(c *connection, frame []byte, whole bool)
}

// connectionsOpen implements apps.connections.open: it returns a URL that opens one
// socket.
func (so *sockets) connectionsOpen(c *apiCall) (map[string]any, *refusal) {
	so.mu.Lock()
	defer so.mu.Unlock()
	now := so.cfg.Clock.Now()
	for t, until := range so.tickets {
		if now.After(until) {
			delete(so.tickets, t)
		}
	}
	if len(so.tickets) >= maxTickets {
		return nil, rateLimited(ticketLife)
	}
	ticket := newSecret()
	so.tickets[ticket] = now.Add(ticketLife)
	return map[string]any{
		"url": "ws" + strings.TrimPrefix(c.baseURL, "http") + "/link/?ticket=" + ticket + "&app_id=" + so.cfg.AppID,
	}, nil
}

// useTicket removes a ticket and reports whether it was valid.
func (so *sockets) useTicket(ticket string) bool {
	so.mu.Lock()
	defer so.mu.Unlock()
	until, ok := so.tickets[ticket]
	delete(so.tickets, ticket)
	return ok && !so.cfg.Clock.Now().After(until)
}

// serveSocket serves one socket from hello to close.
func (so *sockets) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !so.useTicket(r.URL.Query().Get("ticket")) {
		http.Error(w, "the ticket is unknown, used or expired", http.StatusForbidden)
		return
	}
	whole := &frameWatcher{}
	// Clients send any Origin (slack-go: https://api.slack.com); the ticket
	// authorises them.
	c := &connection{baseURL: baseURL(r)}
	ws, err := websocket.Accept(whole.watch(w), r, &websocket.AcceptOptions{
		InsecureSkipVerify: true,
		OnPingReceived:     func(context.Context, []byte) bool { return !so.isGhost(c) },
	})
	if err != nil {
		return // Accept has answered
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(maxFrame)
	c.ws = ws
	n := so.addConnection(c)
	defer so.removeConnection(c)
	if n > maxConnections || so.faults.fires(faultRefused) {
		_ = so.send(c, disconnect("too_many_websockets"))
		ws.CloseRead(so.ctx)
		_ = ws.Close(websocket.StatusNormalClosure, "")
		return
	}
	life := connectionLife
	if r.URL.Query().Get("debug_reconnects") == "true" {
		life = debugLife
	}
	ctx, cancel := context.WithCancel(so.ctx)
	defer cancel()
	defer so.cfg.Clock.AfterFunc(life-warnBefore, func() { so.warnAndClose(c) })()
	due := so.ticks(ctx, pingInterval)
	if so.sayHello(c, n, life) != nil {
		return
	}
	so.work.Go(func() { so.keepPinging(ctx, c, due) })
	for {
		_, frame, err := ws.Read(ctx)
		if err != nil {
			return
		}
		if whole := whole.nextWhole(); !so.isGhost(c) {
			so.onFrame(c, frame, whole)
		}
	}
}

// sayHello marks the connection as ready and writes the first frame, under one
// lock: an envelope must not come before it.
func (so *sockets) sayHello(c *connection, n int, life time.Duration) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	so.setReady(c)
	return so.writeFrame(c, map[string]any{
		"type": "hello", "num_connections": n,
		"connection_info": map[string]any{"app_id": so.cfg.AppID},
		"debug_info": map[string]any{
			"host": "slacksim", "build_number": 1, "approximate_connection_time": int(life.Seconds()),
		},
	})
}

func disconnect(reason string) map[string]any {
	return map[string]any{
		"type": "disconnect", "reason": reason,
		"debug_info": map[string]any{"host": "slacksim"},
	}
}

func (so *sockets) addConnection(c *connection) int {
	so.mu.Lock()
	defer so.mu.Unlock()
	so.conns = append(so.conns, c)
	return len(so.conns)
}

func (so *sockets) setReady(c *connection) {
	so.mu.Lock()
	defer so.mu.Unlock()
	c.ready = true
	so.touch()
}

func (so *sockets) removeConnection(c *connection) {
	so.mu.Lock()
	defer so.mu.Unlock()
	if c.ghost {
		return // Slack does not notice
	}
	so.conns = slices.DeleteFunc(so.conns, func(o *connection) bool { return o == c })
	so.touch()
}

// keepPinging sends a ping every 10 s, but never before the last one was answered.
// A client that stops answering stays connected, as half-open sockets do in Slack;
// the reader notices closed ones.
func (so *sockets) keepPinging(ctx context.Context, c *connection, due <-chan struct{}) {
	for {
		select {
		case <-due:
			if !so.isGhost(c) && !so.faults.fires(faultMute) {
				_ = c.ws.Ping(ctx)
			}
		case <-ctx.Done():
			return
		}
	}
}

// send writes one frame, after hello.
func (so *sockets) send(c *connection, v any) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return so.writeFrame(c, v)
}

// sendFragmented writes one message as several WebSocket frames, which a client
// must reassemble.
func (so *sockets) sendFragmented(c *connection, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("slacksim: encode frame: %w", err)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	ctx, cancel := context.WithTimeout(so.ctx, writeTimeout)
	defer cancel()
	w, err := c.ws.Writer(ctx, websocket.MessageText)
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(raw, len(raw)/3+1) {
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	return w.Close()
}

func (so *sockets) writeFrame(c *connection, v any) error {
	frame, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("slacksim: encode frame: %w", err)
	}
	// Real time, not Clock: this is not a rule of Slack but protects against an app
	// that has stopped reading.
	ctx, cancel := context.WithTimeout(so.ctx, writeTimeout)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageText, frame)
}

// pickConnection returns a random ready connection, or nil; mu is held.
func (so *sockets) pickConnection() *connection {
	var live []*connection
	for _, c := range so.conns {
		if c.ready {
			live = append(live, c)
		}
	}
	if live == nil {
		return nil
	}
	return live[rand.IntN(len(live))]
}

func (so *sockets) liveConnections() []*connection {
	so.mu.Lock()
	defer so.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(so.conns), func(c *connection) bool { return !c.ready || c.ghost })
}

// Ghosts sets the number of half-open sockets: connections that have died without
// Slack noticing. They count in num_connections and towards the limit of ten, and
// get envelopes that nobody reads (python-slack-sdk #1940).
func (so *sockets) Ghosts(n int) {
	so.mu.Lock()
	defer so.mu.Unlock()
	so.conns = slices.DeleteFunc(so.conns, func(c *connection) bool { return c.ghost })
	for range n {
		so.conns = append(so.conns, &connection{baseURL: so.url, ready: true, ghost: true})
	}
	so.touch()
}

// Freeze cuts the network between Slack and the app silently and returns the number
// of sockets. They stay open at both ends, but neither frames nor pings pass. For
// Slack they are ghosts until Ghosts is called, even after the app has closed its
// end.
func (so *sockets) Freeze() int {
	list := so.liveConnections()
	for _, c := range list {
		so.freeze(c)
	}
	return len(list)
}

func (so *sockets) freeze(c *connection) {
	so.mu.Lock()
	defer so.mu.Unlock()
	c.ghost = true
	so.touch()
}

func (so *sockets) isGhost(c *connection) bool {
	so.mu.Lock()
	defer so.mu.Unlock()
	return c.ghost
}

// Connections returns the number of open sockets of the app.
func (so *sockets) Connections() int { return len(so.liveConnections()) }

// Disconnect sends every socket a disconnect frame with this reason and returns the
// number of sockets. After "warning" a socket stays for 10 s and then gets
// "refresh_requested"; after other reasons it is closed at once.
func (so *sockets) Disconnect(reason string) int {
	list := so.liveConnections()
	for _, c := range list {
		if reason == "warning" {
			so.warnAndClose(c)
		} else {
			so.closeWith(c, reason)
		}
	}
	return len(list)
}

// Reset closes every socket without a close frame and returns the number of
// sockets.
func (so *sockets) Reset() int {
	list := so.liveConnections()
	for _, c := range list {
		so.cut(c)
	}
	return len(list)
}

func (so *sockets) cut(c *connection) {
	so.removeConnection(c)
	_ = c.ws.CloseNow()
}

// warnAndClose sends the disconnect warning and closes the socket 10 s later.
func (so *sockets) warnAndClose(c *connection) {
	if !so.isGhost(c) && so.send(c, disconnect("warning")) == nil {
		so.cfg.Clock.AfterFunc(warnBefore, func() { so.closeWith(c, "refresh_requested") })
	}
}

// closeWith sends the reason and closes the socket after closeDelay. It gets no
// more envelopes, but acknowledgements until the close are accepted. The close
// frame is necessary: a client that closes as well waits for it (Bolt for 30 s).
func (so *sockets) closeWith(c *connection, reason string) {
	if so.isGhost(c) || so.send(c, disconnect(reason)) != nil {
		return
	}
	so.removeConnection(c)
	so.cfg.Clock.AfterFunc(closeDelay, func() {
		if so.begin() {
			go func() {
				defer so.work.Done()
				_ = c.ws.Close(websocket.StatusNormalClosure, "")
			}()
		}
	})
}

// readyConnections counts the sockets that get envelopes, including ghosts; mu is
// held.
func (so *sockets) readyConnections() int {
	n := 0
	for _, c := range so.conns {
		if c.ready {
			n++
		}
	}
	return n
}
