package listen

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, o Options) *Server {
	t.Helper()
	o.Address = "127.0.0.1:0"
	o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "logbot_x 1\n") })
	o.Mask = func(s string) string { return strings.ReplaceAll(s, "s3cret", "***") }
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func get(t *testing.T, s *Server, path string) (status int, body string) {
	t.Helper()
	defer http.DefaultClient.CloseIdleConnections()
	a, err := http.Get("http://" + s.Address() + path)
	require.NoError(t, err)
	defer a.Body.Close()
	content, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return a.StatusCode, string(content)
}

func TestAServerThatStartsLivesAndIsNotReady(t *testing.T) {
	s := open(t, Options{})
	status, body := get(t, s, "/healthz")
	assert.Equal(t, 200, status)
	assert.JSONEq(t, `{"alive":true}`, body)
	status, body = get(t, s, "/readyz")
	assert.Equal(t, 503, status)
	assert.JSONEq(t, `{"ready":false,"why":"starting"}`, body)
	_, body = get(t, s, "/metrics")
	assert.Equal(t, "logbot_x 1\n", body)
}

func TestOnlyAPartThatIsDownMakesItNotReady(t *testing.T) {
	s := open(t, Options{})
	part := Part{State: Degraded, Why: "HTTP 401 for s3cret"}
	alive := true
	s.Show(Status{
		Alive: func() (bool, string) { return alive, "Slack was not heard" },
		Parts: map[string]func() Part{"state": func() Part { return Part{State: OK} }, "codearts": func() Part { return part }},
	})
	status, body := get(t, s, "/readyz")
	assert.Equal(t, 200, status)
	assert.JSONEq(t, `{"ready":true,"parts":{"state":{"state":"ok"},"codearts":{"state":"degraded","why":"HTTP 401 for ***"}}}`, body)
	part = Part{State: Down, Why: "closed"}
	status, body = get(t, s, "/readyz")
	assert.Equal(t, 503, status)
	assert.JSONEq(t, `{"ready":false,"parts":{"state":{"state":"ok"},"codearts":{"state":"down","why":"closed"}}}`, body)
	alive = false
	status, body = get(t, s, "/healthz")
	assert.Equal(t, 503, status)
	assert.JSONEq(t, `{"alive":false,"why":"Slack was not heard"}`, body)
}

func TestProfilesAreShownOnlyIfWanted(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		status, _ := get(t, open(t, Options{Pprof: wanted}), "/debug/pprof/goroutine?debug=1")
		assert.Equal(t, wanted, status == 200)
	}
}
