package sockets

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"
)

const (
	// maxAck is how large an acknowledgement may be: Slack drops one of 20 KB and
	// more without a word (slack-go).
	maxAck = 20 << 10
	// writeBuffer holds any acknowledgement: Slack does not put fragments together
	// (slack-go).
	writeBuffer = 32 << 10
	// maxFrame bounds what is read at once; a message has at most 40,000 characters,
	// and a click brings the message it was in.
	maxFrame = 4 << 20
	// backlog is how many envelopes of one socket may wait to be taken. Beyond it
	// they are not acknowledged, and Slack says so to whoever caused them.
	backlog = 256
	// controlWithin bounds the writing of a ping or a close.
	controlWithin = 5 * time.Second
)

// link is one open socket.
type link struct {
	s     *Sockets
	conn  *websocket.Conn
	began time.Time
	heard atomic.Int64 // Unix nanoseconds of the last byte of Slack's

	warned chan struct{} // closed when Slack says that it will end soon
	ended  chan struct{} // closed when it is over
	err    error         // why; after ended

	writing sync.Mutex
	closing sync.Once
	taking  chan socketmode.Event
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
		warned: make(chan struct{}), ended: make(chan struct{}), taking: make(chan socketmode.Event, backlog),
	}
	conn.SetReadLimit(maxFrame)
	counted, err := l.hello(ctx)
	if err != nil {
		l.close()
		return nil, err
	}
	s.opened(l, counted)
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
	var r socketmode.Request
	switch err := json.Unmarshal(frame, &r); {
	case err != nil:
		return 0, fmt.Errorf("read hello: %w", err)
	case r.Type == socketmode.RequestTypeDisconnect:
		return 0, disconnected{r.Reason}
	case r.Type != socketmode.RequestTypeHello:
		return 0, fmt.Errorf("a socket began with %q, not with hello", r.Type)
	}
	l.heard.Store(time.Now().UnixNano())
	return r.NumConnections, nil
}

// serve reads the link to its end.
func (l *link) serve(ctx context.Context) {
	var beside sync.WaitGroup
	beside.Go(func() { l.handOver(ctx) })
	life, cancel := context.WithCancel(ctx)
	beside.Go(func() { l.keepPinging(life) })
	stop := context.AfterFunc(life, l.close)
	l.err = l.read()
	stop()
	cancel()
	l.close()
	l.s.closed(l, l.err.Error())
	close(l.ended)
	close(l.taking)
	beside.Wait()
}

// read reads frames until the link ends. It never waits for anybody but Slack.
func (l *link) read() error {
	alive := func(string) error { return l.hear() }
	l.conn.SetPongHandler(alive)
	l.conn.SetPingHandler(func(text string) error {
		_ = l.conn.WriteControl(websocket.PongMessage, []byte(text), time.Now().Add(controlWithin)) // a dead link is noticed by its silence
		return l.hear()
	})
	warned := false
	for {
		if err := l.hear(); err != nil {
			return err
		}
		_, frame, err := l.conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		event, err := eventOf(frame)
		switch {
		case err != nil:
			l.s.o.Log.Warnf("a frame of Slack's: %v", err)
			if event.Type == socketmode.EventTypeEventsAPI && event.Request.EnvelopeID != "" { // else Slack would bring it again and again
				l.ack(event.Request.EnvelopeID, nil)
			}
		case event.Type == socketmode.EventTypeDisconnect && event.Request.Reason != reasonWarning:
			return disconnected{event.Request.Reason}
		case event.Type == socketmode.EventTypeDisconnect:
			if !warned {
				warned = true
				close(l.warned)
				defer time.AfterFunc(l.s.o.times.linger, l.close).Stop()
			}
		case event.Type != socketmode.EventTypeHello:
			l.queue(event)
		}
	}
}

// hear notes that Slack was heard, and moves the time at which the link counts as
// dead.
func (l *link) hear() error {
	now := time.Now()
	l.heard.Store(now.UnixNano())
	return l.conn.SetReadDeadline(now.Add(l.s.o.times.silent))
}

func (l *link) lastHeard() time.Time { return time.Unix(0, l.heard.Load()) }

func (l *link) age() time.Duration { return time.Since(l.began) }

// over waits for the end of the link, or for the warning of it, which is no error.
func (l *link) over(ctx context.Context) error {
	select {
	case <-l.ended:
		return l.err
	case <-l.warned:
		return nil
	case <-ctx.Done():
		return nil
	}
}

// keepPinging makes a link that is only half there show itself: nothing comes back.
func (l *link) keepPinging(ctx context.Context) {
	every := time.NewTicker(l.s.o.times.ping)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			_ = l.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(controlWithin)) // the reader notices
		case <-ctx.Done():
			return
		}
	}
}

// queue puts an envelope where it is taken from.
func (l *link) queue(event socketmode.Event) {
	select {
	case l.taking <- event:
	default:
		l.s.o.Log.WithField("envelope", event.Request.EnvelopeID).Error("too many envelopes are waiting; one is not acknowledged")
	}
}

// handOver hands the envelopes over, one after the other, also those that came
// right before the link ended; once ctx has ended no more are taken.
func (l *link) handOver(ctx context.Context) {
	for event := range l.taking {
		if ctx.Err() != nil {
			continue
		}
		id := event.Request.EnvelopeID
		l.s.o.Take(ctx, Envelope{ID: id, Event: event, Retried: event.Request.RetryAttempt, ack: func(ctx context.Context, payload any) {
			l.ackWithin(ctx, id, payload)
		}})
	}
}

func (l *link) ack(id string, payload any) {
	ctx, cancel := context.WithTimeout(context.Background(), ackWithin)
	defer cancel()
	l.ackWithin(ctx, id, payload)
}

// ackWithin acknowledges an envelope, on another socket where this one is gone:
// whether Slack takes it there is not documented, and nothing is lost by trying.
func (l *link) ackWithin(ctx context.Context, id string, payload any) {
	log := l.s.o.Log.WithField("envelope", id)
	frame, err := json.Marshal(socketmode.Response{EnvelopeID: id, Payload: payload})
	if err == nil && len(frame) >= maxAck {
		err = fmt.Errorf("its answer has %d bytes, Slack takes less than %d", len(frame), maxAck)
	}
	if err != nil {
		log.Errorf("acknowledge without an answer: %v", err)
		frame, _ = json.Marshal(socketmode.Response{EnvelopeID: id}) // a string cannot fail
	}
	if err := l.s.write(ctx, l, frame); err != nil {
		log.Warnf("acknowledge: %v", err)
	}
}

// write writes one frame. A socket on which that failed takes no other one, so it
// is ended: its reader would not notice.
func (l *link) write(ctx context.Context, frame []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx) // the socket is not to blame
	}
	deadline, _ := ctx.Deadline() // none is no deadline
	err := l.conn.SetWriteDeadline(deadline)
	if err == nil {
		err = l.conn.WriteMessage(websocket.TextMessage, frame)
	}
	if err != nil {
		l.close()
	}
	return err
}

// close ends the link from our side, with a word, so that Slack does not go on
// counting it.
func (l *link) close() {
	l.closing.Do(func() {
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = l.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // it may be dead
		_ = l.conn.Close()
	})
}
