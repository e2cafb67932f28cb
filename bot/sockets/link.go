package sockets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"

	"logbot/logsapi/lenient"
)

const (
	// maxAck limits an acknowledgement in bytes: Slack silently drops one of 20 KB
	// and more (slack-go).
	maxAck = 20 << 10
	// writeBuffer holds any acknowledgement in one frame: Slack does not reassemble
	// fragments (slack-go).
	writeBuffer = 32 << 10
	// maxFrame limits a frame in bytes; a message has at most 40,000 characters, and a
	// click includes the message it was in.
	maxFrame = 4 << 20
	// backlog is how many envelopes of one socket may wait for Take. Beyond it they
	// are not acknowledged, and Slack shows the caller a failure.
	backlog = 256
	// controlWithin bounds the writing of a ping or a close.
	controlWithin = 5 * time.Second
)

type link struct {
	s     *Sockets
	conn  *websocket.Conn
	began time.Time
	heard atomic.Int64 // when Slack was last heard, in Unix nanoseconds

	warned chan struct{} // closed when Slack announces the end
	ended  chan struct{} // closed at the end
	err    error         // why; valid after ended

	writing sync.Mutex
	left    bool // whether we have said that we close; guarded by writing
	closing sync.Once
	queue   chan Envelope
	owed    owed // acknowledgements
}

// open opens one socket and returns it once Slack has said hello. The link is
// served until it ends or ctx does.
func (s *Sockets) open(ctx context.Context) (*link, error) {
	asking, cancel := context.WithTimeout(ctx, s.o.times.open)
	defer cancel()
	_, address, err := s.o.API.StartSocketModeContext(asking)
	if err != nil {
		return nil, fmt.Errorf("ask for a socket (apps.connections.open): %w", err)
	}
	conn, resp, err := s.dialer.DialContext(ctx, address, nil)
	if err != nil {
		if resp != nil {
			err = fmt.Errorf("%w: %s", err, resp.Status)
		}
		return nil, fmt.Errorf("open a socket to %s: %w", hostOf(address), err)
	}
	l := &link{
		s: s, conn: conn, began: time.Now(),
		warned: make(chan struct{}), ended: make(chan struct{}), queue: make(chan Envelope, backlog), owed: newOwed(),
	}
	conn.SetReadLimit(maxFrame)
	counted, err := l.hello(ctx)
	if err != nil {
		l.close()
		return nil, err
	}
	s.noteOpened(l, counted)
	s.reading.Go(func() { l.serve(ctx) })
	return l, nil
}

// hostOf is the host of an address, without the ticket in it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	return u.Host
}

// hello reads the first frame and returns how many sockets Slack counts.
func (l *link) hello(ctx context.Context) (counted int, err error) {
	defer context.AfterFunc(ctx, l.close)()
	if err := l.conn.SetReadDeadline(time.Now().Add(l.s.o.times.open)); err != nil {
		return 0, fmt.Errorf("wait for hello: %w", err)
	}
	_, frame, err := l.conn.ReadMessage()
	if err != nil {
		return 0, fmt.Errorf("wait for hello: %w", err)
	}
	r, err := parseFrame(frame)
	switch {
	case err != nil:
		return 0, fmt.Errorf("read hello: %w", err)
	case r.Type == socketmode.RequestTypeDisconnect:
		return 0, disconnected{string(r.Reason)}
	case r.Type != socketmode.RequestTypeHello:
		return 0, fmt.Errorf("the first frame is %q, not hello", r.Type)
	}
	l.heard.Store(time.Now().UnixNano())
	return int(r.NumConnections.Number()), nil
}

func (l *link) serve(ctx context.Context) {
	var workers sync.WaitGroup
	workers.Go(func() { l.deliver(ctx) })
	open, cancel := context.WithCancel(ctx)
	workers.Go(func() { l.keepPinging(open) })
	workers.Go(func() {
		<-open.Done()
		l.leave() // at once if the link has ended by itself
	})
	l.err = l.read()
	cancel()
	l.close()
	l.s.noteClosed(l, l.err.Error())
	close(l.ended)
	close(l.queue)
	workers.Wait()
}

// read reads frames until the link ends. It waits for nothing but Slack.
func (l *link) read() error {
	l.conn.SetPongHandler(func(string) error { return l.noteHeard() })
	l.conn.SetPingHandler(func(text string) error {
		_ = l.conn.WriteControl(websocket.PongMessage, []byte(text), time.Now().Add(controlWithin)) // the read deadline notices a dead link
		return l.noteHeard()
	})
	warned := false
	for {
		if err := l.noteHeard(); err != nil {
			return err
		}
		_, frame, err := l.conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		f, err := parseFrame(frame)
		switch {
		case err != nil:
			l.s.o.Log.Warnf("read a frame from Slack: %v", err)
		case f.EnvelopeID != "":
			l.enqueue(f.envelope(l))
		case f.Type == socketmode.RequestTypeDisconnect && f.Reason != reasonWarning:
			return disconnected{string(f.Reason)}
		case f.Type == socketmode.RequestTypeDisconnect:
			if !warned {
				warned = true
				close(l.warned)
				defer time.AfterFunc(l.s.o.times.linger, l.close).Stop()
			}
		case f.Type != socketmode.RequestTypeHello:
			l.s.o.Log.Warnf("Slack sent %q without an envelope; it cannot be acknowledged", f.Type)
		}
	}
}

// frame is one frame from Slack. Only its payload depends on its type.
type frame struct {
	Type           lenient.Text    `json:"type"`
	EnvelopeID     lenient.Text    `json:"envelope_id"`
	Payload        json.RawMessage `json:"payload"`
	Reason         lenient.Text    `json:"reason"`          // of a disconnect
	NumConnections lenient.Text    `json:"num_connections"` // of hello
	RetryAttempt   lenient.Text    `json:"retry_attempt"`
}

// parseFrame reads one frame. Whatever is in an envelope, its id is read, so that it
// can be acknowledged.
func parseFrame(content []byte) (f frame, err error) {
	if err := json.Unmarshal(content, &f); err != nil {
		return f, fmt.Errorf("not a JSON object: %w", err)
	}
	return f, nil
}

func (f frame) envelope(l *link) Envelope {
	return Envelope{ID: string(f.EnvelopeID), Type: string(f.Type), Payload: f.Payload, Retries: int(f.RetryAttempt.Number()), ack: l.ack}
}

// noteHeard records that Slack was heard, and postpones the time at which the link
// counts as dead.
func (l *link) noteHeard() error {
	now := time.Now()
	l.heard.Store(now.UnixNano())
	return l.conn.SetReadDeadline(now.Add(l.s.o.times.silent))
}

func (l *link) lastHeard() time.Time { return time.Unix(0, l.heard.Load()) }

// wait waits for the end of the link. It returns nil if Slack announces the end.
func (l *link) wait(ctx context.Context) error {
	select {
	case <-l.ended:
		return l.err
	case <-l.warned:
		return nil
	case <-ctx.Done():
		return nil
	}
}

// keepPinging exposes a half-open link: nothing comes back.
func (l *link) keepPinging(ctx context.Context) {
	every := time.NewTicker(l.s.o.times.ping)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			_ = l.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(controlWithin)) // read notices
		case <-ctx.Done():
			return
		}
	}
}

// enqueue hands an envelope to deliver, without waiting.
func (l *link) enqueue(e Envelope) {
	l.owed.add(e.ID)
	select {
	case l.queue <- e:
	default:
		l.owed.remove(e.ID)
		l.s.o.Log.WithField("envelope", e.ID).Error("too many envelopes are waiting; this one is not acknowledged")
	}
}

// deliver calls Take for one envelope after the other, including those that
// arrived right before the link ended, and while it ends because ctx has.
func (l *link) deliver(ctx context.Context) {
	for e := range l.queue {
		l.s.o.Take(context.WithoutCancel(ctx), e)
	}
}

// ack acknowledges an envelope before ctx ends. If this socket has ended it
// uses another one: it is not documented that Slack accepts that, but it costs
// nothing.
func (l *link) ack(ctx context.Context, id string, payload any) {
	defer l.owed.remove(id)
	log := l.s.o.Log.WithField("envelope", id)
	frame, err := json.Marshal(socketmode.Response{EnvelopeID: id, Payload: payload})
	if err == nil && len(frame) >= maxAck {
		err = fmt.Errorf("the answer has %d bytes, Slack takes fewer than %d", len(frame), maxAck)
	}
	if err != nil {
		log.Errorf("acknowledge without an answer: %v", err)
		frame, _ = json.Marshal(socketmode.Response{EnvelopeID: id}) // a string cannot fail
	}
	if err := l.s.write(ctx, l, frame); err != nil {
		log.Warnf("acknowledge: %v", err)
	}
}

// write writes one frame. If that fails the link is closed, as it can write no
// other frame and its reader would not notice.
func (l *link) write(ctx context.Context, frame []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx) // the link still works
	case l.left:
		return errLeft // it is still read
	}
	deadline, _ := ctx.Deadline() // zero is none
	err := l.conn.SetWriteDeadline(deadline)
	if err == nil {
		err = l.conn.WriteMessage(websocket.TextMessage, frame)
	}
	if err != nil {
		l.close()
	}
	return err
}

// errLeft says that nothing more may be written, because we have said that we close.
var errLeft = errors.New("the socket is closing")

// leave ends the link so that nothing gets lost which Slack has sent to it: it is open
// until everything taken is acknowledged, and is then read until Slack, too, has closed
// it. What arrives in that last moment is acknowledged on another socket, so sockets
// leave one after the other. All of it takes no longer than times.leave.
func (l *link) leave() {
	late := time.NewTimer(l.s.o.times.leave)
	defer late.Stop()
	defer l.close()
	if !l.owed.settled(l.ended, late.C) {
		return
	}
	l.s.leaving.Lock()
	defer l.s.leaving.Unlock()
	if !l.owed.settled(l.ended, late.C) { // what came while another one left
		return
	}
	l.writing.Lock()
	l.left = true
	l.writing.Unlock()
	l.bye()
	select {
	case <-l.ended:
	case <-late.C:
	}
}

// bye says that we close, so that Slack stops counting the socket.
func (l *link) bye() {
	text := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = l.conn.WriteControl(websocket.CloseMessage, text, time.Now().Add(time.Second)) // it may be dead
}

// close ends the link at once.
func (l *link) close() {
	l.closing.Do(func() {
		l.bye()
		_ = l.conn.Close()
	})
}
