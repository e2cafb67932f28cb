package slacksim

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/slacksim/blockkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	builds  = "C0BUILDS01" // public, the app is a member
	general = "C0GENERAL1" // public, it is not
	private = "G0SECRET01" // private, it is not
	ann     = "U0ANN00001"
	bob     = "U0BOB00001"
)

// start runs a workspace for the test. Whatever the test does, a method answers
// only the errors that it is said to have.
func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	s := New(cfg)
	require.NoError(t, s.Start())
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		http.DefaultClient.CloseIdleConnections()
		for _, c := range s.Received() {
			if m, known := methodTable()[c.Method]; known && c.Status != 0 && c.Error != "" {
				assert.Contains(t, strings.Fields(m.errors+" "+commonErrors), c.Error, c.Method)
			}
		}
	})
	return s
}

// handClock is a clock at a round time that shows in the rendered text.
func handClock() *HandClock {
	return NewHandClock(time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC))
}

// within bounds whatever waits for the server.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// next receives one value, or fails the test.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-within(t).Done():
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

type answer struct {
	Status int
	Header http.Header
	Body   map[string]any
}

func (a answer) err() string { s, _ := a.Body["error"].(string); return s }
func (a answer) ts() string  { s, _ := a.Body["ts"].(string); return s }
func (a answer) ok() bool    { return a.Body["ok"] == true }
func (a answer) lines() []any {
	l, _ := blockkit.Field(a.Body["response_metadata"], "messages").([]any)
	return l
}
func (a answer) first() string { return strings.Join(append(texts(a.lines()), ""), "\n") }

func texts(list []any) []string {
	var s []string
	for _, v := range list {
		s = append(s, v.(string))
	}
	return s
}

// do sends a request and decodes the JSON it gets.
func do(t *testing.T, address, contentType, token, body string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(within(t), http.MethodPost, address, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", contentType)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	a := answer{Status: resp.StatusCode, Header: resp.Header}
	require.NoError(t, json.Unmarshal(raw, &a.Body), "%s", raw)
	return a
}

const formType, jsonType = "application/x-www-form-urlencoded", "application/json; charset=utf-8"

// api calls a method with the bot token and pairs of name and value.
func api(t *testing.T, s *Server, method string, pairs ...string) answer {
	t.Helper()
	form := url.Values{"token": {s.BotToken()}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return do(t, s.APIURL()+method, formType, "", form.Encode())
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// socket is an app's end of a Socket Mode connection.
type socket struct {
	t     *testing.T
	ws    *websocket.Conn
	pings chan struct{}
}

// open asks for an address, connects and reads the hello.
func open(t *testing.T, s *Server) (*socket, map[string]any) {
	t.Helper()
	a := do(t, s.APIURL()+"apps.connections.open", formType, s.AppToken(), "")
	require.True(t, a.ok(), "%v", a.Body)
	c := dial(t, a.Body["url"].(string))
	return c, c.read()
}

func dial(t *testing.T, address string) *socket {
	t.Helper()
	c := &socket{t: t, pings: make(chan struct{}, 100)}
	ws, resp, err := websocket.Dial(within(t), address, &websocket.DialOptions{
		HTTPHeader:     http.Header{"Origin": {"https://api.slack.com"}},
		OnPingReceived: func(context.Context, []byte) bool { c.pings <- struct{}{}; return true },
	})
	require.NoError(t, err, "%v", resp)
	c.ws = ws
	t.Cleanup(func() { _ = ws.CloseNow() })
	return c
}

func (c *socket) read() map[string]any {
	c.t.Helper()
	_, frame, err := c.ws.Read(within(c.t))
	require.NoError(c.t, err)
	var v map[string]any
	require.NoError(c.t, json.Unmarshal(frame, &v))
	return v
}

func (c *socket) write(v any) {
	c.t.Helper()
	require.NoError(c.t, c.ws.Write(within(c.t), websocket.MessageText, []byte(toJSON(c.t, v))))
}

// said makes a person type a message.
func said(t *testing.T, s *Server, saying Saying) *Said {
	t.Helper()
	m, err := s.Say(within(t), saying)
	require.NoError(t, err)
	return m
}

// slash types a command as ann in #builds.
func slash(t *testing.T, s *Server, text string) *Invocation {
	t.Helper()
	inv, err := s.Slash(within(t), SlashCommand{Channel: builds, User: ann, Command: "/logs", Text: text})
	require.NoError(t, err)
	return inv
}
