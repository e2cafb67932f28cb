package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/delivery/send"
	"logbot/bot/slacksim"
	"logbot/bot/sockets"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi/lines"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answers is a Runner that answers by a function.
type answers func(ctx context.Context, r commands.Request) reply.Reply

func (a answers) Run(ctx context.Context, r commands.Request) reply.Reply { return a(ctx, r) }

// office is a bot at work in a workspace.
type office struct {
	*slacksim.Server
	bot     *Bot
	notes   *work.NoteTiming // nil is the usual one
	presses work.PressTiming
	user    string
	channel string // the bot is a member
	logged  *logtest.Hook
	spool   string
	stop    context.CancelFunc
	ended   chan error
}

// scopes are those of deploy/slack-manifest.yaml.
var scopes = []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history", "users:read"}

const (
	inChannel = "C0BUILDS01"
	elsewhere = "C0GENERAL1"
	private   = "G0SECRET01"
)

// answering starts a bot with run behind it and waits for its connections.
func answering(t *testing.T, run answers, faults ...slacksim.Fault) *office {
	t.Helper()
	return workIn(t, slacksim.Config{Faults: faults}, Options{Commands: run})
}

// workIn starts a bot with these options in a workspace like that.
func workIn(t *testing.T, like slacksim.Config, options Options) *office {
	t.Helper()
	return startWork(t, like, options, nil)
}

func startWork(t *testing.T, like slacksim.Config, options Options, notes *work.NoteTiming) *office {
	t.Helper()
	if like.Scopes == nil {
		like.Scopes = scopes
	}
	o := &office{Server: slacksim.New(like), user: "U0ANN00001", channel: inChannel, spool: t.TempDir(), notes: notes}
	o.presses = work.PressTiming{Every: 10 * time.Millisecond, Within: time.Minute}
	require.NoError(t, o.Start())
	t.Cleanup(func() { assert.NoError(t, o.Close()) })
	o.again(t, options)
	return o
}

// again starts a bot with these options in the same workspace.
func (o *office) again(t *testing.T, options Options) {
	t.Helper()
	log, hook := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	o.logged = hook
	options.BotToken, options.AppToken, options.APIURL = o.BotToken(), o.AppToken(), o.APIURL()
	options.Spool, options.Log = o.spool, log
	if options.Limiter == nil {
		options.Limiter = send.Unlimited{} // as this Slack has no limits
	}
	options.noteTiming, options.pressTiming = o.notes, o.presses
	b, err := New(options)
	require.NoError(t, err)
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	o.bot, o.stop, o.ended = b, stop, ended
	go func() { ended <- b.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	o.wait(t, "connections", func() bool { return o.Connections() == sockets.DefaultConnections })
}

func (o *office) wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, o.Wait(ctx, done), "wait for %s", what)
}

func (o *office) types(t *testing.T, channel, text string) *slacksim.Invocation {
	t.Helper()
	i, err := o.Slash(t.Context(), slacksim.SlashCommand{Channel: channel, User: o.user, Command: "/logs", Text: text})
	require.NoError(t, err)
	return i
}

// said waits for n messages of the bot that all can see, and returns them.
func (o *office) said(t *testing.T, channel string, n int) []slacksim.Message {
	t.Helper()
	var of []slacksim.Message
	o.wait(t, "messages", func() bool {
		of = of[:0]
		for _, m := range o.Messages(channel) {
			if m.Via != "command" {
				of = append(of, m)
			}
		}
		return len(of) >= n
	})
	return of
}

func (o *office) whispered(t *testing.T, channel string, n int) []slacksim.Message {
	t.Helper()
	o.wait(t, "whispers", func() bool { return len(o.Ephemerals(channel, o.user)) >= n })
	return o.Ephemerals(channel, o.user)
}

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

func TestACommandIsAnsweredInTheChannel(t *testing.T) {
	o := answering(t, func(_ context.Context, r commands.Request) reply.Reply {
		assert.NotNil(t, r.Progress)
		r.Progress = nil
		assert.Equal(t, commands.Request{Text: "fail web 128", Channel: inChannel, User: "U0ANN00001"}, r)
		return explained()
	})
	i := o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	assert.Equal(t, "web #128 failed in \"Maven test\" after 3 min 12 s\nOrderApiTest.total:87 expected &lt;200&gt; but was &lt;500&gt;", m.Text)
	assert.False(t, i.Status().Late)
	shown := o.Render(o.channel, o.user)
	for _, part := range []string{
		`web #128 failed in "Maven test" after 3 min 12 s`,
		"main@1f0c2d9 · started by a push, Nov 20, 2026 06:02",
		"OrderApiTest.total:87 expected <200> but was <500>",
		"-2 [ERROR] <!channel> & *bold* ```",
		"   [ERROR] 失败",
		"lines 2-1 from the end · read 1 page",
		"/logs full web 128  the whole log as a file",
	} {
		assert.Contains(t, shown, part)
	}
}

func TestWhatSlackEscapedIsReadAsItWasTyped(t *testing.T) {
	for from, want := range map[string]string{
		"show web 1 --grep a&amp;b&lt;c&gt;":           "show web 1 --grep a&b<c>",
		"fail <https://x.example/build/1|x.example> 7": "fail https://x.example/build/1 7",
		"fail <https://x.example/a?b=c&amp;d> 7":       "fail https://x.example/a?b=c&d 7",
		"a &copy; b":                                   "a &copy; b",
		"&amp;lt;":                                     "&lt;",
		"构建 < 失败":                                      "构建 < 失败",
	} {
		assert.Equal(t, want, unescaped(from))
	}
}

func TestAPrivateReplyIsSeenByTheCallerAlone(t *testing.T) {
	o := answering(t, func(context.Context, commands.Request) reply.Reply {
		return reply.Reply{Private: true, Body: "No task is called \"x\"."}
	})
	o.types(t, o.channel, "fail x 1")
	m := o.whispered(t, o.channel, 1)
	assert.Contains(t, m[0].Text, "No task is called")
	assert.Empty(t, o.said(t, o.channel, 0))
	assert.NotContains(t, o.Render(o.channel, "U0BOB00001"), "No task is called")
}

func TestAnExcerptReachesChannelsTheBotIsNotIn(t *testing.T) {
	o := answering(t, func(context.Context, commands.Request) reply.Reply { return explained() })
	for _, channel := range []string{elsewhere, private} {
		o.types(t, channel, "fail web 128")
		o.said(t, channel, 1)
		assert.Contains(t, o.Render(channel, "U0BOB00001"), "web #128 failed", channel)
	}
}

// fileOf is a reply with a file of that content.
func fileOf(content string) reply.Reply {
	return reply.Reply{Heading: "Step 3 of web #128", File: reply.NewFile("web-128-stage3.log", redact.New(),
		func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil })}
}

func TestAFileIsUploadedByteForByte(t *testing.T) {
	content := strings.Repeat("一 line of the log <!channel>\n", 200_000)
	o := answering(t, func(context.Context, commands.Request) reply.Reply { return fileOf(content) })
	o.types(t, o.channel, "full web 128 stage3")
	m := o.said(t, o.channel, 1)[0]
	require.Len(t, m.Files, 1)
	assert.Equal(t, "web-128-stage3.log", m.Files[0].Name)
	assert.EqualValues(t, len(content), m.Files[0].Size)
	r, err := o.OpenFile(m.Files[0].ID)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.True(t, content == string(got), "the bytes differ")
	left, err := os.ReadDir(o.spool)
	require.NoError(t, err)
	assert.Empty(t, left, "nothing stays behind")
}

func TestAnUploadWhereTheBotIsNoMemberTellsHowToInviteIt(t *testing.T) {
	o := answering(t, func(context.Context, commands.Request) reply.Reply { return fileOf("x\n") })
	for _, channel := range []string{elsewhere, private} {
		o.types(t, channel, "full web 128 3")
		o.whispered(t, channel, 1)
		shown := o.Render(channel, o.user)
		assert.Contains(t, shown, "/invite @logbot")
		assert.Contains(t, shown, "/logs full web 128 3")
	}
}

func TestAFileThatCannotBeReadOrIsEmptyIsExplained(t *testing.T) {
	for name, c := range map[string]struct {
		answer reply.Reply
		says   string
	}{
		"empty": {fileOf(""), "is empty"},
		"unreadable": {reply.Reply{File: reply.NewFile("web.log", redact.New(),
			func(context.Context) (io.ReadCloser, error) { return nil, errors.New("CodeArts: not found") })}, "CodeArts: not found"},
	} {
		t.Run(name, func(t *testing.T) {
			o := answering(t, func(context.Context, commands.Request) reply.Reply { return c.answer })
			o.types(t, o.channel, "full web 128 3")
			o.whispered(t, o.channel, 1)
			assert.Contains(t, o.Render(o.channel, o.user), c.says)
			assert.Equal(t, name == "unreadable", strings.Contains(o.Render(o.channel, o.user), "\n  /logs full web 128 3"), "the line to try again with")
			assert.Empty(t, o.said(t, o.channel, 0))
		})
	}
}

func TestNoAnswerIsLostToARateLimitOrABrokenServer(t *testing.T) {
	for _, fault := range []string{"post-429:2", "post-429-bare:2", "post-500:2"} {
		t.Run(fault, func(t *testing.T) {
			f, err := slacksim.ParseFault(fault)
			require.NoError(t, err)
			o := answering(t, func(_ context.Context, r commands.Request) reply.Reply {
				return reply.Reply{Heading: "answer " + r.Text}
			}, f)
			for i := range 3 {
				o.types(t, o.channel, fmt.Sprint(i))
			}
			o.said(t, o.channel, 3)
			shown := o.Render(o.channel, o.user)
			for i := range 3 {
				assert.Equal(t, 1, strings.Count(shown, fmt.Sprintf("answer %d\n", i)))
			}
		})
	}
}

func TestAPanicCostsOneAnswerAndNotTheProcess(t *testing.T) {
	o := answering(t, func(_ context.Context, r commands.Request) reply.Reply {
		if r.Text == "boom" {
			panic("broken")
		}
		return reply.Reply{Heading: "fine"}
	})
	o.types(t, o.channel, "boom")
	m := o.whispered(t, o.channel, 1)[0]
	assert.Contains(t, m.Text, "Sorry")
	id := m.Text[strings.LastIndex(m.Text, " ")+1 : len(m.Text)-1]
	logged := false
	for _, e := range o.logged.AllEntries() {
		logged = logged || e.Data["id"] == id && strings.Contains(e.Message, "broken")
	}
	assert.True(t, logged, "the log has the panic under id %q", id)
	o.types(t, o.channel, "again")
	assert.Equal(t, "fine", o.said(t, o.channel, 1)[0].Text)
}

func TestOneWhoWaitsLongIsToldSo(t *testing.T) {
	release := make(chan struct{})
	o := answering(t, func(ctx context.Context, _ commands.Request) reply.Reply {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return reply.Reply{Heading: "done"}
	})
	o.types(t, o.channel, "fail web 128")
	assert.Contains(t, o.whispered(t, o.channel, 1)[0].Text, "takes a while")
	close(release)
	assert.Equal(t, "done", o.said(t, o.channel, 1)[0].Text)
}

func TestAStoppingBotFinishesWhatItAcknowledged(t *testing.T) {
	started := make(chan struct{})
	release := make(chan struct{})
	o := answering(t, func(context.Context, commands.Request) reply.Reply {
		close(started)
		<-release
		return reply.Reply{Heading: "finished"}
	})
	o.types(t, o.channel, "fail web 128")
	<-started
	o.stop()
	o.wait(t, "the sockets to close", func() bool { return o.Connections() == 0 })
	close(release)
	assert.Equal(t, "finished", o.said(t, o.channel, 1)[0].Text)
	assert.NoError(t, <-o.ended)
}

func TestMoreCommandsThanSlotsAreAllAnswered(t *testing.T) {
	var running, most atomic.Int32
	o := answering(t, func(_ context.Context, r commands.Request) reply.Reply {
		n := running.Add(1)
		for {
			seen := most.Load()
			if n <= seen || most.CompareAndSwap(seen, n) {
				break
			}
		}
		defer running.Add(-1)
		return reply.Reply{Heading: "answer " + r.Text}
	})
	const n = 3 * slots
	for i := range n {
		o.types(t, o.channel, fmt.Sprint(i))
	}
	o.said(t, o.channel, n)
	assert.LessOrEqual(t, most.Load(), int32(slots))
	assert.Zero(t, len(o.Ephemerals(o.channel, o.user)))
}

func TestAFloodInOneChannelIsRefusedAndLeavesRoomForTheOthers(t *testing.T) {
	release := make(chan struct{})
	o := answering(t, func(context.Context, commands.Request) reply.Reply {
		<-release
		return reply.Reply{Heading: "done"}
	})
	for i := range work.MaxPerChannel {
		o.types(t, o.channel, fmt.Sprint(i))
	}
	o.wait(t, "a full channel", func() bool {
		o.types(t, o.channel, "one more")
		return strings.Contains(o.Render(o.channel, o.user), "Too many commands are waiting")
	})
	o.types(t, elsewhere, "another")
	close(release)
	o.said(t, elsewhere, 1)
	o.said(t, o.channel, work.MaxPerChannel)
	assert.NotContains(t, o.Render(elsewhere, o.user), "Too many")
}

// slowChannel lets no message into one channel until it is opened.
type slowChannel struct {
	channel string
	open    chan struct{}
}

func (s slowChannel) Take(ctx context.Context, name string, _ float64, _ int) (time.Duration, error) {
	if strings.Contains(name, s.channel) {
		select {
		case <-s.open:
		case <-ctx.Done():
		}
	}
	return 0, nil
}

func (slowChannel) Pause(context.Context, string, time.Time) error { return nil }

func TestAChannelThatWaitsForSlacksPaceKeepsNoOtherWaiting(t *testing.T) {
	slow := slowChannel{channel: inChannel, open: make(chan struct{})}
	o := workIn(t, slacksim.Config{}, Options{Limiter: slow, Commands: answers(func(_ context.Context, r commands.Request) reply.Reply {
		return reply.Reply{Heading: "answer " + r.Text}
	})})
	const n = 2 * slots
	for i := range n {
		o.types(t, o.channel, fmt.Sprint(i))
	}
	o.types(t, elsewhere, "another")
	assert.Equal(t, "answer another", o.said(t, elsewhere, 1)[0].Text)
	assert.Empty(t, o.said(t, o.channel, 0), "they still wait")
	close(slow.open)
	o.said(t, o.channel, n)
}

func TestCommandsAreAnsweredWhileSlackRenewsSockets(t *testing.T) {
	o := answering(t, func(_ context.Context, r commands.Request) reply.Reply {
		return reply.Reply{Heading: "answer " + r.Text}
	})
	opened := o.Counts()["apps.connections.open"]
	o.Disconnect("refresh_requested")
	o.wait(t, "new sockets", func() bool {
		return o.Counts()["apps.connections.open"] == opened+sockets.DefaultConnections && o.Connections() == sockets.DefaultConnections
	})
	// Slack may still pick a socket that is dying; the caller sees that and types
	// again.
	o.wait(t, "an answer", func() bool {
		i := o.types(t, o.channel, "again")
		require.NoError(t, i.Settled(t.Context()))
		return i.Status().Failure == ""
	})
	assert.Equal(t, "answer again", o.said(t, o.channel, 1)[0].Text)
}

func TestTokensOfTheWrongKindAreRefusedAtStart(t *testing.T) {
	_, err := New(Options{BotToken: "xapp-1", AppToken: "xapp-1"})
	assert.ErrorContains(t, err, "SLACK_BOT_TOKEN")
	_, err = New(Options{BotToken: "xoxb-1", AppToken: "xoxb-1"})
	assert.ErrorContains(t, err, "SLACK_APP_TOKEN")
}

func TestATokenThatSlackRefusesEndsRun(t *testing.T) {
	s := slacksim.New(slacksim.Config{})
	require.NoError(t, s.Start())
	defer s.Close()
	log, _ := logtest.NewNullLogger()
	b, err := New(Options{BotToken: "xoxb-wrong", AppToken: s.AppToken(), APIURL: s.APIURL(), Log: log})
	require.NoError(t, err)
	assert.ErrorContains(t, b.Run(t.Context()), "invalid_auth")

	b, err = New(Options{BotToken: s.BotToken(), AppToken: "xapp-wrong", APIURL: s.APIURL(), Log: log})
	require.NoError(t, err)
	assert.ErrorContains(t, b.Run(t.Context()), "invalid_auth")
}
