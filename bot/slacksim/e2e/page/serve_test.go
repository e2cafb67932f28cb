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

// dam stands before a CodeArts and holds the pages of logs back when the browser
// tests wish so.
type dam struct {
	behind http.Handler

	mu      sync.Mutex
	held    bool
	pages   int           // that pass although it is held
	changed chan struct{} // closed, and made anew, when one of the above changes
}

func newDam(behind http.Handler) *dam { return &dam{behind: behind, changed: make(chan struct{})} }

func (d *dam) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/v1/log/") && !d.pass(r) {
		return // the client has gone
	}
	d.behind.ServeHTTP(w, r)
}

// pass waits until a page may go; false when nobody waits for it any more.
func (d *dam) pass(r *http.Request) bool {
	for {
		d.mu.Lock()
		changed, held := d.changed, d.held && d.pages == 0
		if !held && d.held {
			d.pages--
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

// wishes takes those of the browser tests.
func (d *dam) wishes(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch r.URL.Path {
	case "/hold":
		d.held, d.pages = true, 0
	case "/let": // some pages pass
		d.pages, _ = strconv.Atoi(r.URL.Query().Get("pages"))
	case "/go":
		d.held = false
	default:
		http.Error(w, "no such wish", http.StatusNotFound)
	}
	close(d.changed)
	d.changed = make(chan struct{})
}

// free holds nothing any more.
func (d *dam) free() {
	d.wishes(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/go", nil))
}

func tryServe(t *testing.T, logbot string) {
	const token = "token-of-the-tests"
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token})
	require.NoError(t, err)
	d := newDam(sim)
	codearts, control := httptest.NewServer(d), httptest.NewServer(http.HandlerFunc(d.wishes))
	defer codearts.Close()
	defer control.Close()
	defer d.free() // whoever waits for a page goes before they close
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
	t.Cleanup(func() { _ = serve.Process.Kill() }) // ended long before, unless a test failed
	require.NoError(t, slack.Wait(t.Context(), func() bool { return slack.Connections() > 0 }))

	browse(t, "serve.test.mjs", "PAGE="+slack.URL()+"/", "CONTROL="+control.URL, "TASK="+webTask)

	require.NoError(t, serve.Process.Signal(syscall.SIGTERM))
	assert.NoError(t, serve.Wait())
}
