package bot

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/redact"
	"logbot/commands/reply"
)

func TestMoreContextChangesTheMessageItself(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.press(t, bob, m, "Full log")
	h.wait(t, "the record", func() bool { return strings.Contains(h.Render(h.channel, h.user), "Full log · @bob") })

	pressed := h.press(t, bob, h.current(t, m), "More")
	h.wait(t, "more lines", func() bool { return strings.Contains(h.Render(h.channel, h.user), "more of web #128") })
	assert.Equal(t, 2, len(h.Messages(h.channel)), "no new message")
	shown := h.Render(h.channel, h.user)
	assert.Contains(t, shown, "Full log · @bob", "the record stays")
	assert.Contains(t, shown, "More · @bob")
	assert.Empty(t, h.Ephemerals(h.channel, bob))

	h.settled(t, pressed.EnvelopeID) // a moment after its answer is posted
	h.press(t, h.user, h.current(t, m), "More")
	h.wait(t, "the next record", func() bool { return strings.Contains(h.Render(h.channel, h.user), "More · @ann") })
	assert.NotContains(t, h.Render(h.channel, h.user), "More · @bob", "only the last use is recorded")

	// The caller can still remove it, with the file that was sent before.
	h.remove(t, h.user, h.current(t, m))
	h.wait(t, "the end of the file", func() bool { return len(h.Files()) == 1 && h.Files()[0].Deleted })
}

func TestAPrivateAnswerStaysPrivateUntilItIsShared(t *testing.T) {
	s := &sampleRunner{}
	h := newHarness(t, Options{Commands: s})
	h.slash(t, h.channel, "fail web 128 --me")
	m := h.whispers(t, h.channel, 1)[0]
	assert.NotContains(t, h.Render(h.channel, h.user), "[Remove]", "one person's message goes by itself")

	h.press(t, h.user, m, "More")
	h.wait(t, "more lines", func() bool { return strings.Contains(h.Render(h.channel, h.user), "more of web #128") })
	assert.Len(t, h.Ephemerals(h.channel, h.user), 1, "in the same place")
	assert.Empty(t, h.posted(t, h.channel, 0))

	h.press(t, h.user, h.current(t, m), "Next")
	assert.Contains(t, h.whispers(t, h.channel, 2)[1].Text, "next of web 128", "below a private message answers are private")
	assert.Empty(t, h.posted(t, h.channel, 0))

	h.press(t, h.user, h.current(t, m), "Share")
	shared := h.posted(t, h.channel, 1)[0]
	assert.Contains(t, shared.Text, "web #128 failed")
	assert.Contains(t, h.Render(h.channel, bob), "Share · @ann")
	assert.Empty(t, shared.ThreadTS)
	assert.Equal(t, "fail web 128 --lines 40", s.last().Text, "what is shared is what was seen")
	h.wait(t, "the record", func() bool { return strings.Contains(h.Render(h.channel, h.user), "Shared with the channel.") })
	assert.NotContains(t, h.Render(h.channel, h.user), "[Share]")
}

func TestSharingWorksInAChannelWithoutTheBot(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	h.slash(t, private, "fail web 128 --me")
	h.press(t, h.user, h.whispers(t, private, 1)[0], "Share")
	assert.Contains(t, h.posted(t, private, 1)[0].Text, "web #128 failed")
}

func TestAButtonThatOpensAPageIsNotAnswered(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	i := h.press(t, h.user, m, "Open in CodeArts")
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
	assert.Empty(t, h.Ephemerals(h.channel, h.user))
}

func TestTwoButtonsPressedAtOnceBothLeaveTheirRecord(t *testing.T) {
	h := newHarness(t, Options{Commands: runnerFunc(sampleAnswer)})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.press(t, h.user, m, "Full log")
	h.press(t, bob, m, "Log of this step")
	h.wait(t, "both records", func() bool {
		shown := h.Render(h.channel, h.user)
		return strings.Contains(shown, "Full log · @ann") && strings.Contains(shown, "Log of this step · @bob")
	})
	shown := h.Render(h.channel, h.user)
	assert.NotContains(t, shown, "[Full log]")
	assert.NotContains(t, shown, "[Log of this step]")
	h.wait(t, "both files", func() bool { return len(h.Thread(h.channel, m.TS)) == 3 })
	h.remove(t, h.user, h.current(t, m))
	h.wait(t, "both files to go", func() bool { return len(h.Files()) == 2 && h.Files()[0].Deleted && h.Files()[1].Deleted })
}

func TestAButtonWhoseFileCannotBeSentStays(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	h.slash(t, private, "fail web 128")
	m := h.posted(t, private, 1)[0]
	h.press(t, bob, m, "Full log")
	h.wait(t, "what to do", func() bool { return strings.Contains(h.Render(private, bob), "/invite @logbot") })
	shown := h.Render(private, bob)
	assert.Contains(t, shown, "[Full log]")
	assert.NotContains(t, shown, "Full log · @bob")
	require.NoError(t, h.InviteBot(private))
	h.press(t, bob, h.current(t, m), "Full log")
	h.wait(t, "the file and its record", func() bool {
		return len(h.Thread(private, m.TS)) == 2 && strings.Contains(h.Render(private, bob), "Full log · @bob")
	})
}

func TestTheMessageOfAFileCanBeRemoved(t *testing.T) {
	h := newHarness(t, Options{Commands: &sampleRunner{}})
	h.slash(t, h.channel, "full web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.remove(t, h.user, m)
	h.wait(t, "an empty channel", func() bool { return len(h.posted(t, h.channel, 0)) == 0 })
	assert.True(t, h.Files()[0].Deleted)
}

func TestFeedbackIsCountedAndThanked(t *testing.T) {
	type rated struct {
		about reply.About
		user  string
		right bool
	}
	heard := make(chan rated, 2)
	h := newHarness(t, Options{Commands: &sampleRunner{}, Rated: func(a reply.About, user string, right bool) { heard <- rated{a, user, right} }})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	about := full().About
	for i, right := range []bool{true, false} {
		h.press(t, bob, m, map[bool]string{true: "These lines show why", false: "These lines don't show why"}[right])
		assert.Equal(t, rated{about, bob, right}, <-heard)
		h.wait(t, "thanks", func() bool { return len(h.Ephemerals(h.channel, bob)) == i+1 })
	}
	assert.Contains(t, h.Render(h.channel, bob), "noted: the right lines")
	assert.Contains(t, h.Render(h.channel, bob), "noted: the wrong lines")
	logged := 0
	for _, e := range h.logged.AllEntries() {
		if e.Data["task"] == about.Task && e.Data["build"] == int64(128) {
			logged++
		}
	}
	assert.Equal(t, 2, logged)
}

func TestAButtonThatIsBeingAnsweredIsNotAnsweredTwice(t *testing.T) {
	started, release := make(chan struct{}, 9), make(chan struct{})
	h := newHarness(t, Options{Commands: runnerFunc(func(ctx context.Context, r commands.Request) reply.Reply {
		if strings.HasPrefix(r.Text, "full") {
			started <- struct{}{}
			<-release
		}
		return sampleAnswer(ctx, r)
	})})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.press(t, h.user, m, "Full log")
	<-started
	h.press(t, bob, m, "Full log")
	assert.Contains(t, h.firstWhisper(t, bob).Text, "on its way")
	close(release)
	h.wait(t, "the file", func() bool { return len(h.Thread(h.channel, m.TS)) == 2 })
	assert.Empty(t, started, "run once")
}

func TestAStoppedFileLeavesItsButton(t *testing.T) {
	h := newHarness(t, withNotes(repeatedNotes(), Options{Commands: runnerFunc(func(ctx context.Context, r commands.Request) reply.Reply {
		if strings.HasPrefix(r.Text, "full") {
			return reply.Reply{Heading: "h", File: reply.NewFile("web.log", redact.New(),
				func(ctx context.Context) (io.ReadCloser, error) { return endless{ctx}, nil })}
		}
		return sampleAnswer(ctx, r)
	})}))
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.press(t, bob, m, "Full log")
	h.press(t, bob, h.note(t, bob), "Stop")
	h.noted(t, bob, "Stopped.")
	h.withoutNote(t)
	shown := h.Render(h.channel, bob)
	assert.Contains(t, shown, "[Full log]")
	assert.NotContains(t, shown, "Full log · @bob")
}

func TestAMessageStaysAsItIsIfSlackRefusesToMarkItsButton(t *testing.T) {
	f, err := slacksim.ParseFault("call-error@response_url=invalid_blocks")
	require.NoError(t, err)
	h := newHarnessIn(t, slacksim.Config{Faults: []slacksim.Fault{f}}, Options{Commands: &sampleRunner{}})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.settled(t, h.press(t, bob, m, "Full log").EnvelopeID)
	assert.Len(t, h.Thread(h.channel, m.TS), 2, "the file arrives")
	assert.JSONEq(t, string(m.Blocks), string(h.current(t, m).Blocks))
	assert.Equal(t, m.Text, h.current(t, m).Text)
}
