package bolt

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

// noon is a clock that stands still, so that a slow machine does not exceed the 3 s
// for acknowledgements.
func noon() *slacksim.HandClock {
	return slacksim.NewHandClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
}

func TestBoltHoldsAWholeConversation(t *testing.T) {
	t.Parallel()
	log := []byte(strings.Repeat("日志 line & <more>\r\n", 100_000)) // above the spooling threshold
	logFile := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(logFile, log, 0o600))
	a := run(t, slacksim.Config{
		Clock:     noon(),
		Scopes:    []string{"commands", "chat:write", "files:write", "app_mentions:read", "im:history"},
		Shortcuts: []slacksim.Shortcut{{Name: "Explain this build", CallbackID: "explain_build"}},
	}, "LOG_FILE="+logFile)
	s, ctx := a.s, a.within()

	// An acknowledgement with an answer, one without, and both ways to respond.
	commands := []*slacksim.Invocation{a.slash("help"), a.slash("quiet"), a.slash("private")}
	a.shows(bob, "  and this for all\n")
	require.Len(t, commands[0].Status().Answers, 1)
	assert.Equal(t, "ack", commands[0].Status().Answers[0].Via)
	assert.Equal(t, ann, commands[0].Status().Answers[0].OnlyFor)
	assert.Empty(t, commands[1].Status().Answers)
	require.Len(t, commands[2].Status().Answers, 2)
	assert.Equal(t, strings.Join([]string{
		"logbot (app)  12:00  only visible to you", "  Type `/logs fail`.",
		"logbot (app)  12:00  only visible to you", "  only for you",
		"ann  12:00", "  /logs private",
		"logbot (app)  12:00", "  and this for all", "",
	}, "\n"), s.Render(builds, ann))

	// A message that is posted and then gets its blocks.
	commands = append(commands, a.slash("fail web 128"))
	a.shows(bob, strings.Join([]string{
		"logbot (app)  12:00  edited", "  web #128 failed", "      [ERROR] <OrderApiTest> & *others* 日志",
		"  [Full log] [Search]", "  [Right lines] [Wrong lines]", "",
	}, "\n"))
	posted := s.Messages(builds)
	result := posted[len(posted)-1].TS

	// Files, byte by byte.
	commands = append(commands, a.slash("file"), a.slash("snippet"))
	a.wait("the files", func() bool { return len(s.Files()) == 2 })
	for _, f := range s.Files() {
		want := log
		if f.Name == "excerpt.txt" {
			want = []byte("first line\nzweite Zeile 日志\n")
			assert.Equal(t, "text", f.Snippet)
		}
		r, err := s.OpenFile(f.ID)
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, got), "%s: %d bytes of %d", f.Name, len(got), len(want))
		assert.Equal(t, []string{builds}, f.Channels)
	}
	a.shows(bob, "  the whole log\n  file web-128.log (2,200,000 bytes)\n")

	// Buttons; the second takes the place of the message.
	clicks := []*slacksim.Interaction{
		a.did(s.Click(ctx, slacksim.Click{User: ann, Channel: builds, TS: result, ActionID: "rate", Values: []string{"wrong"}})),
		a.did(s.Click(ctx, slacksim.Click{User: ann, Channel: builds, TS: result, ActionID: "search"})),
	}
	a.shows(ann, "  noted: wrong\n")

	// A modal: kept open by an error, changed by what is right.
	a.wait("the modal", func() bool { _, open := s.OpenView(ann); return open })
	submit := func(text string) {
		clicks = append(clicks, a.did(s.Submit(ctx, slacksim.Submission{User: ann, Values: map[string][]string{"expression": {text}}})))
	}
	submit("(")
	view, _ := s.OpenView(ann)
	assert.Equal(t, map[string]string{"expression": "This is no expression."}, view.Errors)
	submit("ERROR.*日志")
	view, _ = s.OpenView(ann)
	assert.Contains(t, string(view.Blocks), "Searching for ERROR.*日志")
	assert.Empty(t, view.Errors)
	a.shows(bob, "  @ann looked for `ERROR.*日志`\n")
	closed, err := s.CloseView(ctx, ann)
	require.NoError(t, err)
	assert.Nil(t, closed, "the app did not ask to be told")

	clicks = append(clicks, a.did(s.Click(ctx, slacksim.Click{User: bob, Channel: builds, TS: result, ActionID: "full_log"})))
	a.wait("the button to be replaced", func() bool {
		return strings.Contains(s.Render(builds, ann), "logbot (app)  12:00  edited\n  @bob took the log of web/128\n")
	})
	assert.NotContains(t, s.Render(builds, ann), "[Full log]")

	// A shortcut on somebody's message, a mention, a word to the app alone.
	said, err := s.Say(ctx, slacksim.Saying{User: bob, Channel: builds, Text: "web #127 is red"})
	require.NoError(t, err)
	clicks = append(clicks, a.did(s.Shortcut(ctx, slacksim.ShortcutUse{User: ann, Channel: builds, TS: said.TS, CallbackID: "explain_build"})))
	a.shows(bob, "  web #127 is red\n  | logbot (app)  12:00\n  |   explained: web #127 is red\n")
	mention, err := s.Say(ctx, slacksim.Saying{User: bob, Channel: builds, Text: "@logbot why?"})
	require.NoError(t, err)
	a.shows(ann, "  @logbot why?\n  | logbot (app)  12:00\n  |   you said: @logbot why?\n")
	alone, err := s.DirectMessage(bob)
	require.NoError(t, err)
	hello, err := s.Say(ctx, slacksim.Saying{User: bob, Channel: alone, Text: "hello"})
	require.NoError(t, err)
	a.wait("a greeting", func() bool { return strings.Contains(s.Render(alone, bob), "  hello, @bob\n") })

	// Everything came once.
	want := map[string]int{}
	for _, inv := range commands {
		want[inv.TriggerID] = 1
	}
	for _, i := range clicks {
		want[i.TriggerID] = 1
	}
	for _, e := range []*slacksim.Event{mention.Event, hello.Event} {
		require.NoError(t, e.Settled(ctx))
		assert.Equal(t, 1, e.Status().Attempts)
		want[e.ID] = 1
	}
	assert.Equal(t, want, a.got())
	for _, c := range s.Received() {
		assert.Empty(t, c.Error, c.Method)
	}
	assert.Empty(t, a.said(), "Bolt has nothing to complain about")
}

func TestBoltReachesItOverTLSWithAPrivateCA(t *testing.T) {
	t.Parallel()
	lender := httptest.NewTLSServer(http.NotFoundHandler()) // has a certificate for 127.0.0.1
	lender.Close()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw}), 0o600))
	a := run(t, slacksim.Config{
		Clock: noon(),
		TLS:   &tls.Config{Certificates: lender.TLS.Certificates, MinVersion: tls.VersionTLS12},
	}, "NODE_EXTRA_CA_CERTS="+authority)
	private := a.slash("private")
	a.shows(bob, "  and this for all\n")
	assert.Regexp(t, "^https://127", private.ResponseURL)
	a.slash("snippet")
	a.shows(bob, "  file excerpt.txt (31 bytes)\n")
}

func TestBoltComesBackAfterADisconnect(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		clock  *slacksim.HandClock
		app    *app
		before *slacksim.Invocation
	}{{reason: "warning"}, {reason: "refresh_requested"}, {reason: "reset"}}
	// All at once, because Bolt waits 5 s each time.
	for i := range cases {
		c := &cases[i]
		c.clock = noon()
		c.app = run(t, slacksim.Config{Clock: c.clock})
		c.before = c.app.slash("fail web 1")
		c.app.shows(bob, "  web #1 failed\n")
		if c.reason == "reset" {
			assert.Equal(t, 1, c.app.s.Reset())
		} else {
			assert.Equal(t, 1, c.app.s.Disconnect(c.reason))
		}
		c.app.wait("the socket to end after "+c.reason, func() bool { return c.app.s.Connections() == 0 })

		// What is typed meanwhile fails for the caller, and never comes.
		between, err := c.app.s.Slash(c.app.within(), slacksim.SlashCommand{Channel: builds, User: ann, Command: "/logs", Text: "fail web 2"})
		require.NoError(t, err)
		assert.Equal(t, "dispatch_failed", between.Status().Failure, c.reason)
		c.clock.Advance(11 * time.Second) // a warned socket would end now
	}
	for _, c := range cases {
		c.app.wait("a new socket after "+c.reason, func() bool { return c.app.s.Connections() == 1 })
		after := c.app.slash("fail web 3")
		c.app.shows(bob, "  web #3 failed\n")
		assert.NotContains(t, c.app.s.Render(builds, bob), "web #2", c.reason)
		assert.Equal(t, map[string]int{c.before.TriggerID: 1, after.TriggerID: 1}, c.app.got(), c.reason)
	}
}
