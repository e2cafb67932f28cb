// Package sockets holds an app's connections to Slack (Socket Mode) open and
// delivers what arrives.
//
// It speaks the protocol itself, with slack-go's types, because a command is sent
// to one connection and never again. A connection that Slack is about to end is
// read to its end while the next one opens, and one that died silently is noticed
// within seconds.
package sockets

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/logsapi/pace"
)

const (
	// DefaultConnections is how many sockets are held open. Slack delivers a
	// command to one of them and never again, so a second one works while the first
	// is renewed.
	DefaultConnections = 2
	// MaxConnections is how many Slack allows per app, over all its processes.
	MaxConnections = 10
	// ackWithin bounds the writing of an acknowledgement; Slack waits 3 s.
	ackWithin = 2 * time.Second
)

// Envelope is something that Slack has delivered: a command, an interaction or
// an event. It must be acknowledged within 3 s of its arrival. Package envelope reads
// its payload.
type Envelope struct {
	ID      string
	Type    string          // slash_commands, interactive, events_api, or what Slack adds
	Payload json.RawMessage // not read yet; may be empty
	Retries int             // how often Slack has delivered the event before

	ack func(ctx context.Context, id string, payload any)
}

// Ack acknowledges the envelope. A payload that is not nil is an answer for the
// caller alone; one of 20 KB and more, which Slack would drop with the
// acknowledgement, is left out and logged.
func (e Envelope) Ack(ctx context.Context, payload any) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	e.ack(ctx, e.ID, payload)
}

// Options configure Sockets.
type Options struct {
	API         *slack.Client // with an app-level token
	Connections int           // 1 to 10; 0 is DefaultConnections
	Log         logrus.FieldLogger

	// Transport has the proxy and the certificates that the sockets use.
	Transport *http.Transport

	// Take receives every envelope, one after the other for each socket. Its time
	// counts towards the 3 s that Slack waits.
	Take func(ctx context.Context, e Envelope)

	// Changed is called after every change of the sockets. It must return at once, and
	// may be called by several goroutines at a time. It may be nil.
	Changed func(Health)

	times times // how long to wait for what; zero is usualTimes
}

// Sockets are an app's connections. Its methods are safe for concurrent use; Run
// is called once.
type Sockets struct {
	o        Options
	dialer   *websocket.Dialer
	renewing chan struct{}  // holds a value while a socket is renewed
	reading  sync.WaitGroup // links, including those that are read beside their successor
	leaving  sync.Mutex     // held by the link that leaves

	mu          sync.Mutex
	links       []*link       // those that have said hello and have not ended
	added       chan struct{} // closed and replaced when a link is added
	deafened    chan struct{} // closed while no link is open
	deafLogged  time.Time     // when logDeaf last logged; zero once a link is open
	ended       []time.Time   // when the last links ended
	health      Health
	logged      map[string]bool // what logOnce has logged
	mostCounted int             // connections that Slack counted at the last warning
}

// New returns sockets that are not open yet.
func New(o Options) *Sockets {
	if o.Connections == 0 {
		o.Connections = DefaultConnections
	}
	o.Connections = min(max(o.Connections, 1), MaxConnections)
	if o.Changed == nil {
		o.Changed = func(Health) {}
	}
	if o.times == (times{}) {
		o.times = usualTimes()
	}
	deafened := make(chan struct{})
	close(deafened)
	s := &Sockets{deafened: deafened, o: o, renewing: make(chan struct{}, 1), added: make(chan struct{}), logged: map[string]bool{}, health: Health{Wanted: o.Connections}}
	s.dialer = newDialer(o.Transport, o.times.open)
	return s
}

// newDialer returns a dialer of sockets, with the proxy and the certificates of t.
func newDialer(t *http.Transport, within time.Duration) *websocket.Dialer {
	d := &websocket.Dialer{Proxy: t.Proxy, NetDialContext: t.DialContext, HandshakeTimeout: within, WriteBufferSize: writeBuffer}
	if t.TLSClientConfig != nil {
		d.TLSClientConfig = t.TLSClientConfig.Clone()
		d.TLSClientConfig.NextProtos = nil // sockets are HTTP/1.1
	}
	return d
}

// Run holds the connections open until ctx ends, and then returns nil: when all that was
// taken is acknowledged and Slack sends no more, two seconds later at most. It returns
// an error if Slack refuses the token permanently.
func (s *Sockets) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, s.o.Connections)
	var slots sync.WaitGroup
	for range s.o.Connections {
		tried := make(chan struct{})
		slots.Go(func() {
			if err := s.keepOpen(ctx, tried); err != nil {
				failed <- err
				stop()
			}
		})
		// One after the other, so that Slack does not renew them all at once.
		_ = pace.SleepOr(ctx, s.o.times.stagger, tried) // the slots notice if ctx has ended
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

func (s *Sockets) logOnce(level logrus.Level, sentence string) {
	s.mu.Lock()
	known := s.logged[sentence]
	s.logged[sentence] = true
	s.mu.Unlock()
	if !known {
		s.o.Log.WithFields(nil).Log(level, sentence)
	}
}

// times are how long to wait for what.
type times struct {
	open    time.Duration // for each of: an address, the handshake, hello
	stagger time.Duration // between the starts of two sockets, at most

	ping   time.Duration // between two pings of ours
	silent time.Duration // without a byte from Slack until a socket counts as dead

	// leave is how long sockets may take to close after the end of Run's context.
	leave time.Duration

	// linger is how long a socket is read after a warning; Slack ends it after 10 s.
	linger time.Duration
	// renewal is how long a warned socket waits for the renewal of another one, and
	// how old a socket must be before a warning makes it be replaced.
	renewal time.Duration

	retry    time.Duration // before the second attempt; doubles
	maxRetry time.Duration
	settled  time.Duration // a socket that lives so long ends a row of failures

	disabled   time.Duration // between attempts while Socket Mode is switched off; doubles
	tooMany    time.Duration // between attempts of a socket too many; doubles
	maxRefused time.Duration // of these two

	// While no socket is open, the pause between attempts is between these two.
	minDeaf, maxDeaf time.Duration
	deafAgain        time.Duration // between two log lines about that
}

// usualTimes: Slack's clients take a socket for dead after 30 s without a ping of
// Slack's; with pings of our own we know after 15 s.
func usualTimes() times {
	return times{
		open: 15 * time.Second, stagger: time.Second,
		ping: 5 * time.Second, silent: 15 * time.Second, leave: 2 * time.Second,
		linger: 15 * time.Second, renewal: 5 * time.Second,
		retry: 100 * time.Millisecond, maxRetry: 30 * time.Second, settled: time.Second,
		disabled: 30 * time.Second, tooMany: time.Minute, maxRefused: 10 * time.Minute,
		minDeaf: 2 * time.Second, maxDeaf: 10 * time.Second, deafAgain: 5 * time.Minute,
	}
}
