package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/delivery/send"
	"logbot/bot/envelope"
	"logbot/bot/jobs/lease"
	"logbot/bot/slacksim"
	"logbot/bot/sockets"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi/lines"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scopes are those of deploy/slack-manifest.yaml.
var scopes = []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history", "users:read", "channels:read", "groups:read", "files:read"}

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

// wait waits for something to become true.
func (h *harness) wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, h.Wait(ctx, done), "wait for %s", what)
}

// settled waits until the bot is done with an envelope.
func (h *harness) settled(t *testing.T, envelope string) {
	t.Helper()
	done := func() bool { _, answered := h.answered.Load(envelope); return answered }
	require.Eventually(t, done, 30*time.Second, time.Millisecond)
}

// shows waits until the user reads these words in the channel.
func (h *harness) shows(t *testing.T, words string) {
	t.Helper()
	h.wait(t, words, func() bool { return strings.Contains(h.Render(h.channel, h.user), words) })
}

// slash types a slash command.
func (h *harness) slash(t *testing.T, channel, text string) *slacksim.Invocation {
	t.Helper()
	i, err := h.Slash(t.Context(), slacksim.SlashCommand{Channel: channel, User: h.user, Command: "/logs", Text: text})
	require.NoError(t, err)
	return i
}

// posted waits for n messages that all can see, and returns them.
func (h *harness) posted(t *testing.T, channel string, n int) []slacksim.Message {
	t.Helper()
	var all []slacksim.Message
	h.wait(t, "messages", func() bool {
		all = all[:0]
		for _, m := range h.Messages(channel) {
			if m.Via != "command" {
				all = append(all, m)
			}
		}
		return len(all) >= n
	})
	return all
}

// whispers waits for n messages that the user alone sees, and returns them.
func (h *harness) whispers(t *testing.T, channel string, n int) []slacksim.Message {
	t.Helper()
	h.wait(t, "whispers", func() bool { return len(h.Ephemerals(channel, h.user)) >= n })
	return h.Ephemerals(channel, h.user)
}

// press clicks a button of a message by its label.
func (h *harness) press(t *testing.T, user string, m slacksim.Message, label string) *slacksim.Interaction {
	t.Helper()
	i, err := h.Click(t.Context(), slacksim.Click{User: user, Channel: m.Channel, TS: m.TS, ActionID: buttonID(t, m, label)})
	require.NoError(t, err)
	return i
}

// buttonID is the action id of a button by its label.
func buttonID(t *testing.T, m slacksim.Message, label string) string {
	t.Helper()
	var rows []struct {
		Elements []struct {
			Type     string
			ActionID string `json:"action_id"`
			Text     json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(m.Blocks, &rows))
	for _, row := range rows {
		for _, e := range row.Elements {
			var text struct{ Text string }
			_ = json.Unmarshal(e.Text, &text)
			if text.Text == label {
				return e.ActionID
			}
		}
	}
	t.Fatalf("no button %q in %s", label, m.Blocks)
	return ""
}

// current is a message as it looks now.
func (h *harness) current(t *testing.T, m slacksim.Message) slacksim.Message {
	t.Helper()
	for _, one := range append(h.Messages(m.Channel), h.Ephemerals(m.Channel, m.OnlyFor)...) {
		if one.TS == m.TS {
			return one
		}
	}
	t.Fatal("the message is gone")
	return m
}

// firstWhisper waits for a message that this user alone sees.
func (h *harness) firstWhisper(t *testing.T, user string) slacksim.Message {
	t.Helper()
	h.wait(t, "a whisper", func() bool { return len(h.Ephemerals(h.channel, user)) > 0 })
	return h.Ephemerals(h.channel, user)[0]
}

// direct is the conversation of a user with the bot.
func (h *harness) direct(t *testing.T, user string) string {
	t.Helper()
	direct, err := h.DirectMessage(user)
	require.NoError(t, err)
	return direct
}

// note waits for the note about progress in the user's conversation with the bot.
func (h *harness) note(t *testing.T, user string) slacksim.Message {
	t.Helper()
	h.noted(t, user, "[Stop]")
	notes := h.Messages(h.direct(t, user))
	return notes[len(notes)-1]
}

// noted waits until the user reads these words in the conversation with the bot.
func (h *harness) noted(t *testing.T, user, words string) {
	t.Helper()
	direct := h.direct(t, user)
	h.wait(t, words, func() bool { return strings.Contains(h.Render(direct, user), words) })
}

// withoutNote waits until no user reads of progress, nor has a button to stop it.
func (h *harness) withoutNote(t *testing.T) {
	t.Helper()
	for _, user := range []string{ann, bob} {
		direct := h.direct(t, user)
		h.wait(t, "the note to go", func() bool {
			return !strings.Contains(h.Render(direct, user), "takes a while") && !strings.Contains(h.Render(direct, user), "[Stop]")
		})
		assert.NotContains(t, h.Render(h.channel, user), "[Stop]")
	}
}

// openForm presses Search and waits for the form.
func (h *harness) openForm(t *testing.T, user string, m slacksim.Message) slacksim.View {
	t.Helper()
	v, _ := h.opening(t, user, m)
	return v
}

func (h *harness) opening(t *testing.T, user string, m slacksim.Message) (slacksim.View, *slacksim.Interaction) {
	t.Helper()
	pressed := h.press(t, user, m, "Search")
	h.wait(t, "the form", func() bool { _, open := h.OpenView(user); return open })
	v, _ := h.OpenView(user)
	return v, pressed
}

func interaction(t *testing.T, i *slacksim.Interaction) envelope.Content {
	t.Helper()
	c, err := envelope.Read(envelope.Interactions, i.Payload)
	require.NoError(t, err)
	return c
}

// runnerFunc is a Runner made of a function.
type runnerFunc func(ctx context.Context, r commands.Request) reply.Reply

func (f runnerFunc) Run(ctx context.Context, r commands.Request) reply.Reply { return f(ctx, r) }

// sampleRunner answers with a reply by what was typed, and remembers who typed it.
type sampleRunner struct {
	mu    sync.Mutex
	asked []commands.Request
}

func (s *sampleRunner) Run(_ context.Context, r commands.Request) reply.Reply {
	s.mu.Lock()
	s.asked = append(s.asked, r)
	s.mu.Unlock()
	private := strings.Contains(r.Text, "--me")
	switch verb, rest, _ := strings.Cut(strings.Replace(r.Text, " --me", "", 1), " "); verb {
	case "fail":
		answer := full()
		if private {
			answer.Private = true
			answer.Try = []reply.Example{
				{Line: "/logs fail " + rest + " --lines 40 --me", Button: "More context", Place: reply.InPlace},
				{Line: "/logs fail " + rest, Button: "Share", Place: reply.InChannel},
				{Line: "/logs show " + rest + " --me --grep", Button: "Search", Place: reply.AskFirst},
				{Line: "/logs next " + rest, Button: "Next"},
			}
		}
		if strings.Contains(rest, "--lines 40") {
			answer.Heading = "more of " + answer.Heading
		}
		return answer
	case "full":
		return fileOf("for " + r.User + "\n")
	case "show":
		return reply.Reply{Private: private, Heading: "found: " + rest, Try: []reply.Example{{Line: "/logs next " + rest, Button: "Next"}}}
	case "next":
		return reply.Reply{Heading: "next of " + rest}
	}
	return reply.Reply{Private: true, Refused: true, Body: "There is no command."}
}

func (s *sampleRunner) last() commands.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[len(s.asked)-1]
}

// sampleAnswer answers "fail …" with an excerpt that has a button, "full …" with a
// file, and everything else with an error for the caller.
func sampleAnswer(_ context.Context, r commands.Request) reply.Reply {
	switch verb, rest, _ := strings.Cut(r.Text, " "); verb {
	case "fail":
		answer := explained()
		answer.Try = []reply.Example{
			{Line: "/logs full " + rest, Does: "the whole log as a file", Button: "Full log"},
			{Line: "/logs full " + rest + " 3", Button: "Log of this step"},
			{Line: "/logs help"},
		}
		return answer
	case "full":
		return fileOf("for " + r.User + "\n")
	}
	return reply.Reply{Private: true, Refused: true, Body: fmt.Sprintf("There is no command %q.", r.Text)}
}

// slowRunner is a command that reads until it is released or stopped.
type slowRunner struct {
	progress read.Progress
	started  chan struct{}
	release  chan struct{}
	more     chan read.Progress
	stopped  atomic.Bool
}

func newSlowRunner(p read.Progress) *slowRunner {
	return &slowRunner{progress: p, started: make(chan struct{}, 8), release: make(chan struct{}), more: make(chan read.Progress)}
}

func (s *slowRunner) Run(ctx context.Context, r commands.Request) reply.Reply {
	r.Progress(s.progress)
	s.started <- struct{}{}
	for {
		select {
		case p := <-s.more:
			r.Progress(p)
		case <-s.release:
			return reply.Reply{Heading: "done"}
		case <-ctx.Done():
			s.stopped.Store(true)
			return reply.Reply{Private: true, Refused: true, Body: "context canceled"}
		}
	}
}

// endless is a log that never ends.
type endless struct{ ctx context.Context }

func (e endless) Read([]byte) (int, error) { <-e.ctx.Done(); return 0, e.ctx.Err() }
func (endless) Close() error               { return nil }

func explained() reply.Reply {
	return reply.Reply{
		Heading: `web #128 failed in "Maven test" after 3 min 12 s`,
		Context: []string{"main@1f0c2d9", "started by a push"},
		Started: time.Date(2026, 11, 20, 6, 2, 8, 0, time.UTC),
		Reason:  "OrderApiTest.total:87 expected <200> but was <500>",
		Lines:   []lines.Line{{Number: -2, Text: "[ERROR] <!channel> & *bold* ```"}, {Number: -1, Text: "[ERROR] 失败"}},
		Source:  "lines 2-1 from the end · read 1 page",
		Try:     []reply.Example{{Line: "/logs full web 128", Does: "the whole log as a file"}},
	}
}

// full is a reply that has every part.
func full() reply.Reply {
	r := explained()
	r.Link = "https://devcloud.example/cicd/project/p/build/t?buildNo=128&from=<a|b>"
	r.About = reply.About{Task: "48c66c6002964721be537cdc6ce0297b", Name: "web", Build: 128}
	r.Rateable = true
	r.Try = []reply.Example{
		{Line: "/logs fail web 128 --lines 40", Does: "more lines around these", Button: "More context", Place: reply.InPlace},
		{Line: "/logs full web 128", Does: "the whole log as a file", Button: "Full log"},
		{Line: "/logs show web 128 --grep", Does: "the lines that match", Button: "Search", Place: reply.AskFirst},
		{Line: "/logs help"},
	}
	return r
}

// fileOf is a reply with a file of that content.
func fileOf(content string) reply.Reply {
	return reply.Reply{Heading: "Step 3 of web #128", File: reply.NewFile("web-128-stage3.log", redact.New(),
		func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil })}
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
