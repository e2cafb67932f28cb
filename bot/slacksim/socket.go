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

// connection is one socket of the app.
type connection struct {
	ws    *websocket.Conn
	base  string // scheme and host as the client spells them
	ready bool   // may be given envelopes; Server.mu guards it
	ghost bool   // half open: it counts and is given envelopes, and nobody reads them

	writing sync.Mutex // held while a frame is written, so that hello is the first
}

// connectionsOpen hands out an address that opens one socket.
func (s *Server) connectionsOpen(c *call) (map[string]any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Clock.Now()
	for t, until := range s.tickets {
		if now.After(until) {
			delete(s.tickets, t)
		}
	}
	if len(s.tickets) >= maxTickets {
		return nil, tooFast(ticketLife)
	}
	ticket := secret()
	s.tickets[ticket] = now.Add(ticketLife)
	return map[string]any{
		"url": "ws" + strings.TrimPrefix(c.base, "http") + "/link/?ticket=" + ticket + "&app_id=" + s.cfg.AppID,
	}, nil
}

// takeTicket uses a ticket up.
func (s *Server) takeTicket(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok := s.tickets[ticket]
	delete(s.tickets, ticket)
	return ok && !s.cfg.Clock.Now().After(until)
}

// serveSocket holds one socket from its hello to its end.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !s.takeTicket(r.URL.Query().Get("ticket")) {
		http.Error(w, "the ticket is unknown, used or expired", http.StatusForbidden)
		return
	}
	whole := &frames{}
	// Clients send whatever Origin they like (slack-go: https://api.slack.com);
	// the ticket is what lets them in.
	c := &connection{base: base(r)}
	ws, err := websocket.Accept(whole.watch(w), r, &websocket.AcceptOptions{
		InsecureSkipVerify: true,
		OnPingReceived:     func(context.Context, []byte) bool { return !s.isGhost(c) },
	})
	if err != nil {
		return // Accept has answered
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(maxFrame)
	c.ws = ws
	n := s.addConnection(c)
	defer s.removeConnection(c)
	if n > maxConnections {
		_ = s.send(c, disconnect("too_many_websockets"))
		ws.CloseRead(s.ctx)
		_ = ws.Close(websocket.StatusNormalClosure, "")
		return
	}
	life := connectionLife
	if r.URL.Query().Get("debug_reconnects") == "true" {
		life = debugLife
	}
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	defer s.cfg.Clock.AfterFunc(life-warnBefore, func() { s.endSoon(c) })()
	due := s.every(ctx, pingEvery)
	if s.sayHello(c, n, life) != nil {
		return
	}
	s.work.Go(func() { s.keepPinging(ctx, c, due) })
	for {
		_, frame, err := ws.Read(ctx)
		if err != nil {
			return
		}
		if whole := whole.next(); !s.isGhost(c) {
			s.acknowledge(c, frame, whole)
		}
	}
}

// sayHello writes the first frame. From the moment the app can have read it,
// commands may go to the connection.
func (s *Server) sayHello(c *connection, n int, life time.Duration) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	s.setReady(c)
	return s.writeFrame(c, map[string]any{
		"type": "hello", "num_connections": n,
		"connection_info": map[string]any{"app_id": s.cfg.AppID},
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

func (s *Server) addConnection(c *connection) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, c)
	return len(s.conns)
}

func (s *Server) setReady(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.ready = true
	s.touch()
}

func (s *Server) removeConnection(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ghost {
		return // Slack does not notice
	}
	s.conns = slices.DeleteFunc(s.conns, func(o *connection) bool { return o == c })
	s.touch()
}

// keepPinging sends a ping every 10 s, the next one not before the last was
// answered. A client that stops answering stays connected, as half-open sockets
// do in Slack; the reader notices dead ones.
func (s *Server) keepPinging(ctx context.Context, c *connection, due <-chan struct{}) {
	for {
		select {
		case <-due:
			if !s.isGhost(c) && !s.strikes(faultMute) {
				_ = c.ws.Ping(ctx)
			}
		case <-ctx.Done():
			return
		}
	}
}

// every sends to the returned channel each d until ctx ends; what nobody
// receives in time is left out.
func (s *Server) every(ctx context.Context, d time.Duration) <-chan struct{} {
	due := make(chan struct{}, 1)
	var tick func()
	tick = func() {
		if ctx.Err() != nil {
			return
		}
		s.cfg.Clock.AfterFunc(d, tick)
		select {
		case due <- struct{}{}:
		default:
		}
	}
	s.cfg.Clock.AfterFunc(d, tick)
	return due
}

// send writes one frame, after the hello.
func (s *Server) send(c *connection, v any) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return s.writeFrame(c, v)
}

// sendInPieces writes one message as several WebSocket frames, which a client
// must put together.
func (s *Server) sendInPieces(c *connection, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("slacksim: encode frame: %w", err)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	ctx, cancel := context.WithTimeout(s.ctx, writeWithin)
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

func (s *Server) writeFrame(c *connection, v any) error {
	frame, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("slacksim: encode frame: %w", err)
	}
	// In real time whatever the Clock: no rule of Slack, only a guard against
	// an app that has stopped reading.
	ctx, cancel := context.WithTimeout(s.ctx, writeWithin)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageText, frame)
}

// pickConnection returns any one live connection, or nil; s.mu is held.
func (s *Server) pickConnection() *connection {
	var live []*connection
	for _, c := range s.conns {
		if c.ready {
			live = append(live, c)
		}
	}
	if live == nil {
		return nil
	}
	return live[rand.IntN(len(live))]
}

func (s *Server) live() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.conns), func(c *connection) bool { return !c.ready || c.ghost })
}

// Ghosts sets how many half-open sockets Slack believes in: left over from
// connections that died unnoticed, they count in num_connections and towards
// the limit of ten, and swallow the envelopes they are given
// (python-slack-sdk #1940).
func (s *Server) Ghosts(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = slices.DeleteFunc(s.conns, func(c *connection) bool { return c.ghost })
	for range n {
		s.conns = append(s.conns, &connection{base: s.url, ready: true, ghost: true})
	}
	s.touch()
}

// Freeze lets the network between Slack and the app die without a word and
// returns how many sockets there were. They stay open at both ends, but nothing
// passes any more, neither frames nor pings: for Slack they are ghosts, and stay so
// when the app closes its end (see Ghosts), until Ghosts is called.
func (s *Server) Freeze() int {
	list := s.live()
	for _, c := range list {
		s.freeze(c)
	}
	return len(list)
}

func (s *Server) freeze(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.ghost = true
	s.touch()
}

func (s *Server) isGhost(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.ghost
}

// Connections returns how many sockets of the app are open.
func (s *Server) Connections() int { return len(s.live()) }

// Disconnect sends every socket a disconnect frame with this reason and returns
// how many there were. After "warning" a socket lives on for 10 s and then gets
// "refresh_requested"; after any other reason it is closed at once.
func (s *Server) Disconnect(reason string) int {
	list := s.live()
	for _, c := range list {
		if reason == "warning" {
			s.endSoon(c)
		} else {
			s.end(c, reason)
		}
	}
	return len(list)
}

// Reset cuts every socket without a word and returns how many there were.
func (s *Server) Reset() int {
	list := s.live()
	for _, c := range list {
		s.sever(c)
	}
	return len(list)
}

func (s *Server) sever(c *connection) {
	s.removeConnection(c)
	_ = c.ws.CloseNow()
}

// endSoon warns a socket and ends it 10 s later.
func (s *Server) endSoon(c *connection) {
	if !s.isGhost(c) && s.send(c, disconnect("warning")) == nil {
		s.cfg.Clock.AfterFunc(warnBefore, func() { s.end(c, "refresh_requested") })
	}
}

// end tells a socket why and then closes it, unless the app is quicker. It is
// given nothing more, but what it still says before the close is heard. The close
// is a frame: a client that closes as well waits for Slack's (Bolt for 30 s, if
// none is to come).
func (s *Server) end(c *connection, reason string) {
	if s.isGhost(c) || s.send(c, disconnect(reason)) != nil {
		return
	}
	s.removeConnection(c)
	s.cfg.Clock.AfterFunc(closeAfter, func() {
		if s.begin() {
			go func() {
				defer s.work.Done()
				_ = c.ws.Close(websocket.StatusNormalClosure, "")
			}()
		}
	})
}

// acknowledge takes what the app says on a socket. Above 20 KB it is lost, and in
// several WebSocket frames, which Slack does not put together.
func (s *Server) acknowledge(c *connection, frame []byte, whole bool) {
	record := Call{At: s.cfg.Clock.Now(), Method: viaAck, Bytes: int64(len(frame)), Args: map[string]string{"frame": string(frame)}}
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	switch err := json.Unmarshal(frame, &ack); {
	case s.strikes(faultAckLost):
		record.Error = "lost on the way"
	case !whole:
		record.Error = "lost: in several frames"
	case len(frame) > maxAckFrame:
		record.Error = "lost: more than 20 KB"
	case err != nil || ack.EnvelopeID == "":
		record.Error = "not an acknowledgement"
	case s.elsewhere(c, ack.EnvelopeID) && s.strikes(faultAckElsewhere):
		record.Error = "lost: on another socket"
	default:
		s.acked(record, ack.EnvelopeID, ack.Payload)
		return
	}
	s.record(record)
}

// elsewhere reports whether an envelope was given to another socket than c.
func (s *Server) elsewhere(c *connection, envelope string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.deliveries[envelope]
	return d != nil && d.conn != c
}
