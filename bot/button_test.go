package bot

import (
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/render"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/redact"
	"logbot/commands/reply"
)

// shelf answers with a reply by what was typed, and remembers who typed it.
type shelf struct {
	mu    sync.Mutex
	asked []commands.Request
}

func (s *shelf) Run(_ context.Context, r commands.Request) reply.Reply {
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

func (s *shelf) last() commands.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[len(s.asked)-1]
}

// press clicks a button of a message by its label.
func (o *office) press(t *testing.T, user string, m slacksim.Message, label string) *slacksim.Interaction {
	t.Helper()
	i, err := o.Click(t.Context(), slacksim.Click{User: user, Channel: m.Channel, TS: m.TS, ActionID: buttonID(t, m, label)})
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

// now is how a message of the channel looks now.
func (o *office) now(t *testing.T, m slacksim.Message) slacksim.Message {
	t.Helper()
	for _, one := range append(o.Messages(m.Channel), o.Ephemerals(m.Channel, m.OnlyFor)...) {
		if one.TS == m.TS {
			return one
		}
	}
	t.Fatal("the message is gone")
	return m
}

const bob = "U0BOB00001"

func TestMoreContextChangesTheMessageItself(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: &shelf{}})
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	o.press(t, bob, m, "Full log")
	o.wait(t, "the record", func() bool { return strings.Contains(o.Render(o.channel, o.user), "Full log · @bob") })

	o.press(t, bob, o.now(t, m), "More context")
	o.wait(t, "more lines", func() bool { return strings.Contains(o.Render(o.channel, o.user), "more of web #128") })
	assert.Equal(t, 2, len(o.Messages(o.channel)), "no new message")
	shown := o.Render(o.channel, o.user)
	assert.Contains(t, shown, "Full log · @bob", "the record stays")
	assert.Contains(t, shown, "More context · @bob")
	assert.Empty(t, o.Ephemerals(o.channel, bob))

	require.Eventually(t, func() bool { return o.bot.busy.Len() == 0 }, 30*time.Second, time.Millisecond, "the press is answered when its answer stands, a moment later")
	o.press(t, o.user, o.now(t, m), "More context")
	o.wait(t, "the next record", func() bool { return strings.Contains(o.Render(o.channel, o.user), "More context · @ann") })
	assert.NotContains(t, o.Render(o.channel, o.user), "More context · @bob", "one line, of who changed it last")

	// Whoever asked may still remove it, with the file that went before.
	o.press(t, o.user, o.now(t, m), "Remove")
	o.wait(t, "the end of the file", func() bool { return len(o.Files()) == 1 && o.Files()[0].Deleted })
}

func TestAPrivateAnswerStaysPrivateUntilItIsShared(t *testing.T) {
	s := &shelf{}
	o := workIn(t, slacksim.Config{}, Options{Commands: s})
	o.types(t, o.channel, "fail web 128 --me")
	m := o.whispered(t, o.channel, 1)[0]
	assert.NotContains(t, o.Render(o.channel, o.user), "[Remove]", "one person's message goes by itself")

	o.press(t, o.user, m, "More context")
	o.wait(t, "more lines", func() bool { return strings.Contains(o.Render(o.channel, o.user), "more of web #128") })
	assert.Len(t, o.Ephemerals(o.channel, o.user), 1, "in the same place")
	assert.Empty(t, o.said(t, o.channel, 0))

	o.press(t, o.user, o.now(t, m), "Next")
	assert.Contains(t, o.whispered(t, o.channel, 2)[1].Text, "next of web 128", "below a private message answers are private")
	assert.Empty(t, o.said(t, o.channel, 0))

	o.press(t, o.user, o.now(t, m), "Share")
	shared := o.said(t, o.channel, 1)[0]
	assert.Contains(t, shared.Text, "web #128 failed")
	assert.Contains(t, o.Render(o.channel, bob), "Share · @ann")
	assert.Empty(t, shared.ThreadTS)
	assert.Equal(t, "fail web 128 --lines 40", s.last().Text, "what is shared is what was seen")
	o.wait(t, "the record", func() bool { return strings.Contains(o.Render(o.channel, o.user), "Shared with the channel.") })
	assert.NotContains(t, o.Render(o.channel, o.user), "[Share]")
}

func TestSharingWorksWhereTheBotIsNoMember(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: &shelf{}})
	o.types(t, private, "fail web 128 --me")
	o.press(t, o.user, o.whispered(t, private, 1)[0], "Share")
	assert.Contains(t, o.said(t, private, 1)[0].Text, "web #128 failed")
}

func TestAPageIsOpenedWithoutAWord(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: &shelf{}})
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	i := o.press(t, o.user, m, "Open in CodeArts")
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
	assert.Empty(t, o.Ephemerals(o.channel, o.user))
}

func TestTwoButtonsPressedAtOnceBothLeaveTheirRecord(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: answers(library)})
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	o.press(t, o.user, m, "Full log")
	o.press(t, bob, m, "Log of this step")
	o.wait(t, "both records", func() bool {
		shown := o.Render(o.channel, o.user)
		return strings.Contains(shown, "Full log · @ann") && strings.Contains(shown, "Log of this step · @bob")
	})
	shown := o.Render(o.channel, o.user)
	assert.NotContains(t, shown, "[Full log]")
	assert.NotContains(t, shown, "[Log of this step]")
	o.wait(t, "both files", func() bool { return len(o.Thread(o.channel, m.TS)) == 3 })
	o.press(t, o.user, o.now(t, m), "Remove")
	o.wait(t, "both files to go", func() bool { return len(o.Files()) == 2 && o.Files()[0].Deleted && o.Files()[1].Deleted })
}

func TestAButtonWhoseFileCannotBeSentStays(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: &shelf{}})
	o.types(t, private, "fail web 128")
	m := o.said(t, private, 1)[0]
	o.press(t, bob, m, "Full log")
	o.wait(t, "what to do", func() bool { return strings.Contains(o.Render(private, bob), "/invite @logbot") })
	shown := o.Render(private, bob)
	assert.Contains(t, shown, "[Full log]")
	assert.NotContains(t, shown, "Full log · @bob")
	require.NoError(t, o.InviteBot(private))
	o.press(t, bob, o.now(t, m), "Full log")
	o.wait(t, "the file and its record", func() bool {
		return len(o.Thread(private, m.TS)) == 2 && strings.Contains(o.Render(private, bob), "Full log · @bob")
	})
}

func TestAFilesMessageCanBeRemovedByItself(t *testing.T) {
	o := workIn(t, slacksim.Config{}, Options{Commands: &shelf{}})
	o.types(t, o.channel, "full web 128")
	m := o.said(t, o.channel, 1)[0]
	o.press(t, o.user, m, "Remove")
	o.wait(t, "an empty channel", func() bool { return len(o.said(t, o.channel, 0)) == 0 })
	assert.True(t, o.Files()[0].Deleted)
}

func TestFeedbackIsCountedAndThanked(t *testing.T) {
	type rated struct {
		about reply.About
		user  string
		right bool
	}
	heard := make(chan rated, 2)
	o := workIn(t, slacksim.Config{}, Options{Commands: &shelf{}, Rated: func(a reply.About, user string, right bool) { heard <- rated{a, user, right} }})
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	about := full().About
	for i, right := range []bool{true, false} {
		_, err := o.Click(t.Context(), slacksim.Click{User: bob, Channel: o.channel, TS: m.TS, ActionID: render.RateAction, Values: []string{render.Rating{About: about, Right: right}.Value()}})
		require.NoError(t, err)
		assert.Equal(t, rated{about, bob, right}, <-heard)
		o.wait(t, "thanks", func() bool { return len(o.Ephemerals(o.channel, bob)) == i+1 })
	}
	assert.Contains(t, o.Render(o.channel, bob), "these are the right lines")
	assert.Contains(t, o.Render(o.channel, bob), "these are the wrong lines")
	logged := 0
	for _, e := range o.logged.AllEntries() {
		if e.Data["task"] == about.Task && e.Data["build"] == int64(128) {
			logged++
		}
	}
	assert.Equal(t, 2, logged)
}

func TestAButtonThatIsBeingAnsweredIsNotAnsweredTwice(t *testing.T) {
	started, release := make(chan struct{}, 9), make(chan struct{})
	o := workIn(t, slacksim.Config{}, Options{Commands: answers(func(ctx context.Context, r commands.Request) reply.Reply {
		if strings.HasPrefix(r.Text, "full") {
			started <- struct{}{}
			<-release
		}
		return library(ctx, r)
	})})
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	o.press(t, o.user, m, "Full log")
	<-started
	o.press(t, bob, m, "Full log")
	assert.Contains(t, o.whispered1(t, bob).Text, "on its way")
	close(release)
	o.wait(t, "the file", func() bool { return len(o.Thread(o.channel, m.TS)) == 2 })
	assert.Empty(t, started, "run once")
}

// whispered1 waits for what somebody is told alone.
func (o *office) whispered1(t *testing.T, user string) slacksim.Message {
	t.Helper()
	o.wait(t, "a whisper", func() bool { return len(o.Ephemerals(o.channel, user)) > 0 })
	return o.Ephemerals(o.channel, user)[0]
}

// endless is a log that never comes to its end.
type endless struct{ ctx context.Context }

func (e endless) Read([]byte) (int, error) { <-e.ctx.Done(); return 0, e.ctx.Err() }
func (endless) Close() error               { return nil }

func TestAStoppedFileLeavesItsButton(t *testing.T) {
	o := startWork(t, slacksim.Config{}, Options{Commands: answers(func(ctx context.Context, r commands.Request) reply.Reply {
		if strings.HasPrefix(r.Text, "full") {
			return reply.Reply{Heading: "h", File: reply.NewFile("web.log", redact.New(),
				func(ctx context.Context) (io.ReadCloser, error) { return endless{ctx}, nil })}
		}
		return library(ctx, r)
	})}, repeating())
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	o.press(t, bob, m, "Full log")
	o.press(t, bob, o.whispered1(t, bob), "Stop")
	o.wait(t, "the outcome", func() bool { return strings.Contains(o.Render(o.channel, bob), "Stopped.") })
	shown := o.Render(o.channel, bob)
	assert.Contains(t, shown, "[Full log]")
	assert.NotContains(t, shown, "Full log · @bob")
}

func TestEditsAreRememberedForTheNewestMessagesOnly(t *testing.T) {
	e := newEdits()
	for i := range maxEdited + 10 {
		e.add("C", string(rune(i+1)), render.Edit{Action: "a"}, nil)
	}
	assert.LessOrEqual(t, e.made.Len(), maxEdited)
}

func TestAMessageThatWasReplacedIsForgottenAfterOlderOnes(t *testing.T) {
	e := newEdits()
	used := render.Edit{Action: "run-0", Record: slack.NewContextBlock("used-run-0-1")}
	row := render.Message(reply.Reply{Try: []reply.Example{{Line: "/logs full web 128", Button: "Full log"}}}, render.Options{}).Blocks
	e.add("C1", "0", used, row)
	e.forget("C1", "0", row)
	e.add("C1", "0", used, row)
	for i := 1; i < maxEdited; i++ {
		e.add("C1", strconv.Itoa(i), used, row)
	}
	assert.Equal(t, []slack.Block{used.Record}, e.all("C1", "0", row), "it is the oldest of as many as are remembered")
	e.add("C1", "one more", used, row)
	assert.Equal(t, row, e.all("C1", "0", row))
}
