package page_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/logsapi/codeartsim"
)

// pageHolder is a proxy before CodeArts that holds log pages back when the browser
// tests say so.
type pageHolder struct {
	next http.Handler

	mu      sync.Mutex
	holding bool
	allowed int           // that pass while it holds
	changed chan struct{} // closed and replaced at every change
}

func newPageHolder(behind http.Handler) *pageHolder {
	return &pageHolder{next: behind, changed: make(chan struct{})}
}

func (d *pageHolder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/v1/log/") && !d.wait(r) {
		return // the client has gone away
	}
	d.next.ServeHTTP(w, r)
}

// wait waits until a page may pass. It reports false if the client has gone away.
func (d *pageHolder) wait(r *http.Request) bool {
	for {
		d.mu.Lock()
		changed, held := d.changed, d.holding && d.allowed == 0
		if !held && d.holding {
			d.allowed--
		}
		d.mu.Unlock()
		if !held {
			return true
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return false
		}
	}
}

// control serves the requests of the browser tests.
func (d *pageHolder) control(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch r.URL.Path {
	case "/hold":
		d.holding, d.allowed = true, 0
	case "/let": // some pages pass
		d.allowed, _ = strconv.Atoi(r.URL.Query().Get("pages"))
	case "/go":
		d.holding = false
	default:
		http.Error(w, "unknown control request", http.StatusNotFound)
	}
	close(d.changed)
	d.changed = make(chan struct{})
}

// release lets all pages pass.
func (d *pageHolder) release() {
	d.control(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/go", nil))
}

func testServe(t *testing.T, logbot string) {
	const token = "token-of-the-tests"
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token,
		Faults: []codeartsim.Fault{"not-published=build-file", "not-published=build-file-v1"}}) // logs come in pages, which can be held back
	require.NoError(t, err)
	d := newPageHolder(sim)
	codearts, control := httptest.NewServer(d), httptest.NewServer(http.HandlerFunc(d.control))
	defer codearts.Close()
	defer control.Close()
	defer d.release() // releases waiting requests before the servers close
	slack := slacksim.New(slacksim.Config{Commands: []slacksim.Command{{Name: "/logs"}}})
	require.NoError(t, slack.Start())
	defer func() { assert.NoError(t, slack.Close()) }()

	serve := exec.Command(logbot, "serve")
	serve.Env = append(os.Environ(), "NO_PROXY=*",
		"SLACK_API_URL="+slack.APIURL(), "SLACK_BOT_TOKEN="+slack.BotToken(), "SLACK_APP_TOKEN="+slack.AppToken(),
		"LOGBOT_BUILD_URL="+codearts.URL, "LOGBOT_CHECK_URL="+codearts.URL, "LOGBOT_AUTH_TOKEN="+token, "LOGBOT_RATE=1000",
		"LOGBOT_PROJECTS="+strings.Join(slices.Sorted(maps.Values(sim.Projects())), ","), "LOGBOT_OPEN=true",
		"LOGBOT_DATA="+t.TempDir(), "LOGBOT_UNPACED=true", "LOGBOT_LOG_LEVEL=error",
		"LOGBOT_CONSOLE_URL=https://codearts.example.com/{task}?build={build}")
	serve.Stderr = os.Stderr
	require.NoError(t, serve.Start())
	t.Cleanup(func() { _ = serve.Process.Kill() }) // for failed tests; else it has ended
	require.NoError(t, slack.Wait(t.Context(), func() bool { return slack.Connections() > 0 }))

	runBrowserTests(t, "serve.test.mjs", "PAGE="+slack.URL()+"/", "CONTROL="+control.URL, "TASK="+webTask)

	require.NoError(t, serve.Process.Signal(syscall.SIGTERM))
	assert.NoError(t, serve.Wait())
}
