package slacksim

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"logbot/bot/slacksim/blockkit"
)

// Server is the workspace. It is an http.Handler; Start gives it a port. All
// methods may be called concurrently.
type Server struct {
	cfg     Config
	invalid error // what Config.check found
	methods map[string]method
	shapes  blockkit.Schema
	mux     *http.ServeMux

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	http   *http.Server
	url    string         // scheme and host, after Start
	work   sync.WaitGroup // handlers and what they started

	mu         sync.Mutex // guards what follows
	closed     bool
	changed    chan struct{} // closed and replaced at every change
	rev        int64         // counts changes of messages
	lastTS     int64         // microseconds
	rooms      map[string]*room
	order      []string // of the rooms, as configured and then as opened
	conns      []*connection
	tickets    map[string]time.Time
	deliveries map[string]*Delivery // by envelope id
	oldest     []string             // envelope ids in order of creation
	triggers   map[string]*Delivery // by trigger id
	hooks      map[string]*hook     // response URLs by their secret
	views      map[string][]*view   // open modals by user, the topmost last
	uploads    map[string]*upload   // by file id
	fileIDs    []string             // in order of creation
	stored     int64                // declared bytes of all uploads
	inMemory   int64                // bytes of files held in memory
	minutes    map[string]*minute   // of the rate tiers, by method
	posts      minute               // of messages in the workspace
	events     minute               // of an hour: events delivered
	limited    time.Time            // the minute in which the app was last told of their limit
	faults     faults
	traffic    traffic

	page page // has a lock of its own
}

// New returns a workspace that does not listen yet. A configuration that Slack
// could not have is reported by Start, and by every answer of the handler.
func New(cfg Config) *Server {
	cfg = cfg.withDefaults()
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		cfg:        cfg,
		invalid:    cfg.check(),
		shapes:     blockkit.NewSchema(),
		ctx:        ctx,
		cancel:     cancel,
		changed:    make(chan struct{}),
		rooms:      map[string]*room{},
		tickets:    map[string]time.Time{},
		minutes:    map[string]*minute{},
		deliveries: map[string]*Delivery{},
		triggers:   map[string]*Delivery{},
		hooks:      map[string]*hook{},
		views:      map[string][]*view{},
		uploads:    map[string]*upload{},
	}
	for _, c := range cfg.Channels {
		s.rooms[c.ID] = &room{Channel: c}
		s.order = append(s.order, c.ID)
	}
	s.faults.set(cfg.Faults)
	s.methods = webAPI()
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("/api/{method}", s.serveAPI)
	s.mux.HandleFunc("/link/", s.serveSocket)
	s.mux.HandleFunc("POST /upload/v1/{id}/{secret}", s.serveUpload)
	s.mux.HandleFunc("GET /files-pri/{file}/{name}", s.serveFile)
	s.mux.HandleFunc("POST /commands/{team}/{id}/{secret}", s.serveHook)
	s.mux.HandleFunc("POST /actions/{team}/{id}/{secret}", s.serveHook)
	s.mux.HandleFunc("POST /app/{team}/{id}/{secret}", s.serveHook)
	s.routePage()
	return s
}

// Start listens and serves until Close. A second call is an error.
func (s *Server) Start() error {
	if s.invalid != nil {
		return s.invalid
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.http != nil {
		return errors.New("slacksim: started twice or after Close")
	}
	l := s.cfg.Listener
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return fmt.Errorf("slacksim: listen: %w", err)
		}
	}
	s.url = "http://" + l.Addr().String()
	if s.cfg.TLS != nil {
		secured := s.cfg.TLS.Clone()
		if secured.NextProtos == nil {
			secured.NextProtos = []string{"h2", "http/1.1"} // as slack.com does
		}
		l = tls.NewListener(l, secured)
		s.url = "https://" + l.Addr().String()
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ConnState: s.countConnection}
	s.work.Go(func() { _ = s.http.Serve(l) }) // always ErrServerClosed, or the listener's own end
	return nil
}

// countConnection lets Close wait for what net/http does after a handler, such
// as half a second of lingering when a body was not read.
func (s *Server) countConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew: // called by Serve, which is counted itself
		s.work.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.work.Done()
	}
}

// URL is the scheme and host it listens on, without a slash at the end; empty
// before Start.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// APIURL is the base address of the Web API, with the trailing slash that
// clients of Slack expect.
func (s *Server) APIURL() string { return s.URL() + "/api/" }

// BotToken and AppToken are the tokens the app must use.
func (s *Server) BotToken() string { return s.cfg.BotToken }

// AppToken opens sockets; see BotToken.
func (s *Server) AppToken() string { return s.cfg.AppToken }

// Close ends every connection, waits for what is running and forgets the files.
// What the channels show stays readable.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	server := s.http
	s.mu.Unlock()
	s.cancel()
	var err error
	if server != nil {
		err = server.Close()
	}
	s.work.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.uploads {
		err = errors.Join(err, u.content.close())
	}
	s.touch()
	return err
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.invalid != nil {
		http.Error(w, s.invalid.Error(), http.StatusInternalServerError)
		return
	}
	if !s.begin() {
		http.Error(w, "slacksim: closed", http.StatusServiceUnavailable)
		return
	}
	defer s.work.Done()
	s.mux.ServeHTTP(w, r)
}

// begin counts a piece of work that Close shall wait for; false after Close.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}

// Changed returns a channel that is closed at the next change: a message, an
// acknowledgement, a connection, a recorded call.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Wait calls done now and after every change until it returns true or ctx ends.
// done may call any method of the server.
func (s *Server) Wait(ctx context.Context, done func() bool) error {
	for {
		changed := s.Changed()
		if done() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("slacksim: wait: %w", ctx.Err())
		}
	}
}

// touch tells everyone who waits that something changed; s.mu is held.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// base is the scheme and host under which the client reached the server, so
// that every address handed out is spelled the way the client spells it.
func base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// secret returns a fresh unguessable word of upper-case letters and digits.
func secret() string { return rand.Text() }

// newID returns a fresh id in Slack's form, such as F0ABCDEFGHI.
func newID(kind string) string { return kind + "0" + strings.ToUpper(secret()[:9]) }
