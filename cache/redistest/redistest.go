// Package redistest runs a real redis-server for a test.
package redistest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
)

// Server is a redis-server on a free port of 127.0.0.1. It keeps nothing on
// disk unless its arguments say so, and it ends with its test.
type Server struct {
	Addr string // host:port

	tb   testing.TB
	args []string
	cmd  *exec.Cmd
}

// portTries is how often another port is tried when somebody else took the one
// that was free a moment ago.
const portTries = 5

// Start runs redis-server with args after its own, and waits until it accepts
// connections. Without redis-server installed the test fails.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		tb.Fatal("redis-server is not installed; as root run: apt-get install -y redis-server")
	}
	dir := tb.TempDir()
	var err error
	for range portTries {
		port := freePort(tb)
		s := &Server{Addr: "127.0.0.1:" + port, tb: tb, args: append([]string{
			"--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no",
		}, args...)}
		if err = s.run(); err == nil {
			tb.Cleanup(s.Kill)
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
		if strings.Contains(lines.Text(), "Ready to accept connections") {
			s.cmd = cmd
			go io.Copy(io.Discard, out) // ends with the server
			return nil
		}
		said.WriteString(lines.Text() + "\n")
	}
	cmd.Wait()
	return fmt.Errorf("redis-server at %s ended: %s", s.Addr, said.String())
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
