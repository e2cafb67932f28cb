package bot

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/delivery/send"
	"logbot/bot/jobs/lease"
	"logbot/bot/slacksim"
	"logbot/bot/sockets"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/reply"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scopes are those of deploy/slack-manifest.yaml.
var scopes = []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history", "users:read", "channels:read", "groups:read", "usergroups:read", "files:read"}

// without is scopes without one of them.
func without(scope string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == scope })
}

// Channels and people of the simulated workspace. The bot is a member of builds only.
const (
	builds  = "C0BUILDS01"
	general = "C0GENERAL1"
	private = "G0SECRET01"
	ann     = "U0ANN00001"
	bob     = "U0BOB00001"
)

// harness is a bot that runs in a simulated workspace.
type harness struct {
	*slacksim.Server
	bot     *Bot
	apiURL  string // of the workspace, as the bot reaches it
	user    string // who types commands
	channel string // where
	timing  *work.NoteTiming
	logged  *logtest.Hook
	spool   string
	stop    context.CancelFunc
	ended   chan error

	answered sync.Map // ids of envelopes
}

// newHarness starts a bot in the usual workspace and waits for its connections.
func newHarness(t *testing.T, options Options) *harness {
	t.Helper()
	return newHarnessIn(t, slacksim.Config{}, options)
}

// newHarnessWith starts a bot that answers by run, in a workspace with these faults.
func newHarnessWith(t *testing.T, run runnerFunc, faults ...slacksim.Fault) *harness {
	t.Helper()
	return newHarnessIn(t, slacksim.Config{Faults: faults}, Options{Commands: run})
}

// newHarnessIn starts a bot in a workspace and waits for its connections.
func newHarnessIn(t *testing.T, workspace slacksim.Config, options Options) *harness {
	t.Helper()
	h := newWorkspace(t, workspace)
	h.restart(t, options)
	return h
}

// newWorkspace starts a workspace without a bot.
func newWorkspace(t *testing.T, workspace slacksim.Config) *harness {
	t.Helper()
	if workspace.Scopes == nil {
		workspace.Scopes = scopes
	}
	h := &harness{Server: slacksim.New(workspace), user: ann, channel: builds, spool: t.TempDir()}
	require.NoError(t, h.Start())
	t.Cleanup(func() { assert.NoError(t, h.Close()) })
	h.apiURL = h.APIURL()
	return h
}

// restart starts a bot in the same workspace and waits for its connections.
func (h *harness) restart(t *testing.T, options Options) {
	t.Helper()
	h.start(t, options)
	h.wait(t, "connections", func() bool { return h.Connections() == sockets.DefaultConnections })
}

// start starts a bot. At the end no answer of it may have broken Slack's rules.
func (h *harness) start(t *testing.T, options Options) {
	t.Helper()
	log, logged := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	options.BotToken, options.AppToken, options.APIURL = h.BotToken(), h.AppToken(), h.apiURL
	options.Spool, options.Log = h.spool, log
	if options.Limiter == nil {
		options.Limiter = send.Unlimited{} // this workspace has no limits
	}
	if options.noteTiming == nil {
		options.noteTiming = h.timing
	}
	if options.pressTiming == (work.PressTiming{}) {
		options.pressTiming = work.PressTiming{Every: 10 * time.Millisecond, Within: time.Minute}
	}
	options = withDefaults(options)
	then := options.Answered
	options.Answered = func(envelope string) {
		h.answered.Store(envelope, true)
		if then != nil {
			then(envelope)
		}
	}
	b, err := New(options)
	require.NoError(t, err)
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	h.bot, h.stop, h.ended, h.logged, h.timing = b, stop, ended, logged, options.noteTiming
	go func() { ended <- b.Run(ctx); close(ended) }()
	t.Cleanup(func() {
		stop()
		<-ended
		for _, e := range logged.AllEntries() {
			assert.NotContains(t, e.Message, "Slack refused the blocks")
		}
	})
}

// withDefaults fills in what a test does not care about.
func withDefaults(o Options) Options {
	if o.Admission == nil {
		o.Admission = commands.Admission{Access: access.Open()}
	}
	if o.Intents == nil {
		o.Intents = noIntents{}
	}
	if o.Presses == nil {
		o.Presses = awayPresses{}
	}
	if o.Locales == nil {
		o.Locales = noLocales{}
	}
	if o.Follow == nil {
		o.Follow = func(_ context.Context, _, _ string, r reply.Reply) (reply.Reply, bool) { return r, false }
	}
	if o.Admins == nil {
		o.Admins = func(string) bool { return false }
	}
	if o.fileLooks == nil { // a local Slack shows a file after a second
		for range 200 {
			o.fileLooks = append(o.fileLooks, 20*time.Millisecond)
		}
	}
	if o.Rated == nil {
		o.Rated = func(reply.About, string, bool) {}
	}
	o.DrainWithin, o.PartingWithin = cmp.Or(o.DrainWithin, 20*time.Second), cmp.Or(o.PartingWithin, 5*time.Second)
	return o
}

// noLocales remember nothing.
type noLocales struct{}

func (noLocales) Recall(context.Context, string) (string, time.Time, error) {
	return "", time.Time{}, nil
}
func (noLocales) Remember(context.Context, string, string, time.Time) error { return nil }

// everybody's locale is known, so that Slack is not asked.
type everybody string

func (l everybody) Recall(context.Context, string) (string, time.Time, error) {
	return string(l), time.Now(), nil
}
func (everybody) Remember(context.Context, string, string, time.Time) error { return nil }

// noIntents stores no command.
type noIntents struct{}

func (noIntents) Begin(context.Context, string, []byte) (*lease.Lease, bool, error) {
	return nil, true, nil
}
func (noIntents) Open(context.Context, string) ([]byte, error) { return nil, nil }
func (noIntents) Cancel(context.Context, string) (bool, error) { return false, nil }

// withNotes makes notes about progress come at these times.
func withNotes(timing work.NoteTiming, options Options) Options {
	options.noteTiming = &timing
	return options
}

// quickNotes lets a note come at once, and no other follow it.
func quickNotes() work.NoteTiming {
	return work.NoteTiming{First: time.Millisecond, Every: time.Millisecond}
}

// repeatedNotes lets a note come again and again.
func repeatedNotes() work.NoteTiming {
	timing := quickNotes()
	for range 10 {
		timing.Later = append(timing.Later, 20*time.Millisecond)
	}
	return timing
}

// unnamedHarness is a harness in which auth.test waits for the test.
type unnamedHarness struct {
	*harness
	asked chan struct{} // one for each auth.test that waits
	tell  chan string   // lets one auth.test end: empty for success, otherwise with that error
}

// newUnnamedHarness starts a bot that accepts commands while auth.test waits.
func newUnnamedHarness(t *testing.T, options Options) *unnamedHarness {
	t.Helper()
	h := &unnamedHarness{harness: newWorkspace(t, slacksim.Config{}), asked: make(chan struct{}, 99), tell: make(chan string)}
	to, err := url.Parse(h.APIURL())
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	pass := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host }}
	over := make(chan struct{})
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Base(r.URL.Path) == "auth.test" {
			h.asked <- struct{}{}
			select {
			case problem := <-h.tell:
				if problem != "" {
					w.Header().Set("Content-Type", "application/json")
					_, _ = w.Write([]byte(`{"ok":false,"error":"` + problem + `"}`))
					return
				}
			case <-over:
				return
			}
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { close(over); between.Close() })
	h.apiURL = between.URL + to.Path
	options.identifyFirst = time.Millisecond
	h.start(t, options)
	<-h.asked
	return h
}
