package replicas

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stopTimeout is how long a replica may take to end when it is told to: somewhat
// more than the bot allows itself.
const stopTimeout = 40 * time.Second

// build compiles logbot as `make build` does and returns its path.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "logbot")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "logbot/cmd/logbot").CombinedOutput()
	require.NoError(t, err, "build logbot: %s", out)
	return path
}

// replica runs one process of `logbot serve` after another. Its warnings are shown
// if the test fails. start, kill and stop are called by one goroutine.
type replica struct {
	t       *testing.T
	name    string
	program string
	env     []string

	cmd    *exec.Cmd // nil if none runs
	said   transcript
	deaths []time.Time // by kill; the n-th process died at deaths[n]
}

// transcript is the log of the processes of a replica.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// warnings returns the lines above level info.
func (s *transcript) warnings() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for line := range strings.Lines(s.text.String()) {
		if !strings.Contains(line, "level=info") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// killedLine begins the line between the logs of two processes.
const killedLine = "killed at "

// perProcess returns the log of each process, the running one last.
func (s *transcript) perProcess() (lives [][]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lives = append(lives, nil)
	for line := range strings.Lines(s.text.String()) {
		if strings.HasPrefix(line, killedLine) {
			lives = append(lives, nil)
			continue
		}
		lives[len(lives)-1] = append(lives[len(lives)-1], line)
	}
	return lives
}

// newReplica returns a replica whose last process ends with the test.
func newReplica(t *testing.T, name, program string, env []string) *replica {
	r := &replica{t: t, name: name, program: program}
	// The environment of the test, such as a proxy, must not reach it.
	r.env = append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}, env...)
	t.Cleanup(func() {
		r.stop()
		if t.Failed() {
			t.Logf("%s said:\n%s", r.name, r.said.warnings())
		}
	})
	return r
}

// start runs a process. It does not wait for it to be connected.
func (r *replica) start() {
	r.t.Helper()
	require.Nil(r.t, r.cmd, "%s runs", r.name)
	cmd := exec.Command(r.program, "serve")
	cmd.Env, cmd.Stderr = r.env, &r.said
	require.NoError(r.t, cmd.Start())
	r.cmd = cmd
}

// kill ends the process like kill -9.
func (r *replica) kill() {
	r.t.Helper()
	require.NotNil(r.t, r.cmd, "%s does not run", r.name)
	require.NoError(r.t, r.cmd.Process.Kill())
	_ = r.cmd.Wait() // killed, as intended
	r.deaths = append(r.deaths, time.Now())
	fmt.Fprintf(&r.said, "%s%s\n", killedLine, r.deaths[len(r.deaths)-1].UTC().Format(clockForm))
	r.cmd = nil
}

// stop ends the process like a service manager.
func (r *replica) stop() {
	if r.cmd == nil {
		return
	}
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(stopTimeout, func() { _ = r.cmd.Process.Kill() })
	defer kill.Stop()
	if err := r.cmd.Wait(); err != nil {
		r.t.Errorf("%s ended with %v", r.name, err)
	}
	r.cmd = nil
}
