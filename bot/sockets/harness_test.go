package sockets

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/slacksim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shortTimes are times for tests, short where a test waits for something to be given up
// and usual where it does not.
func shortTimes() times {
	t := usualTimes()
	t.stagger, t.renewal, t.settled = 50*time.Millisecond, 50*time.Millisecond, 10*time.Millisecond
	t.retry, t.maxRetry = 10*time.Millisecond, 100*time.Millisecond
	t.disabled, t.tooMany, t.maxRefused = 50*time.Millisecond, 50*time.Millisecond, 200*time.Millisecond
	t.minDeaf, t.maxDeaf = 20*time.Millisecond, 100*time.Millisecond
	return t
}

// harness is sockets at work in a workspace.
type harness struct {
	*slacksim.Server
	sockets *Sockets
	logged  *logtest.Hook
	taken   chan Envelope
	ended   chan error
	stop    context.CancelFunc
	least   atomic.Int64 // sockets open at the same time, since it was last set
}

func newHarness(t *testing.T, cfg slacksim.Config, change func(*Options)) *harness {
	t.Helper()
	o := newWorkspace(t, cfg)
	o.start(t, change)
	return o
}

// newWorkspace is a workspace to which nothing is connected yet.
func newWorkspace(t *testing.T, cfg slacksim.Config) *harness {
	t.Helper()
	o := &harness{Server: slacksim.New(cfg), taken: make(chan Envelope, 1000), ended: make(chan error, 1)}
	require.NoError(t, o.Start())
	t.Cleanup(func() { assert.NoError(t, o.Close()) })
	return o
}

// start starts the sockets. They end with the test.
func (o *harness) start(t *testing.T, change func(*Options)) {
	t.Helper()
	log, hook := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	o.logged = hook
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	options := Options{
		API: slack.New(o.BotToken(), slack.OptionAppLevelToken(o.AppToken()), slack.OptionAPIURL(o.APIURL()),
			slack.OptionHTTPClient(&http.Client{Transport: transport})),
		Log: log, Transport: transport, times: shortTimes(),
		Take: func(ctx context.Context, e Envelope) { e.Ack(ctx, nil); o.taken <- e },
		Changed: func(h Health) {
			for {
				least := o.least.Load()
				if int64(h.Connected) >= least || o.least.CompareAndSwap(least, int64(h.Connected)) {
					return
				}
			}
		},
	}
	if change != nil {
		change(&options)
	}
	o.sockets = New(options)
	ctx, stop := context.WithCancel(t.Context())
	o.stop = stop
	go func() { o.ended <- o.sockets.Run(ctx); close(o.ended) }()
	t.Cleanup(func() { stop(); <-o.ended })
}

func (o *harness) wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !done() { // the sockets change without the server's knowing
		if err := o.Wait(ctx, func() bool { return true }); err != nil || ctx.Err() != nil {
			require.FailNow(t, "waited too long", "for %s: %+v", what, o.sockets.Health())
		}
		select {
		case <-o.Changed():
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

func (o *harness) connected(t *testing.T, n int) {
	t.Helper()
	o.wait(t, fmt.Sprintf("%d connections", n), func() bool { return o.Connections() == n && o.sockets.Health().Connected == n })
}

func (o *harness) typeCommand(t *testing.T, text string) *slacksim.Invocation {
	t.Helper()
	i, err := o.Slash(t.Context(), slacksim.SlashCommand{Channel: "C0BUILDS01", User: "U0ANN00001", Command: "/logs", Text: text})
	require.NoError(t, err)
	return i
}

// logLines counts log lines that contain text.
func (o *harness) logLines(text string) int {
	n := 0
	for _, e := range o.logged.AllEntries() {
		if strings.Contains(e.Message, text) {
			n++
		}
	}
	return n
}
