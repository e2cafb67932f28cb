// Package page_test tries the page of the local Slack in a real browser: once
// with logbot behind it (logbot demo), once with a small app that shows every
// kind of block.
package page_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/slacksim"
	"logbot/logsapi/codeartsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	builds  = "C0BUILDS01"
	webTask = "48c66c6002964721be537cdc6ce0297b" // of the demo
)

// requireTools skips the test with go test -short or if a tool of the browser tests
// is missing. With LOGBOT_REQUIRE_TOOLS=1 a missing tool fails the test.
func requireTools(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser, which -short leaves out")
	}
	missing := func(tool string) {
		t.Helper()
		message := "the tests of the page need " + tool + "; run: make page-tools"
		if os.Getenv("LOGBOT_REQUIRE_TOOLS") == "1" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	if _, err := exec.LookPath("node"); err != nil {
		missing("Node.js 20")
	}
	chromium := "/usr/bin/chromium"
	if named := os.Getenv("CHROMIUM"); named != "" {
		chromium = named
	}
	if _, err := os.Stat(chromium); err != nil {
		missing("chromium (or CHROMIUM=its path)")
	}
	if _, err := os.Stat("node_modules/playwright-core/package.json"); err != nil {
		missing("playwright-core")
	}
}

// runBrowserTests runs a script of browser tests against a page.
func runBrowserTests(t *testing.T, script string, env ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", script)
	cmd.Env = append(os.Environ(), append(env, "NO_PROXY=*", "FORCE_COLOR=0")...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// downloadLog returns a file with the log of web #128, read with logbot run.
func downloadLog(t *testing.T, logbot string) string {
	t.Helper()
	const token = "token-of-the-tests"
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token})
	require.NoError(t, err)
	codearts := httptest.NewServer(sim)
	defer codearts.Close()
	path := filepath.Join(t.TempDir(), "whole.log")
	run := exec.CommandContext(t.Context(), logbot, "run", "-o", path, "/logs full "+webTask+" 128 all")
	run.Env = append(os.Environ(), "LOGBOT_BUILD_URL="+codearts.URL, "LOGBOT_AUTH_TOKEN="+token, "LOGBOT_RATE=1000", "NO_PROXY=*")
	out, err := run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// build compiles logbot and returns its path.
func build(t *testing.T) (logbot string) {
	t.Helper()
	logbot = filepath.Join(t.TempDir(), "logbot")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", logbot, "logbot/cmd/logbot").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return logbot
}

func TestThePageOfLogbot(t *testing.T) {
	t.Parallel()
	requireTools(t)
	logbot := build(t)
	t.Run("demo", func(t *testing.T) {
		t.Parallel()
		testDemo(t, logbot)
	})
	t.Run("serve", func(t *testing.T) {
		t.Parallel()
		testServe(t, logbot)
	})
}

func testDemo(t *testing.T, logbot string) {
	whole := downloadLog(t, logbot)

	demo := exec.Command(logbot, "demo", "--page", "--listen", "127.0.0.1:0")
	demo.Stderr = os.Stderr
	stdout, err := demo.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, demo.Start())
	t.Cleanup(func() { _ = demo.Process.Kill() }) // for failed tests; else it has ended
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan(), "the demo prints its address")
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindString(lines.Text())
	require.NotEmpty(t, address, lines.Text())

	runBrowserTests(t, "demo.test.mjs", "PAGE="+address, "WHOLE="+whole)

	require.NoError(t, demo.Process.Signal(syscall.SIGTERM))
	assert.False(t, lines.Scan(), "one line is all it prints: %s", lines.Text())
	assert.NoError(t, demo.Wait(), "told to stop, it ends well")
}

// workspace is the local Slack with the small app, and what the browser tests can
// do to both.
type workspace struct {
	t          *testing.T
	clock      *slacksim.HandClock
	acks       chan struct{} // see app
	unanswered chan struct{}

	mu     sync.Mutex
	s      *slacksim.Server
	app    *app
	cancel context.CancelFunc
}

// start starts a workspace at an address.
func (w *workspace) start(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	w.s = slacksim.New(slacksim.Config{
		Listener: l, Clock: w.clock,
		Scopes:    []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history"},
		Shortcuts: []slacksim.Shortcut{{Name: "Explain this build", CallbackID: "explain"}},
		Commands: []slacksim.Command{{Name: "/try", Does: "try something", Verbs: []slacksim.Verb{
			{Name: "kinds", Does: "every kind of block"}, {Name: "modal", Does: "a modal"}, {Name: "many", Hint: "N", Words: []string{"--slow"}, Examples: []string{"many 3"}},
		}}},
	})
	if err := w.s.Start(); err != nil {
		return err
	}
	return w.connect()
}

func (w *workspace) connect() error {
	w.app = &app{t: w.t, s: w.s, acks: w.acks, unanswered: w.unanswered}
	var ctx context.Context
	ctx, w.cancel = context.WithCancel(w.t.Context())
	if err := w.app.connect(ctx); err != nil {
		return err
	}
	return w.s.Wait(ctx, func() bool { return w.s.Connections() > 0 })
}

// disconnect ends the app and waits until the workspace has noticed.
func (w *workspace) disconnect() error {
	w.cancel()
	w.app.work.Wait()
	http.DefaultClient.CloseIdleConnections() // a restarted workspace does not know them
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return w.s.Wait(ctx, func() bool { return w.s.Connections() == 0 })
}

// ServeHTTP serves the requests of the browser tests.
func (w *workspace) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	switch r.URL.Path {
	case "/advance": // the app leaves something unanswered, and four seconds pass
		select {
		case <-w.unanswered:
			w.clock.Advance(4 * time.Second)
		case <-r.Context().Done():
		}
	case "/ack": // the button that is held is acknowledged
		w.acks <- struct{}{}
	case "/leave":
		err = w.disconnect()
	case "/return":
		err = w.connect()
	case "/restart":
		address := w.s.URL()[len("http://"):]
		err = errors.Join(w.disconnect(), w.s.Close())
		err = errors.Join(err, w.start(address))
	default:
		err = errors.New("no such wish")
	}
	if err != nil {
		http.Error(out, err.Error(), http.StatusInternalServerError)
	}
}

func TestThePageShowsWhatAnAppCanDo(t *testing.T) {
	t.Parallel()
	requireTools(t)
	w := &workspace{t: t, clock: slacksim.NewHandClock(time.Now()), acks: make(chan struct{}, 1), unanswered: make(chan struct{}, 1)}
	require.NoError(t, w.start("127.0.0.1:0"))
	control := httptest.NewServer(w)
	defer func() {
		control.Close()
		assert.NoError(t, errors.Join(w.disconnect(), w.s.Close()))
		http.DefaultClient.CloseIdleConnections()
	}()
	runBrowserTests(t, "app.test.mjs", "PAGE="+w.s.URL()+"/", "CONTROL="+control.URL)
}
