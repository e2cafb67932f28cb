package slacksim

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Server is the workspace. It is an http.Handler; Start gives it a port. It
// consists of parts that each have the methods of one subject; see the package
// comment. All methods may be called concurrently.
type Server struct {
	*workspace
	*channels
	*faults
	*traffic
	*sockets
	*files
	*modals
	*people
	deliveries *deliveries

	invalid error // error of Config.check
	mux     *http.ServeMux
	http    *http.Server // after Start
}

// New returns a workspace that does not listen yet. An invalid configuration is
// reported by Start and by every answer of the handler.
func New(cfg Config) *Server {
	cfg = cfg.withDefaults()
	ws := newWorkspace(cfg)
	cs := newChannels(ws)
	fs := &faults{workspace: ws}
	fs.set(cfg.Faults)
	rl := &rates{workspace: ws, perMethod: map[string]*window{}}
	tr := newTraffic(ws)
	so := &sockets{workspace: ws, faults: fs, tickets: map[string]time.Time{}}
	ds := &deliveries{
		channels: cs, sockets: so, faults: fs, traffic: tr, sent: &sentFrames{},
		byEnvelope: map[string]*Delivery{}, byTrigger: map[string]*Delivery{}, responseURLs: map[string]*responseURL{},
	}
	so.onFrame = ds.handleFrame
	es := &events{channels: cs, deliveries: ds, rates: rl}
	cs.onAppMessage = es.tellOwnMessage
	rs := &responses{channels: cs, deliveries: ds, faults: fs, traffic: tr, rates: rl}
	ms := &modals{workspace: ws, deliveries: ds, views: map[string][]*view{}}
	ps := &people{channels: cs, deliveries: ds, responses: rs, events: es, modals: ms}
	fi := &files{channels: cs, faults: fs, rates: rl, traffic: tr, uploads: map[string]*upload{}}
	api := newWebAPI(ws, fs, rl, tr, so, &chat{channels: cs, rates: rl}, fi, ms)
	pg := &page{
		channels: cs, runID: newSecret(), people: ps, deliveries: ds, sockets: so, modals: ms, files: fi, traffic: tr,
	}

	s := &Server{
		workspace: ws, channels: cs, faults: fs, traffic: tr, sockets: so, files: fi, modals: ms, people: ps,
		deliveries: ds, invalid: cfg.check(), mux: http.NewServeMux(),
	}
	s.mux.HandleFunc("/api/{method}", api.serveAPI)
	s.mux.HandleFunc("/link/", so.serveSocket)
	s.mux.HandleFunc("POST /upload/v1/{id}/{secret}", fi.serveUpload)
	s.mux.HandleFunc("GET /files-pri/{file}/{name}", fi.serveFile)
	s.mux.HandleFunc("POST /commands/{team}/{id}/{secret}", rs.serveResponseURL)
	s.mux.HandleFunc("POST /actions/{team}/{id}/{secret}", rs.serveResponseURL)
	s.mux.HandleFunc("POST /app/{team}/{id}/{secret}", rs.serveResponseURL)
	pg.routePage(s.mux)
	return s
}

// Start listens and serves until Close. It can be called only once.
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
	s.work.Go(func() { _ = s.http.Serve(l) }) // ErrServerClosed, or the listener was closed
	return nil
}

// countConnection makes Close wait for what net/http does after a handler, such as
// lingering for half a second if the body was not read.
func (s *Server) countConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew: // called by Serve, which is counted, so work is not zero
		s.work.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.work.Done()
	}
}

// URL returns the scheme and host, without a slash at the end; empty before Start.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// APIURL returns the base URL of the Web API with the trailing slash that Slack
// clients expect.
func (s *Server) APIURL() string { return s.URL() + "/api/" }

// Close ends every connection, waits for running handlers and drops the files.
// Messages stay readable.
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
