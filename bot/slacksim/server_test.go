package slacksim

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheZeroConfigurationIsAWorkspace(t *testing.T) {
	s := start(t, Config{})
	assert.True(t, strings.HasPrefix(s.APIURL(), "http://127.0.0.1:"))
	assert.True(t, strings.HasSuffix(s.APIURL(), "/api/"))
	assert.Equal(t, []User{{ID: ann, Name: "ann"}, {ID: bob, Name: "bob"}}, s.Users())
	require.Len(t, s.Channels(), 3)
	a := api(t, s, "auth.test")
	assert.Equal(t, "T0SLACKSIM", a.Body["team_id"])
	assert.Equal(t, "commands,chat:write,chat:write.public,files:write", a.Header.Get("X-OAuth-Scopes"))
	a = api(t, s, "files.info", "file", "F1")
	assert.Equal(t, "files:read", a.Header.Get("X-Accepted-OAuth-Scopes"))
}

func TestAWorkspaceThatSlackCouldNotHaveIsRefused(t *testing.T) {
	cases := map[string]struct {
		cfg Config
		why string
	}{
		"token":        {Config{BotToken: "xapp-1"}, "xoxb-"},
		"short id":     {Config{Channels: []Channel{{ID: "C123"}}}, "C123"},
		"same id":      {Config{Channels: []Channel{{ID: builds}, {ID: builds}}}, "twice"},
		"user id":      {Config{Users: []User{{ID: "ann"}}}, "ann"},
		"bot user":     {Config{BotUser: User{ID: "bot"}}, "bot"},
		"ghost member": {Config{Channels: []Channel{{ID: builds, Members: []string{"U0GHOST001"}}}}, "U0GHOST001"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := New(c.cfg)
			require.ErrorContains(t, s.Start(), c.why)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/auth.test", nil))
			assert.Equal(t, 500, w.Code)
			assert.Contains(t, w.Body.String(), c.why)
			require.NoError(t, s.Close())
		})
	}
}

func TestServerIsAHandler(t *testing.T) {
	s := New(Config{})
	server := httptest.NewServer(s)
	defer server.Close()
	defer func() { require.NoError(t, s.Close()) }()
	a := do(t, server.URL+"/api/apps.connections.open", formType, s.AppToken(), "")
	c := dial(t, a.Body["url"].(string))
	c.read()
	inv := slash(t, s, "x")
	assert.True(t, strings.HasPrefix(inv.ResponseURL, server.URL+"/commands/"))
	assert.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"hi"}`).ok())
}

func TestItTakesAListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := start(t, Config{Listener: l})
	assert.Equal(t, "http://"+l.Addr().String()+"/api/", s.APIURL())
	require.Error(t, s.Start(), "started twice")
	assert.True(t, api(t, s, "auth.test").ok(), "and still there")
}

func TestAfterCloseNothingIsServedAndWhatWasSaidStays(t *testing.T) {
	s := start(t, Config{})
	open(t, s)
	require.True(t, api(t, s, "chat.postMessage", "channel", builds, "text", "hi").ok())
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "twice is fine")
	assert.Zero(t, s.Connections())
	assert.Len(t, s.Messages(builds), 1)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/auth.test", nil))
	assert.Equal(t, 503, w.Code)
	_, err := s.Slash(t.Context(), SlashCommand{Channel: builds, User: ann, Command: "/logs"})
	require.ErrorContains(t, err, "closed")
	require.Error(t, s.Start())
}

func TestLargeBodiesAreRefused(t *testing.T) {
	s := start(t, Config{})
	a := do(t, s.APIURL()+"chat.postMessage", formType, s.BotToken(), "text="+strings.Repeat("x", maxWebAPIBody))
	assert.Equal(t, 413, a.Status)
	assert.Equal(t, "invalid_form_data", a.err())
}

func TestWaitEndsWithItsContext(t *testing.T) {
	s := New(Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Wait(ctx, func() bool { return false }), context.Canceled)
	require.NoError(t, s.Wait(ctx, func() bool { return true }))
	_, err := s.Slash(ctx, SlashCommand{Channel: builds, User: ann, Command: "/logs"})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.Close())
}

func TestManyAtOnce(t *testing.T) {
	s := start(t, Config{})
	open(t, s)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				assert.True(t, api(t, s, "chat.postMessage", "channel", builds, "text", "x").ok())
				_, err := s.Slash(t.Context(), SlashCommand{Channel: builds, User: ann, Command: "/logs"})
				assert.NoError(t, err)
				s.Render(builds, ann)
			}
		})
	}
	all.Wait()
	assert.Len(t, s.Messages(builds), 80)
}

func TestTheSystemClockObeysSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, due := time.Now(), make(chan time.Time, 1)
		clock := systemClock{}
		clock.AfterFunc(time.Minute, func() { due <- clock.Now() })
		clock.AfterFunc(time.Second, func() { t.Error("stopped timers do not run") })()
		assert.Equal(t, time.Minute, (<-due).Sub(began))
	})
}

func TestAHandClockRunsTimersInOrder(t *testing.T) {
	clock := handClock()
	began := clock.Now()
	var ran []time.Duration
	note := func() { ran = append(ran, clock.Now().Sub(began)) }
	clock.AfterFunc(3*time.Second, note)
	clock.AfterFunc(time.Second, func() {
		note()
		clock.AfterFunc(time.Second, note) // due within the same Advance
	})
	clock.AfterFunc(2*time.Second, note)()
	stop := clock.AfterFunc(time.Hour, note)
	clock.Advance(4 * time.Second)
	stop()
	stop()
	clock.Advance(time.Hour)
	assert.Equal(t, []time.Duration{time.Second, 2 * time.Second, 3 * time.Second}, ran)
	assert.Equal(t, time.Hour+4*time.Second, clock.Now().Sub(began))
}
