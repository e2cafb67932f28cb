// Package sockets holds an app's connections to Slack (Socket Mode) open and
// hands over what comes in.
//
// It speaks the protocol itself, over slack-go's types, because a command is sent
// to one connection and never again: a connection that Slack is about to end is
// read to its end while the next one is opened already, and one that died without
// a word is noticed within seconds.
package sockets

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

const (
	// DefaultConnections is how many sockets are held open. Slack delivers a
	// command to one of them and never again, so a second one carries on while
	// the first is being renewed.
	DefaultConnections = 2
	// MaxConnections is how many Slack allows per app, over all its processes.
	MaxConnections = 10
	// ackWithin bounds the writing of an acknowledgement; Slack waits 3 s.
	ackWithin = 2 * time.Second
)

// Envelope is something that Slack has delivered: a command, an interaction or
// an event. It must be acknowledged within 3 s of its arrival.
type Envelope struct {
	ID      string
	Event   socketmode.Event
	Retried int // how often Slack brought an event before

	ack func(ctx context.Context, payload any)
}

// Ack acknowledges the envelope. A payload that is not nil is an answer for the
// caller alone; one of 20 KB and more, which Slack would drop with the
// acknowledgement, is left out and logged.
func (e Envelope) Ack(ctx context.Context, payload any) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	e.ack(ctx, payload)
}

// Options configure Sockets.
type Options struct {
	API         *slack.Client // with an app-level token
	Connections int           // 1 to 10; 0 is DefaultConnections
	Log         logrus.FieldLogger

	// Transport, where it is set, says how to reach Slack: its proxy and its
	// certificates hold for the sockets, too. Without it they come from the
	// environment.
	Transport *http.Transport

	// Take is handed every envelope, one after the other for each socket. What it
	// needs counts towards the 3 s that Slack waits.
	Take func(ctx context.Context, e Envelope)

	// Changed, where it is set, hears how the sockets fare after every change. It
	// must return at once, and may be called by several goroutines at a time.
	Changed func(Health)

	times times // how long to wait for what; zero is usualTimes
}

// Run holds the connections open until ctx ends, and then returns nil. It returns
// an error when Slack refuses the token for good.
func Run(ctx context.Context, o Options) error { return New(o).Run(ctx) }

// Sockets are an app's connections. Its methods are safe for concurrent use; Run
// is called once.
type Sockets struct {
	o        Options
	dialer   *websocket.Dialer
	renewing chan struct{}  // held by the one socket that is being renewed
	reading  sync.WaitGroup // links, also those that live on beside their successor

	mu     sync.Mutex
	links  []*link       // open ones that have said hello
	more   chan struct{} // closed and replaced when there is another one
	ended  []time.Time   // when the last links ended
	health Health
	told   map[string]bool // what has been said once
	most   int             // connections that Slack counted when ghosts were last told
}

// New returns sockets that are not open yet.
func New(o Options) *Sockets {
	if o.Connections == 0 {
		o.Connections = DefaultConnections
	}
	o.Connections = min(max(o.Connections, 1), MaxConnections)
	if o.Log == nil {
		o.Log = logrus.StandardLogger()
	}
	if o.Changed == nil {
		o.Changed = func(Health) {}
	}
	if o.times == (times{}) {
		o.times = usualTimes()
	}
	s := &Sockets{o: o, renewing: make(chan struct{}, 1), more: make(chan struct{}), told: map[string]bool{}, health: Health{Wanted: o.Connections}}
	s.dialer = &websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: o.times.open,
		WriteBufferSize:  writeBuffer,
	}
	if t := o.Transport; t != nil {
		s.dialer.Proxy, s.dialer.NetDialContext = t.Proxy, t.DialContext
		if t.TLSClientConfig != nil {
			s.dialer.TLSClientConfig = t.TLSClientConfig.Clone()
			s.dialer.TLSClientConfig.NextProtos = nil // sockets are HTTP/1.1
		}
	}
	return s
}

// Run holds the connections open until ctx ends, and then returns nil. It returns
// an error when Slack refuses the token for good.
func (s *Sockets) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, s.o.Connections)
	var slots sync.WaitGroup
	for range s.o.Connections {
		first := make(chan struct{})
		slots.Go(func() {
			if err := s.hold(ctx, first); err != nil {
				failed <- err
				stop()
			}
		})
		// One after the other, so that Slack does not renew them all at once.
		s.pause(ctx, first, s.o.times.stagger)
	}
	slots.Wait()
	s.reading.Wait()
	select {
	case err := <-failed:
		return fmt.Errorf("hold a socket to Slack open: %w", err)
	default:
		return nil
	}
}

// pause waits for d, or less when over is closed or ctx ends.
func (s *Sockets) pause(ctx context.Context, over <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-over:
	case <-ctx.Done():
	}
}

// once logs a sentence the first time it is asked to.
func (s *Sockets) once(level logrus.Level, sentence string) {
	s.mu.Lock()
	known := s.told[sentence]
	s.told[sentence] = true
	s.mu.Unlock()
	if !known {
		s.o.Log.WithFields(logrus.Fields{}).Log(level, sentence)
	}
}
