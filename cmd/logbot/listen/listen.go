// Package listen is the HTTP server of LOGBOT_LISTEN: whether the process lives
// (/healthz), whether it can work (/readyz), and its metrics. No answer waits for
// anything outside the process.
package listen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"sync"
	"time"
)

// closeWithin is how long Close waits for answers that are being sent.
const closeWithin = time.Second

// State is how well a part of the bot works.
type State string

// The states. Down alone makes the bot not ready.
const (
	OK       State = "ok"
	Degraded State = "degraded" // it works with a loss
	Unknown  State = "unknown"  // it was not asked yet
	Down     State = "down"
)

// Part is what is known of one part of the bot.
type Part struct {
	State State  `json:"state"`
	Why   string `json:"why,omitempty"` // for operators; empty if ok
}

// Status is what the server tells. Its functions return what is known and ask nobody,
// because they are called for every request.
type Status struct {
	Alive func() (alive bool, why string)
	Parts map[string]func() Part
}

// Options are the settings of a Server.
type Options struct {
	Address string       // host:port; without a host it is reachable from everywhere
	Metrics http.Handler // answers /metrics
	Mask    func(string) string
	Pprof   bool // answers /debug/pprof, which shows memory and the command line
}

// Server answers health checks and scrapes. Until Show is called it lives and is not
// ready. It is safe for concurrent use.
type Server struct {
	mask     func(string) string
	listener net.Listener
	server   *http.Server
	ended    chan error

	mu     sync.Mutex
	status *Status // nil until Show
}

// Open listens and answers from now on.
func Open(ctx context.Context, o Options) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("answer health checks: %w", err)
	}
	s := &Server{mask: o.Mask, listener: l, ended: make(chan error, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", o.Metrics)
	if o.Pprof {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	s.server = &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	go func() { s.ended <- s.server.Serve(l) }()
	return s, nil
}

// Address is where the server listens, with the port that was chosen for port 0.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Show tells this status from now on.
func (s *Server) Show(status Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = &status
}

func (s *Server) shown() *Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Close stops the server. Answers that are being sent have a second.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		_ = s.server.Close() // an answer took too long; it is broken off
	}
	if err := <-s.ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("answer health checks: %w", err)
	}
	return nil
}

// health says whether the process should be restarted.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	alive, why := true, ""
	if status := s.shown(); status != nil {
		alive, why = status.Alive()
	}
	s.answer(w, alive, map[string]any{"alive": alive}, why)
}

// ready says by part whether the bot can work.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	status := s.shown()
	if status == nil {
		s.answer(w, false, map[string]any{"ready": false}, "starting")
		return
	}
	ready, parts := true, map[string]Part{}
	for name, look := range status.Parts {
		p := look()
		p.Why = s.mask(p.Why)
		parts[name] = p
		ready = ready && p.State != Down
	}
	s.answer(w, ready, map[string]any{"ready": ready, "parts": parts}, "")
}

func (s *Server) answer(w http.ResponseWriter, good bool, says map[string]any, why string) {
	if why != "" {
		says["why"] = s.mask(why)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !good {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(says) // who asked has gone
}
