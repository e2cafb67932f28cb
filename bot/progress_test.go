package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/read"
	"logbot/commands/reply"
)

func TestProgressTellsHowMuchWasRead(t *testing.T) {
	s := newSlowRunner(read.Progress{Pages: 12, Bytes: 12e6, About: 40e6})
	timing := work.NoteTiming{First: 200 * time.Millisecond, Every: time.Millisecond} // Slack is asked first who asks
	h := newHarness(t, withNotes(timing, Options{Commands: s}))
	h.slash(t, h.channel, "show web 128 --grep x")
	h.shows(t, "Reading the log takes a while: 12 of about 40 MB …")
	m := h.note(t)
	assert.NotContains(t, h.Render(h.channel, bob), "takes a while", "the caller alone sees it")

	h.press(t, h.user, m, "How far?")
	h.wait(t, "the press to be answered", func() bool { return h.Counts()["response_url"] >= 2 })
	close(s.release)
	h.posted(t, h.channel, 1)
	h.wait(t, "the note to go", func() bool { return !strings.Contains(h.Render(h.channel, h.user), "takes a while") })
}

func TestStopEndsTheWorkAtOnce(t *testing.T) {
	s := newSlowRunner(read.Progress{})
	h := newHarness(t, withNotes(quickNotes(), Options{Commands: s}))
	h.slash(t, h.channel, "show web 128 --grep x")
	h.press(t, h.user, h.note(t), "Stop")
	h.wait(t, "an outcome", func() bool { return strings.Contains(h.Render(h.channel, h.user), "Stopped.") })
	assert.True(t, s.stopped.Load())
	shown := h.Render(h.channel, h.user)
	assert.Contains(t, shown, "/logs show web 128 --grep x", "with the line to type again")
	assert.NotContains(t, shown, "[Stop]")
	assert.NotContains(t, shown, "context canceled")
	assert.Len(t, h.Ephemerals(h.channel, h.user), 1)
}

func TestInADirectMessageTheNoteItselfChanges(t *testing.T) {
	s := newSlowRunner(read.Progress{Pages: 3, Bytes: 1_234_567})
	h := newHarness(t, withNotes(quickNotes(), Options{Commands: s}))
	direct, err := h.DirectMessage(h.user)
	require.NoError(t, err)
	_, err = h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: direct, Text: "show web 128 --grep x"})
	require.NoError(t, err)
	<-s.started
	h.wait(t, "a note", func() bool { return strings.Contains(h.Render(direct, h.user), "1.2 MB so far, 3 pages") })
	s.more <- read.Progress{Pages: 5, Bytes: 5e6}
	h.wait(t, "a change", func() bool { return strings.Contains(h.Render(direct, h.user), "5 MB so far, 5 pages") })
	assert.Equal(t, 1, strings.Count(h.Render(direct, h.user), "takes a while"))
	close(s.release)
	h.wait(t, "the answer alone", func() bool {
		shown := h.Render(direct, h.user)
		return strings.Contains(shown, "done") && !strings.Contains(shown, "takes a while")
	})
}

func TestThePressOfAnOldStopIsExplained(t *testing.T) {
	s := newSlowRunner(read.Progress{})
	h := newHarness(t, withNotes(quickNotes(), Options{Commands: s}))
	typed := h.slash(t, h.channel, "show web 128 --grep x")
	m := h.note(t)
	close(s.release)
	h.settled(t, typed.EnvelopeID)
	h.press(t, h.user, m, "Stop")
	h.wait(t, "words", func() bool { return strings.Contains(h.Render(h.channel, h.user), "it cannot be stopped from here") })
	assert.NotContains(t, h.Render(h.channel, h.user), "[Stop]")
}

func TestNotesStayBelowWhatSlackTakesForOneCommand(t *testing.T) {
	release := make(chan struct{})
	h := newHarness(t, withNotes(repeatedNotes(), Options{Commands: runnerFunc(func(_ context.Context, r commands.Request) reply.Reply {
		reading := time.NewTicker(time.Millisecond)
		defer reading.Stop()
		for n := int64(1); ; n++ {
			select {
			case <-reading.C:
				r.Progress(read.Progress{Pages: int(n), Bytes: 1000 * n})
			case <-release:
				return reply.Reply{Heading: "done"}
			}
		}
	})}))
	h.slash(t, private, "show web 128 --grep x")
	h.wait(t, "both notes", func() bool { return len(h.Ephemerals(private, h.user)) >= 2 })
	close(release)
	assert.Equal(t, "done", h.posted(t, private, 1)[0].Text, "there is a use left for the answer")
	assert.LessOrEqual(t, h.Counts()["response_url"], 5)
}
