// Package redistest runs real Redis servers for a test: a single one, one with TLS
// and ACL, a master with Sentinels, a Cluster; and a proxy that makes connections
// slow or breaks them. All listen on free ports of 127.0.0.1, write to folders of
// the test, and end with it, by their process id.
//
// A test is skipped with go test -short or if redis-server is not installed. With
// LOGBOT_REQUIRE_TOOLS=1 a missing redis-server fails it.
package redistest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Server is a redis-server on a free port of 127.0.0.1. It keeps nothing on
// disk unless its arguments say so, and it ends with its test.
type Server struct {
	Addr string // host:port

	tb    testing.TB
	args  []string
	ready string // in the line of its log that says it is ready
	cmd   *exec.Cmd

	client func() *redis.Client // of the test itself; made when first needed
}

const (
	// portTries is how many ports are tried: another process may take a free port
	// before the server does.
	portTries = 5
	// patience is the longest wait for servers to find each other.
	patience = 30 * time.Second
	// lookEvery is the pause between two looks at servers.
	lookEvery = 20 * time.Millisecond

	readyServer   = "Ready to accept connections"
	readySentinel = "+monitor master"
)

// Start runs redis-server with args after its own, and waits until it accepts
// connections. The test is skipped with go test -short or if redis-server is not
// installed; with LOGBOT_REQUIRE_TOOLS=1 a missing redis-server fails it.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	dir := tb.TempDir()
	return start(tb, readyServer, func(port string) []string { return arguments(port, dir, args...) })
}

func arguments(port, dir string, more ...string) []string {
	return append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no"}, more...)
}

func requireServer(tb testing.TB) {
	tb.Helper()
	_, err := exec.LookPath("redis-server")
	const missing = "redis-server is not installed; as root run: apt-get install -y redis-server"
	switch {
	case testing.Short():
		tb.Skip("needs redis-server, which -short leaves out")
	case err != nil && os.Getenv("LOGBOT_REQUIRE_TOOLS") == "1":
		tb.Fatal(missing)
	case err != nil:
		tb.Skip(missing)
	}
}

// start runs redis-server with the arguments for a free port.
func start(tb testing.TB, ready string, args func(port string) []string) *Server {
	tb.Helper()
	requireServer(tb)
	var err error
	for range portTries {
		port := freePort(tb)
		s := &Server{Addr: "127.0.0.1:" + port, tb: tb, args: args(port), ready: ready}
		if err = s.run(); err == nil {
			tb.Cleanup(s.Kill)
			s.client = sync.OnceValue(func() *redis.Client {
				c := redis.NewClient(&redis.Options{
					Addr: s.Addr, Protocol: 2, DisableIdentity: true, MaxRetries: 1, DialerRetries: 1,
					MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
				})
				tb.Cleanup(func() { c.Close() })
				return c
			})
			return s
		}
	}
	tb.Fatal(err)
	return nil
}

// URL is the address of the server in the form of a redis:// URL.
func (s *Server) URL() string { return "redis://" + s.Addr }

// Kill ends the server at once, as a crash would. It may be called again.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	s.cmd.Wait()
	s.cmd = nil
}

// Freeze suspends the server: its connections stay open, and it does not answer.
// Thaw resumes it.
func (s *Server) Freeze() { s.cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw ends a Freeze.
func (s *Server) Thaw() { s.cmd.Process.Signal(syscall.SIGCONT) }

// Restart runs a killed server again, on the same port with the same arguments.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Kill()
	if err := s.run(); err != nil {
		s.tb.Fatal(err)
	}
}

func (s *Server) run() error {
	cmd := exec.Command("redis-server", s.args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), s.ready) {
			s.cmd = cmd
			go io.Copy(io.Discard, out) // ends with the server
			return nil
		}
		said.WriteString(lines.Text() + "\n")
	}
	cmd.Wait()
	return fmt.Errorf("redis-server at %s ended: %s", s.Addr, said.String())
}

// Do sends the server one command, and fails the test if that is refused.
func (s *Server) Do(args ...any) any {
	s.tb.Helper()
	reply, err := s.try(args...)
	if err != nil {
		s.tb.Fatalf("%v at %s: %v", args, s.Addr, err)
	}
	return reply
}

// try sends the server one command.
func (s *Server) try(args ...any) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.client().Do(ctx, args...).Result()
}

// says reports whether the answer to a command, as text, contains words.
func (s *Server) says(words string, args ...any) bool {
	reply, err := s.try(args...)
	return err == nil && strings.Contains(fmt.Sprint(reply), words)
}

// until waits until done reports true.
func until(tb testing.TB, what string, done func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(lookEvery) {
		if time.Now().After(deadline) {
			tb.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func freePort(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
