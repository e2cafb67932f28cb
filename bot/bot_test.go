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

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/bot/sockets"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/redact"
	"logbot/commands/reply"
)

func TestACommandIsAnsweredInTheChannel(t *testing.T) {
	h := newHarnessWith(t, func(_ context.Context, r commands.Request) reply.Reply {
		assert.NotNil(t, r.Progress)
		r.Progress = nil
		assert.Equal(t, commands.Request{Text: "fail web 128", Channel: builds, User: ann}, r)
		return explained()
	})
	i := h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	assert.Equal(t, "✗  web #128 failed · Maven test · 3 min 12 s\nOrderApiTest.total:87 expected &lt;200&gt; but was &lt;500&gt;", m.Text)
	assert.False(t, i.Status().Late)
	shown := h.Render(h.channel, h.user)
	for _, part := range []string{
		`web #128 failed · Maven test · 3 min 12 s`,
		`wang.lei · "round half up" · main@1f0c2d9 · Nov 20, 2026 06:02`,
		"OrderApiTest.total:87 expected <200> but was <500>",
		"-2 [ERROR] <!channel> & *bold* ```",
		"   [ERROR] 失败",
		"2 values hidden · asked by @ann",
		"[/logs full web 128]",
	} {
		assert.Contains(t, shown, part)
	}
}

func TestAPrivateReplyIsSeenByTheCallerAlone(t *testing.T) {
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply {
		return reply.Reply{Private: true, Body: "No task is called \"x\"."}
	})
	h.slash(t, h.channel, "fail x 1")
	m := h.whispers(t, h.channel, 1)
	assert.Contains(t, m[0].Text, "No task is called")
	assert.Empty(t, h.posted(t, h.channel, 0))
	assert.NotContains(t, h.Render(h.channel, "U0BOB00001"), "No task is called")
}

func TestAnExcerptReachesChannelsTheBotIsNotIn(t *testing.T) {
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply { return explained() })
	for _, channel := range []string{general, private} {
		h.slash(t, channel, "fail web 128")
		h.posted(t, channel, 1)
		assert.Contains(t, h.Render(channel, "U0BOB00001"), "web #128 failed", channel)
	}
}

func TestAFileIsUploadedByteForByte(t *testing.T) {
	content := strings.Repeat("一 line of the log <!channel>\n", 200_000)
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply { return fileOf(content) })
	h.slash(t, h.channel, "full web 128 stage3")
	m := h.posted(t, h.channel, 1)[0]
	require.Len(t, m.Files, 1)
	assert.Equal(t, "web-128-stage3.log", m.Files[0].Name)
	assert.EqualValues(t, len(content), m.Files[0].Size)
	r, err := h.OpenFile(m.Files[0].ID)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.True(t, content == string(got), "the bytes differ")
	left, err := os.ReadDir(h.spool)
	require.NoError(t, err)
	assert.Empty(t, left, "nothing stays behind")
}

func TestAFileInAChannelWithoutTheBotSaysHowToInviteIt(t *testing.T) {
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply { return fileOf("x\n") })
	for _, channel := range []string{general, private} {
		h.slash(t, channel, "full web 128 3")
		h.whispers(t, channel, 1)
		shown := h.Render(channel, h.user)
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
			h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply { return c.answer })
			h.slash(t, h.channel, "full web 128 3")
			h.whispers(t, h.channel, 1)
			assert.Contains(t, h.Render(h.channel, h.user), c.says)
			assert.Equal(t, name == "unreadable", strings.Contains(h.Render(h.channel, h.user), "\n  [/logs full web 128 3]"), "the line to try again with, as a button")
			assert.Equal(t, name == "unreadable", strings.Contains(h.Render(h.channel, h.user), "in logbot's log"), "under which id an operator finds it")
			assert.Empty(t, h.posted(t, h.channel, 0))
		})
	}
}

func TestNoAnswerIsLostToARateLimitOrABrokenServer(t *testing.T) {
	for _, fault := range []string{"post-429:2", "post-429-bare:2", "post-500:2"} {
		t.Run(fault, func(t *testing.T) {
			f, err := slacksim.ParseFault(fault)
			require.NoError(t, err)
			h := newHarnessWith(t, func(_ context.Context, r commands.Request) reply.Reply {
				return reply.Reply{Heading: "answer " + r.Text}
			}, f)
			for i := range 3 {
				h.slash(t, h.channel, fmt.Sprint(i))
			}
			h.posted(t, h.channel, 3)
			shown := h.Render(h.channel, h.user)
			for i := range 3 {
				assert.Equal(t, 1, strings.Count(shown, fmt.Sprintf("answer %d\n", i)))
			}
		})
	}
}

func TestAPanicCostsOneAnswerAndNotTheProcess(t *testing.T) {
	h := newHarnessWith(t, func(_ context.Context, r commands.Request) reply.Reply {
		if r.Text == "boom" {
			panic("broken")
		}
		return reply.Reply{Heading: "fine"}
	})
	h.slash(t, h.channel, "boom")
	m := h.whispers(t, h.channel, 1)[0]
	assert.Contains(t, m.Text, "Sorry")
	id := m.Text[strings.LastIndex(m.Text, " ")+1 : len(m.Text)-1]
	logged := false
	for _, e := range h.logged.AllEntries() {
		logged = logged || e.Data["request"] == id && strings.Contains(e.Message, "broken")
	}
	assert.True(t, logged, "the log has the panic under id %q", id)
	h.slash(t, h.channel, "again")
	assert.Equal(t, "fine", h.posted(t, h.channel, 1)[0].Text)
}

func TestACallerWhoWaitsLongSeesANote(t *testing.T) {
	release := make(chan struct{})
	h := newHarnessWith(t, func(ctx context.Context, _ commands.Request) reply.Reply {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return reply.Reply{Heading: "done"}
	})
	h.slash(t, h.channel, "fail web 128")
	assert.Contains(t, h.note(t, h.user).Text, "Reading the log")
	close(release)
	assert.Equal(t, "done", h.posted(t, h.channel, 1)[0].Text)
}

func TestAStoppingBotFinishesWhatItAcknowledged(t *testing.T) {
	started := make(chan struct{})
	release := make(chan struct{})
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply {
		close(started)
		<-release
		return reply.Reply{Heading: "finished"}
	})
	h.slash(t, h.channel, "fail web 128")
	<-started
	h.stop()
	h.wait(t, "the sockets to close", func() bool { return h.Connections() == 0 })
	close(release)
	assert.Equal(t, "finished", h.posted(t, h.channel, 1)[0].Text)
	assert.NoError(t, <-h.ended)
}

func TestMoreCommandsThanSlotsAreAllAnswered(t *testing.T) {
	var running, most atomic.Int32
	h := newHarnessWith(t, func(_ context.Context, r commands.Request) reply.Reply {
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
		h.slash(t, h.channel, fmt.Sprint(i))
	}
	h.posted(t, h.channel, n)
	assert.LessOrEqual(t, most.Load(), int32(slots))
	assert.Zero(t, len(h.Ephemerals(h.channel, h.user)))
}

func TestABusyChannelIsRefusedAndDoesNotStarveTheOthers(t *testing.T) {
	release := make(chan struct{})
	h := newHarnessWith(t, func(context.Context, commands.Request) reply.Reply {
		<-release
		return reply.Reply{Heading: "done"}
	})
	for i := range work.MaxPerChannel {
		h.slash(t, h.channel, fmt.Sprint(i))
	}
	h.wait(t, "a full channel", func() bool {
		h.slash(t, h.channel, "one more")
		return strings.Contains(h.Render(h.channel, h.user), "Too many commands are waiting")
	})
	h.slash(t, general, "another")
	close(release)
	h.posted(t, general, 1)
	h.posted(t, h.channel, work.MaxPerChannel)
	assert.NotContains(t, h.Render(general, h.user), "Too many")
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

func TestARateLimitedChannelDoesNotDelayTheOthers(t *testing.T) {
	slow := slowChannel{channel: builds, open: make(chan struct{})}
	h := newHarness(t, Options{Limiter: slow, Commands: runnerFunc(func(_ context.Context, r commands.Request) reply.Reply {
		return reply.Reply{Heading: "answer " + r.Text}
	})})
	const n = 2 * slots
	for i := range n {
		h.slash(t, h.channel, fmt.Sprint(i))
	}
	h.slash(t, general, "another")
	assert.Equal(t, "answer another", h.posted(t, general, 1)[0].Text)
	assert.Empty(t, h.posted(t, h.channel, 0), "they still wait")
	close(slow.open)
	h.posted(t, h.channel, n)
}

func TestCommandsAreAnsweredWhileSlackRenewsSockets(t *testing.T) {
	h := newHarnessWith(t, func(_ context.Context, r commands.Request) reply.Reply {
		return reply.Reply{Heading: "answer " + r.Text}
	})
	opened := h.Counts()["apps.connections.open"]
	h.Disconnect("refresh_requested")
	h.wait(t, "new sockets", func() bool {
		return h.Counts()["apps.connections.open"] == opened+sockets.DefaultConnections && h.Connections() == sockets.DefaultConnections
	})
	// Slack may still pick a socket that is dying; the caller sees that and types
	// again.
	h.wait(t, "an answer", func() bool {
		i := h.slash(t, h.channel, "again")
		require.NoError(t, i.Settled(t.Context()))
		return i.Status().Failure == ""
	})
	assert.Equal(t, "answer again", h.posted(t, h.channel, 1)[0].Text)
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
