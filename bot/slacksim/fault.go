package slacksim

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault is something that goes wrong on purpose, at every Every-th occasion.
type Fault struct {
	Name  string // one of Faults
	Every int    // 1 or more
}

// String is the form ParseFault reads.
func (f Fault) String() string { return f.Name + ":" + strconv.Itoa(f.Every) }

// FaultKind describes a fault that can be switched on.
type FaultKind struct {
	Name, Does string
}

const (
	faultPost429     = "post-429"
	faultPost429Bare = "post-429-bare"
	faultPost500     = "post-500"
	faultPostReset   = "post-reset"
	faultOpenHang    = "open-hang"
	faultWarning     = "socket-warning"
)

// Faults lists what ParseFault understands.
func Faults() []FaultKind {
	return []FaultKind{
		{faultPost429, "chat.postMessage answers 429 with Retry-After: 1 and posts nothing"},
		{faultPost429Bare, "chat.postMessage answers 429 without Retry-After and posts nothing"},
		{faultPost500, "chat.postMessage answers 500 and posts nothing"},
		{faultPostReset, "chat.postMessage posts, then resets the connection instead of answering"},
		{faultOpenHang, "apps.connections.open does not answer until the client gives up"},
		{faultWarning, "after a command was sent, the socket is told to disconnect (warning, 10 s later refresh_requested)"},
	}
}

// ParseFault reads "NAME" or "NAME:N", where N makes every N-th occasion fail
// (1, every one, when left out).
func ParseFault(text string) (Fault, error) {
	name, every, counted := strings.Cut(text, ":")
	f := Fault{Name: name, Every: 1}
	if counted {
		n, err := strconv.Atoi(every)
		if err != nil {
			return Fault{}, fmt.Errorf("fault %s: %q is no number of at least 1", name, every)
		}
		f.Every = n
	}
	return f, f.check()
}

func (f Fault) check() error {
	names := make([]string, 0, len(Faults()))
	for _, k := range Faults() {
		names = append(names, k.Name)
	}
	switch {
	case !slices.Contains(names, f.Name):
		return fmt.Errorf("fault %q is not known; there are %s", f.Name, strings.Join(names, ", "))
	case f.Every < 1:
		return fmt.Errorf("fault %s: %d is no number of at least 1", f.Name, f.Every)
	}
	return nil
}

// faults counts occasions; Server.mu guards it.
type faults struct {
	every map[string]int
	seen  map[string]int
}

func (f *faults) set(list []Fault) {
	f.every, f.seen = map[string]int{}, map[string]int{}
	for _, one := range list {
		f.every[one.Name] = one.Every
	}
}

// strikes counts an occasion and reports whether it is to fail.
func (f *faults) strikes(name string) bool {
	every, on := f.every[name]
	if !on {
		return false
	}
	f.seen[name]++
	return f.seen[name]%every == 0
}

// SetFaults replaces the faults that are switched on and counts from anew; none
// switches all off.
func (s *Server) SetFaults(list ...Fault) error {
	for _, f := range list {
		if err := f.check(); err != nil {
			return fmt.Errorf("slacksim: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.set(list)
	return nil
}

func (s *Server) strikes(fault string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.strikes(fault)
}

// faultBefore fails a call that has not been carried out yet.
func (s *Server) faultBefore(method string, c *call) *refusal {
	switch method {
	case "chat.postMessage":
		switch {
		case s.strikes(faultPost429):
			return tooFast(time.Second)
		case s.strikes(faultPost429Bare):
			return tooFast(0)
		case s.strikes(faultPost500):
			return &refusal{code: "internal_error", status: http.StatusInternalServerError}
		}
	case "apps.connections.open":
		if s.strikes(faultOpenHang) {
			select {
			case <-c.done:
			case <-s.ctx.Done():
			}
			return &refusal{code: "request_timeout", status: http.StatusGatewayTimeout}
		}
	}
	return nil
}

// faultAfter reports whether the client shall not learn of the call's success.
func (s *Server) faultAfter(method string) bool {
	return method == "chat.postMessage" && s.strikes(faultPostReset)
}

// hangUp resets the connection of a request instead of answering it.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if errors.Is(err, http.ErrNotSupported) || conn == nil {
		panic(http.ErrAbortHandler) // HTTP/2: net/http's own way to reset a stream
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
