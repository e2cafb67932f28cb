package sockets

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

func TestEveryCommandIsTakenAndAcknowledged(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, func(o *Options) { o.Connections = 3 })
	o.connected(t, 3)
	var typed []*slacksim.Invocation
	for i := range 50 {
		typed = append(typed, o.typeCommand(t, fmt.Sprint(i)))
	}
	seen := map[string]bool{}
	for range typed {
		e := <-o.taken
		seen[textOf(t, e)] = true
		assert.Equal(t, "slash_commands", e.Type)
	}
	assert.Len(t, seen, 50)
	for _, i := range typed {
		require.NoError(t, i.Settled(t.Context()))
		assert.Empty(t, i.Status().Failure)
	}
	h := o.sockets.Health()
	assert.Equal(t, 3, h.Counted)
	assert.Zero(t, h.Reconnects)
	assert.Empty(t, h.Trouble)
	assert.Less(t, h.Silence, time.Minute)
}

func TestARepeatedEventCountsItsRetries(t *testing.T) {
	clock := slacksim.NewHandClock(time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC))
	taken := make(chan Envelope, 1)
	o := newHarness(t, slacksim.Config{Clock: clock, Scopes: []string{"app_mentions:read", "chat:write"}}, func(o *Options) {
		o.Take = func(_ context.Context, e Envelope) { taken <- e }
	})
	o.connected(t, 2)
	_, err := o.Say(t.Context(), slacksim.Saying{User: "U0ANN00001", Channel: "C0BUILDS01", Text: "@logbot help"})
	require.NoError(t, err)
	assert.Zero(t, (<-taken).Retries)
	for clock.Advance(time.Second); len(taken) == 0; clock.Advance(time.Second) {
		time.Sleep(time.Millisecond)
	}
	again := <-taken
	assert.Equal(t, 1, again.Retries)
	again.Ack(t.Context(), nil)
}

func TestAWarnedSocketIsReadWhileItsSuccessorOpens(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, nil)
	o.connected(t, 2)
	o.least.Store(100)
	opened := o.Counts()["apps.connections.open"]
	require.Equal(t, 2, o.Disconnect("warning"))
	var typed []*slacksim.Invocation
	o.wait(t, "two successors", func() bool {
		typed = append(typed, o.typeCommand(t, "while they change"))
		return o.Counts()["apps.connections.open"] == opened+2 && o.sockets.Health().Connected == 4
	})
	for _, i := range typed {
		require.NoError(t, i.Settled(t.Context()))
		assert.Empty(t, i.Status().Failure, "no command is lost")
	}
	assert.GreaterOrEqual(t, o.least.Load(), int64(2), "nothing was closed before its successor came")
	o.Disconnect("refresh_requested") // all four: the old ones are not replaced again
	o.wait(t, "two connections again", func() bool { return o.Connections() == 2 && o.sockets.Health().Connected == 2 })
	assert.Equal(t, opened+4, o.Counts()["apps.connections.open"])
}

func TestLostSocketsAreReopened(t *testing.T) {
	for name, end := range map[string]func(*harness){
		"refresh_requested": func(o *harness) { o.Disconnect("refresh_requested") },
		"cut":               func(o *harness) { o.Reset() },
	} {
		t.Run(name, func(t *testing.T) {
			o := newHarness(t, slacksim.Config{}, nil)
			o.connected(t, 2)
			for range 5 {
				before := o.sockets.Health().Reconnects
				end(o)
				o.wait(t, "new ones", func() bool { return o.sockets.Health().Reconnects >= before+2 && o.Connections() == 2 })
			}
			i := o.typeCommand(t, "x")
			require.NoError(t, i.Settled(t.Context()))
			assert.Empty(t, i.Status().Failure)
		})
	}
}

func TestSocketModeSwitchedOffIsLoggedOnce(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, nil)
	o.connected(t, 2)
	for range 3 {
		o.Disconnect("link_disabled")
		o.wait(t, "the loss", func() bool { return o.sockets.Health().Connected == 0 })
		assert.Contains(t, o.sockets.Health().Trouble, "link_disabled")
		o.connected(t, 2)
	}
	assert.Equal(t, 1, o.logLines("Switch it on"))
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

// passage forwards TCP connections until it is frozen: then they stay open, and
// nothing comes through any more.
type passage struct {
	net.Listener
	to     string
	frozen atomic.Bool
	work   sync.WaitGroup
	mu     sync.Mutex
	conns  []net.Conn
}

func (p *passage) run() {
	for {
		in, err := p.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, in, out)
		p.mu.Unlock()
		p.work.Go(func() { p.forward(in, out) })
		p.work.Go(func() { p.forward(out, in) })
	}
}

func (p *passage) forward(from, to net.Conn) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if p.frozen.Load() {
			if err != nil {
				return
			}
			continue
		}
		if err != nil {
			_ = to.Close()
			return
		}
		_, _ = to.Write(buf[:n])
	}
}

func (p *passage) end() {
	_ = p.Close()
	p.mu.Lock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.work.Wait()
}

func TestAHalfOpenSocketIsNoticedAndReplaced(t *testing.T) {
	s := slacksim.New(slacksim.Config{})
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	listen := func() *passage {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		p := &passage{Listener: l, to: strings.TrimPrefix(s.URL(), "http://")}
		p.work.Go(p.run)
		t.Cleanup(p.end)
		return p
	}
	p, q := listen(), listen()
	var target atomic.Pointer[passage]
	target.Store(p)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, target.Load().Addr().String())
	}
	times := shortTimes()
	times.ping, times.silent = 20*time.Millisecond, time.Second
	log, _ := logtest.NewNullLogger()
	sockets := New(Options{
		API: slack.New(s.BotToken(), slack.OptionAppLevelToken(s.AppToken()), slack.OptionAPIURL("http://slack.test/api/"),
			slack.OptionHTTPClient(&http.Client{Transport: transport})),
		Connections: 1, Log: log, Transport: transport, times: times,
		Take: func(ctx context.Context, e Envelope) { e.Ack(ctx, nil) },
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sockets.Run(ctx) }()
	t.Cleanup(func() { stop(); assert.NoError(t, <-ended) })
	within, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	connected := func() bool { return sockets.Health().Connected == 1 }
	require.Eventually(t, connected, 30*time.Second, time.Millisecond)
	p.frozen.Store(true) // a line that died without a word
	target.Store(q)
	require.NoError(t, s.Wait(within, func() bool { return s.Connections() == 2 }), "%+v", sockets.Health())
	require.Eventually(t, func() bool { return sockets.Health().Reconnects == 1 }, 30*time.Second, time.Millisecond)
}

func TestASlowTakeDoesNotEndTheSocket(t *testing.T) {
	release := make(chan struct{})
	taken := make(chan string, 20)
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Connections = 1
		o.times.ping, o.times.silent = 10*time.Millisecond, 300*time.Millisecond
		o.Take = func(ctx context.Context, e Envelope) {
			<-release
			e.Ack(ctx, nil)
			taken <- e.ID
		}
	})
	o.connected(t, 1)
	first := o.typeCommand(t, "0")
	for i := range 9 {
		o.typeCommand(t, fmt.Sprint(i+1))
	}
	l := o.sockets.links[0]
	heard := l.lastHeard()
	o.wait(t, "Slack to be heard well beyond its time", func() bool { return l.lastHeard().Sub(heard) > time.Second })
	assert.Zero(t, o.sockets.Health().Reconnects)
	close(release)
	assert.Equal(t, first.EnvelopeID, <-taken)
	for range 9 {
		<-taken
	}
}

func TestAnAcknowledgementUsesAnotherSocketIfItsOwnEnded(t *testing.T) {
	hold := make(chan Envelope, 1)
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Take = func(_ context.Context, e Envelope) { hold <- e }
	})
	o.connected(t, 2)
	i := o.typeCommand(t, "x")
	e := <-hold
	o.Disconnect("refresh_requested")
	o.wait(t, "new sockets", func() bool { return o.sockets.Health().Reconnects == 2 })
	e.Ack(t.Context(), nil)
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
}

func TestAnAnswerTooLongForAnAcknowledgementIsDropped(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Take = func(ctx context.Context, e Envelope) {
			e.Ack(ctx, map[string]string{"text": strings.Repeat("x", maxAck)})
		}
	})
	o.connected(t, 2)
	i := o.typeCommand(t, "x")
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
	assert.Equal(t, 1, o.logLines("without an answer"))
}

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

func TestEveryEnvelopeIsTakenWhateverItHolds(t *testing.T) {
	acks := make(chan string, 10)
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	mux.HandleFunc("/api/apps.connections.open", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"ok":true,"url":"ws://%s/link"}`, r.Host)
	})
	mux.HandleFunc("/link", func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		defer func() { _ = ws.CloseNow() }()
		for _, frame := range []string{
			`{"type":"hello","num_connections":1}`, `{{{`, `[]`, `""`, ``, `{"type":"news"}`, `{"type":"slash_commands"}`,
			`{"type":"slash_commands","envelope_id":"bad","payload":7}`, `{"type":"news","envelope_id":"new","retry_attempt":"2"}`,
			`{"type":"slash_commands","envelope_id":"good","payload":{"command":"/logs","text":"构建 失败"}}`,
		} {
			if ws.Write(r.Context(), websocket.MessageText, []byte(frame)) != nil {
				return
			}
		}
		for {
			_, frame, err := ws.Read(r.Context())
			if err != nil {
				return
			}
			acks <- string(frame)
		}
	})
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	log, _ := logtest.NewNullLogger()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	taken := make(chan Envelope, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- New(Options{
			API: slack.New("xoxb-1", slack.OptionAppLevelToken("xapp-1"), slack.OptionAPIURL(s.URL+"/api/"),
				slack.OptionHTTPClient(&http.Client{Transport: transport})),
			Connections: 1, Log: log, Transport: &http.Transport{}, times: shortTimes(),
			Take: func(ctx context.Context, e Envelope) { e.Ack(ctx, nil); taken <- e },
		}).Run(ctx)
	}()
	for _, want := range []string{"bad", "new", "good"} {
		e := <-taken
		assert.Equal(t, want, e.ID)
		assert.JSONEq(t, `{"envelope_id":"`+want+`"}`, <-acks, "else Slack shows a failure, or delivers it again and again")
		switch want {
		case "new":
			assert.Equal(t, 2, e.Retries)
		case "good":
			assert.Equal(t, "构建 失败", textOf(t, e))
		}
	}
	stop()
	assert.NoError(t, <-ended)
}

func FuzzFrames(f *testing.F) {
	for _, seed := range []string{`{"type":"hello"}`, `{"type":"events_api","payload":{"type":"event_callback","event":{"type":"app_mention","text":"构建"}}}`,
		`{"type":"interactive","envelope_id":"1","payload":{"type":"block_actions"}}`, `null`, `{"type":"disconnect","reason":"warning"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		f, err := parseFrame(content)
		var known struct {
			ID string `json:"envelope_id"`
		}
		if json.Unmarshal(content, &known) == nil && (err != nil || string(f.EnvelopeID) != known.ID) {
			t.Fatalf("cannot be acknowledged: %s", content)
		}
	})
}

// textOf is what was typed after a command.
func textOf(t *testing.T, e Envelope) string {
	t.Helper()
	var command struct{ Text string }
	require.NoError(t, json.Unmarshal(e.Payload, &command))
	return command.Text
}

func TestHelloCountsAsHearingSlack(t *testing.T) {
	var longest atomic.Int64
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Changed = func(h Health) { longest.Store(max(longest.Load(), int64(h.Silence))) }
	})
	o.connected(t, 2)
	assert.Less(t, time.Duration(longest.Load()), time.Minute)
}

func TestALateAcknowledgementDoesNotEndTheSocket(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Connections = 1
		take := o.Take
		o.Take = func(ctx context.Context, e Envelope) {
			past, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
			defer cancel()
			e.Ack(past, nil)
			take(ctx, e)
		}
	})
	o.connected(t, 1)
	for range 2 {
		i := o.typeCommand(t, "x")
		require.NoError(t, i.Settled(t.Context()))
		assert.Empty(t, i.Status().Failure)
	}
	assert.Zero(t, o.sockets.Health().Reconnects)
}

// brief is a context that has not ended, but leaves no time to write.
type brief struct{ context.Context }

func (brief) Deadline() (time.Time, bool) { return time.Now().Add(-time.Second), true }

func TestASocketThatCannotBeWrittenToIsReplaced(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, func(o *Options) { o.Connections = 1 })
	o.connected(t, 1)
	open, _ := o.sockets.others(nil)
	require.Error(t, open[0].write(brief{t.Context()}, []byte("{}")))
	o.wait(t, "another one", func() bool { return o.sockets.Health().Reconnects == 1 })
	i := o.typeCommand(t, "x")
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
}

func TestWhileEverySocketIsRefusedItIsTriedAgainAndTheLogSaysSo(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, func(o *Options) { // with pauses of one open socket too few
		o.times.disabled, o.times.tooMany, o.times.maxRefused = time.Hour, time.Hour, time.Hour
	})
	o.connected(t, 2)
	o.Ghosts(9)
	o.Disconnect("refresh_requested") // one of the two comes back
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
