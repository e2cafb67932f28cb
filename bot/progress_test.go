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
	h.noted(t, h.user, "Reading the log takes a while: 12 of about 40 MB …")
	m := h.note(t, h.user)
	h.shows(t, "in your direct messages with logbot")
	assert.NotContains(t, h.Render(h.channel, h.user), "[Stop]", "what cannot be deleted has no buttons")
	assert.NotContains(t, h.Render(h.channel, bob), "direct messages", "the caller alone sees it")

	h.press(t, h.user, m, "How far?")
	h.wait(t, "the press to be answered", func() bool { return h.Counts()["response_url"] >= 2 })
	s.more <- read.Progress{Pages: 15, Bytes: 15e6, About: 40e6}
	h.noted(t, h.user, "15 of about 40 MB")
	close(s.release)
	h.posted(t, h.channel, 1)
	h.withoutNote(t)
	assert.Empty(t, h.Messages(h.direct(t, h.user)))
}

func TestStopEndsTheWorkAtOnce(t *testing.T) {
	s, audit := newSlowRunner(read.Progress{}), &recordedAudit{}
	h := newHarness(t, withNotes(quickNotes(), Options{Commands: s, Audit: audit.add}))
	h.slash(t, h.channel, "show web 128 --grep x")
	<-s.started
	h.press(t, h.user, h.note(t, h.user), "Stop")
	h.noted(t, h.user, "Stopped.")
	h.wait(t, "the event", func() bool { return len(audit.all()) == 1 })
	assert.Equal(t, []any{"stop", h.user, commands.Answered}, []any{audit.all()[0].Verb, audit.all()[0].User, audit.all()[0].Result})
	assert.True(t, s.stopped.Load())
	h.withoutNote(t)
	shown := h.Render(h.direct(t, h.user), h.user)
	assert.Contains(t, shown, "/logs show web 128 --grep x", "with the line to type again")
	assert.NotContains(t, shown, "context canceled")
	assert.Len(t, h.Messages(h.direct(t, h.user)), 1)
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
	assert.Equal(t, 1, strings.Count(h.Render(direct, h.user), "Reading the log"))
	close(s.release)
	h.wait(t, "the answer alone", func() bool {
		shown := h.Render(direct, h.user)
		return strings.Contains(shown, "done") && !strings.Contains(shown, "Reading the log")
	})
}

func TestThePressOfAnOldStopIsExplained(t *testing.T) {
	s := newSlowRunner(read.Progress{})
	h := newHarnessIn(t, slacksim.Config{Faults: faults(t, "call-error@chat.delete=cant_delete_message")}, withNotes(quickNotes(), Options{Commands: s}))
	typed := h.slash(t, h.channel, "show web 128 --grep x")
	m := h.note(t, h.user)
	close(s.release)
	h.settled(t, typed.EnvelopeID)
	h.press(t, h.user, m, "Stop")
	h.noted(t, h.user, "another logbot process is doing it")
	h.withoutNote(t)
}

func TestTheNoteIsGoneHoweverTheWorkEnds(t *testing.T) {
	refusal := reply.Reply{Private: true, Refused: true, Body: "There is no build 128."}
	file := fileOf(strings.Repeat("a line\n", 200_000))
	for name, c := range map[string]struct {
		answer reply.Reply
		fault  string
		broken bool
		says   string
	}{
		"an answer":                 {answer: reply.Reply{Heading: "found"}, says: "found"},
		"an answer to one person":   {answer: reply.Reply{Heading: "found", Private: true}, says: "found"},
		"an error":                  {answer: refusal, says: "no build 128"},
		"a large file":              {answer: file, says: "web-128-stage3.log"},
		"a file that Slack refuses": {answer: file, fault: "call-error@files.getUploadURLExternal=file_uploads_disabled", says: "web-128-stage3.log"},
		"an answer that is refused": {answer: reply.Reply{Heading: "found"}, fault: "call-error@chat.postMessage=restricted_action", says: "found"},
		"a panic":                   {broken: true, says: "something broke"},
	} {
		t.Run(name, func(t *testing.T) {
			started, release := make(chan struct{}), make(chan struct{})
			h := newHarness(t, withNotes(quickNotes(), Options{Commands: runnerFunc(func(ctx context.Context, _ commands.Request) reply.Reply {
				close(started)
				select {
				case <-release:
				case <-ctx.Done():
				}
				if c.broken {
					panic("broken")
				}
				return c.answer
			})}))
			typed := h.slash(t, h.channel, "show web 128")
			<-started
			h.note(t, h.user)
			h.shows(t, "in your direct messages")
			if c.fault != "" {
				require.NoError(t, h.SetFaults(faults(t, c.fault)...))
			}
			close(release)
			h.settled(t, typed.EnvelopeID)
			h.shows(t, c.says)
			assert.Empty(t, h.Messages(h.direct(t, h.user)))
			assert.NotContains(t, h.Render(h.channel, h.user), "[Stop]")
		})
	}
}

func TestWithoutDirectMessagesProgressIsToldWithoutButtons(t *testing.T) {
	for _, code := range []string{"missing_scope", "messages_tab_disabled", "channel_not_found"} {
		t.Run(code, func(t *testing.T) {
			s := newSlowRunner(read.Progress{Pages: 12, Bytes: 12e6, About: 40e6})
			timing := work.NoteTiming{First: 200 * time.Millisecond, Every: time.Millisecond}
			h := newHarnessIn(t, slacksim.Config{Faults: faults(t, "call-error@chat.postMessage="+code)}, withNotes(timing, Options{Commands: s}))
			typed := h.slash(t, h.channel, "show web 128 --grep x")
			h.shows(t, "Reading the log takes a while: 12 of about 40 MB …")
			assert.Len(t, h.Ephemerals(h.channel, h.user), 1)
			shown := h.Render(h.channel, h.user)
			assert.NotContains(t, shown, "[Stop]")
			assert.NotContains(t, shown, "direct messages")
			require.NoError(t, h.SetFaults())
			close(s.release)
			h.settled(t, typed.EnvelopeID)
			assert.Equal(t, "done", h.posted(t, h.channel, 1)[0].Text)
		})
	}
}

func TestANoteThatCouldNotBePostedIsTriedAgain(t *testing.T) {
	s := newSlowRunner(read.Progress{})
	timing := work.NoteTiming{First: time.Millisecond, Every: time.Millisecond, Later: []time.Duration{200 * time.Millisecond}}
	h := newHarnessIn(t, slacksim.Config{Faults: faults(t, "call-error@chat.postMessage=internal_error")}, withNotes(timing, Options{Commands: s}))
	typed := h.slash(t, h.channel, "show web 128 --grep x")
	h.shows(t, "Reading the log")
	require.NoError(t, h.SetFaults())
	h.note(t, h.user)
	close(s.release)
	h.settled(t, typed.EnvelopeID)
	assert.Empty(t, h.Messages(h.direct(t, h.user)))
}

func TestNotesStayBelowWhatSlackTakesForOneCommand(t *testing.T) {
	release := make(chan struct{})
	h := newHarnessIn(t, slacksim.Config{Faults: faults(t, "call-error@chat.postMessage=messages_tab_disabled")}, withNotes(repeatedNotes(), Options{Commands: runnerFunc(func(_ context.Context, r commands.Request) reply.Reply {
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
	require.NoError(t, h.SetFaults())
	close(release)
	assert.Equal(t, "done", h.posted(t, private, 1)[0].Text, "there is a use left for the answer")
	assert.LessOrEqual(t, h.Counts()["response_url"], 5)
}
