package sockets

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

// at is an API that answers every call with a body.
func at(t *testing.T, status int, body func(host string) string) *slack.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body(r.Host))
	}))
	t.Cleanup(s.Close)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return slack.New("xoxb-1", slack.OptionAppLevelToken("xapp-1"), slack.OptionAPIURL(s.URL+"/api/"),
		slack.OptionHTTPClient(&http.Client{Transport: transport}))
}

func TestARefusedTokenEndsRunWithAdvice(t *testing.T) {
	for code, says := range map[string]string{
		"invalid_auth":           "does not know this token",
		"not_authed":             "does not know this token",
		"token_expired":          "revoked",
		"token_revoked":          "revoked",
		"account_inactive":       "revoked",
		"not_allowed_token_type": "begins with xapp-",
		"missing_scope":          "connections:write",
		"access_denied":          "ask an admin",
	} {
		log, _ := logtest.NewNullLogger()
		err := New(Options{API: at(t, 200, func(string) string { return `{"ok":false,"error":"` + code + `"}` }), Log: log, Transport: &http.Transport{}, times: shortTimes()}).Run(t.Context())
		assert.ErrorContains(t, err, says, code)
		assert.ErrorContains(t, err, code)
		assert.ErrorContains(t, err, "SLACK_APP_TOKEN")
	}
	log, _ := logtest.NewNullLogger()
	assert.ErrorContains(t, New(Options{API: at(t, 404, func(string) string { return "" }), Log: log, Transport: &http.Transport{}, times: shortTimes()}).Run(t.Context()), "SLACK_API_URL")
}

func TestTransientFailuresAreRetried(t *testing.T) {
	for name, api := range map[string]*slack.Client{
		"internal_error": at(t, 200, func(string) string { return `{"ok":false,"error":"internal_error"}` }),
		"500":            at(t, 500, func(string) string { return "" }),
		"no such host": slack.New("xoxb-1", slack.OptionAppLevelToken("xapp-1"), slack.OptionAPIURL("http://slack.invalid/api/"),
			slack.OptionHTTPClient(&http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "slack.invalid", IsNotFound: true}
			}}})),
		"no socket there": at(t, 200, func(host string) string { return `{"ok":true,"url":"ws://` + host + `/link"}` }),
	} {
		t.Run(name, func(t *testing.T) {
			log, _ := logtest.NewNullLogger()
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			tries := 0
			assert.NoError(t, New(Options{API: api, Log: log, Transport: &http.Transport{}, times: shortTimes(), Connections: 1, Changed: func(h Health) {
				assert.NotEmpty(t, h.Trouble)
				if tries++; tries == 4 {
					stop()
				}
			}}).Run(ctx))
			assert.Equal(t, 4, tries)
		})
	}
}

func TestARefusedExtraSocketLeavesTheOthersWorking(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, nil)
	o.connected(t, 2)
	o.Ghosts(9)
	o.Disconnect("refresh_requested")
	o.wait(t, "a refusal", func() bool { return o.logLines("no more connections") > 0 && o.sockets.Health().Connected == 1 })
	opened := o.Counts()["apps.connections.open"]
	o.wait(t, "more tries", func() bool { return o.Counts()["apps.connections.open"] > opened+2 })
	assert.Equal(t, 1, o.sockets.Health().Connected)
	assert.Equal(t, 1, o.logLines("no more connections"))
	o.Ghosts(0)
	o.connected(t, 2)
	assert.Equal(t, 1, o.logLines("this process has"), "ghosts are told, once")
}

func TestOpeningIsRetriedWhileSlackHangs(t *testing.T) {
	hang, err := slacksim.ParseFault("open-hang")
	require.NoError(t, err)
	o := newHarness(t, slacksim.Config{Faults: []slacksim.Fault{hang}}, func(o *Options) { o.times.open = 50 * time.Millisecond })
	o.wait(t, "tries", func() bool { return o.sockets.Health().Trouble != "" && o.Counts()["apps.connections.open"] > 3 })
	require.NoError(t, o.SetFaults())
	o.connected(t, 2)
	o.wait(t, "no trouble", func() bool { return o.sockets.Health().Trouble == "" })
}

func TestWhileEverySocketIsRefusedItIsTriedAgainAndTheLogSaysSo(t *testing.T) {
	o := newWorkspace(t, slacksim.Config{})
	o.Ghosts(9)                   // one of the two sockets is accepted
	o.start(t, func(o *Options) { // with pauses of one open socket too few
		o.times.disabled, o.times.tooMany, o.times.maxRefused = time.Hour, time.Hour, time.Hour
	})
	o.wait(t, "a refusal", func() bool { return o.logLines("no more connections") > 0 && o.sockets.Health().Connected == 1 })
	assert.Zero(t, o.logLines("no connection to Slack is open"))
	o.Ghosts(10)
	o.Disconnect("too_many_websockets") // now none: the other one must not sleep on
	opened := o.Counts()["apps.connections.open"]
	o.wait(t, "more tries", func() bool { return o.Counts()["apps.connections.open"] > opened+5 })
	assert.Zero(t, o.sockets.Health().Connected)
	assert.Equal(t, 1, o.logLines("no connection to Slack is open"))
	for _, e := range o.logged.AllEntries() {
		if strings.Contains(e.Message, "no connection to Slack is open") {
			assert.Equal(t, logrus.ErrorLevel, e.Level)
			assert.Contains(t, e.Message, "too_many_websockets")
		}
	}
	o.Ghosts(0)
	o.connected(t, 2)
}

func TestWithoutASocketThePauseIsTwoToTenSeconds(t *testing.T) {
	times := usualTimes()
	assert.Equal(t, 2*time.Second, times.minDeaf)
	assert.Equal(t, 10*time.Second, times.maxDeaf)
}
