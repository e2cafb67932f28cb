package bot

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/bot/slacksim"
	"logbot/bot/work"
	"logbot/cache/redistest"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/read"
	"logbot/commands/reply"
)

// shared are the states that several bots can share, each opened by its name.
func shared() map[string]func(*testing.T) *state.Store {
	patient := state.Options{Budget: time.Minute}
	return map[string]func(*testing.T) *state.Store{
		"file": func(t *testing.T) *state.Store {
			s, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), patient)
			require.NoError(t, err)
			return s
		},
		"Redis": func(t *testing.T) *state.Store {
			s, err := state.OpenRedis(t.Context(), redistest.Start(t).URL(), patient)
			require.NoError(t, err)
			return s
		},
	}
}

// sharing are the options of a bot that shares a state.
func sharing(s *state.Store, o Options) Options {
	log, _ := logtest.NewNullLogger()
	o.Intents, o.Presses = jobs.New(jobs.Options{Intents: s.Intents, Log: log}).Commands(), s.Presses
	return o
}

// runInAnotherProcess starts a command in a bot that then stops receiving, as before a
// restart: every press reaches a second bot with the same state. It returns the note of
// the command; ended reports the end of the first bot.
func runInAnotherProcess(t *testing.T, s *state.Store, slow *slowRunner, drain time.Duration, timing work.PressTiming) (h *harness, note slacksim.Message, ended <-chan error) {
	t.Helper()
	h = newHarness(t, withNotes(quickNotes(), sharing(s, Options{Commands: slow, DrainWithin: drain})))
	h.slash(t, h.channel, "show web 128 --grep x")
	<-slow.started
	note, ended = h.note(t, h.user), h.ended
	if drain < time.Second {
		h.stopWithNote(t)
	}
	h.stop()
	h.wait(t, "the sockets to close", func() bool { return h.Connections() == 0 })
	h.restart(t, sharing(s, Options{pressTiming: timing, Commands: runnerFunc(func(context.Context, commands.Request) reply.Reply {
		return reply.Reply{Heading: "by the wrong one"}
	})}))
	return h, note, ended
}

// stopWithNote stops the bot, which leaves its note, as if the process had died.
func (h *harness) stopWithNote(t *testing.T) {
	t.Helper()
	require.NoError(t, h.SetFaults(faults(t, "call-error@chat.delete=cant_delete_message")...))
	h.stop()
	<-h.ended
	require.NoError(t, h.SetFaults())
}

func TestTheButtonsOfANoteWorkInEveryReplica(t *testing.T) {
	for name, open := range shared() {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() { assert.NoError(t, s.Close()) })
			slow := newSlowRunner(read.Progress{Pages: 12, Bytes: 12e6, About: 40e6})
			h, note, ended := runInAnotherProcess(t, s, slow, time.Minute, work.PressTiming{Every: 10 * time.Millisecond, Within: time.Minute})

			before := h.Counts()["response_url"]
			h.press(t, h.user, note, "How far?")
			h.wait(t, "the press to be answered", func() bool { return h.Counts()["response_url"] > before })
			h.noted(t, h.user, "Reading the log takes a while: 12 of about 40 MB …")

			h.press(t, h.user, h.note(t, h.user), "Stop")
			h.noted(t, h.user, "Stopped.")
			assert.True(t, slow.stopped.Load())
			shown := h.Render(h.direct(t, h.user), h.user)
			assert.Contains(t, shown, "/logs show web 128 --grep x", "with the line to type again")
			assert.NotContains(t, shown, "[Stop]")
			require.NoError(t, <-ended)
			n, err := s.Intents.Len(t.Context())
			require.NoError(t, err)
			assert.Zero(t, n)
			eventually(t, func() bool { return len(waitingPresses(t, s)) == 0 })
		})
	}
}

func TestTheNoteIsDeletedAfterAPressInAnotherReplica(t *testing.T) {
	s := shared()["file"](t)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	slow := newSlowRunner(read.Progress{})
	h, note, _ := runInAnotherProcess(t, s, slow, time.Minute, work.PressTiming{Every: 10 * time.Millisecond, Within: time.Minute})
	before := h.Counts()["response_url"]
	h.press(t, h.user, note, "How far?")
	h.wait(t, "the press to be answered", func() bool { return h.Counts()["response_url"] > before })
	close(slow.release)
	assert.Equal(t, "done", h.posted(t, h.channel, 1)[0].Text)
	h.withoutNote(t)
}

func TestStopEndsACommandWhoseProcessDied(t *testing.T) {
	s := shared()["file"](t)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	h, note, _ := runInAnotherProcess(t, s, newSlowRunner(read.Progress{}), time.Millisecond, work.PressTiming{Every: time.Millisecond, Within: 20 * time.Millisecond})
	h.press(t, h.user, note, "How far?")
	h.noted(t, h.user, "Interrupted; resuming")

	h.press(t, h.user, h.note(t, h.user), "Stop")
	h.noted(t, h.user, "Stopped.")
	assert.Contains(t, h.Render(h.direct(t, h.user), h.user), "/logs show web 128 --grep x", "with the line to type again")
	n, err := s.Intents.Len(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n, "nobody takes it over")
}

func waitingPresses(t *testing.T, s *state.Store) map[string][]byte {
	t.Helper()
	waiting, err := s.Presses.Waiting(t.Context())
	require.NoError(t, err)
	return waiting
}

// endsCommand cancels the one stored command, as a press in another process does.
func endsCommand(t *testing.T, s *state.Store) {
	t.Helper()
	waiting, err := s.Intents.List(t.Context(), jobs.Command)
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	_, err = s.Intents.Cancel(t.Context(), time.Now(), waiting[0].ID)
	require.NoError(t, err)
}

// Two presses may follow each other so fast that the second ends the command before
// anybody took the first.
func TestAPressIsForgottenWhenItsCommandHasEnded(t *testing.T) {
	s := shared()["file"](t)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	h, note, _ := runInAnotherProcess(t, s, newSlowRunner(read.Progress{}), time.Millisecond, work.PressTiming{Every: time.Millisecond, Within: time.Minute})
	before := h.Render(h.direct(t, h.user), h.user)
	h.press(t, h.user, note, "How far?")
	eventually(t, func() bool { return len(waitingPresses(t, s)) == 1 })
	endsCommand(t, s)
	eventually(t, func() bool { return len(waitingPresses(t, s)) == 0 })
	h.stop()
	<-h.ended
	assert.Equal(t, before, h.Render(h.direct(t, h.user), h.user), "nobody says that the command goes on")
}

func TestAPressOnAnAnsweredCommandIsNotStored(t *testing.T) {
	s := shared()["file"](t)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	h, note, _ := runInAnotherProcess(t, s, newSlowRunner(read.Progress{}), time.Millisecond, work.PressTiming{Every: time.Hour, Within: time.Hour})
	endsCommand(t, s)
	h.press(t, h.user, note, "Stop")
	h.noted(t, h.user, "another logbot process is doing it")
}

// awayPresses are Presses of a store that is away.
type awayPresses struct{}

func (awayPresses) Leave(context.Context, string, []byte) error { return state.ErrAway }
func (awayPresses) Waiting(context.Context) (map[string][]byte, error) {
	return nil, state.ErrAway
}
func (awayPresses) Take(context.Context, string) (bool, error) { return false, state.ErrAway }

func TestAPressThatCannotReachItsCommandIsExplained(t *testing.T) {
	for name, o := range map[string]Options{
		"the store is away": {Intents: newMemoryIntents(), Presses: awayPresses{}},
		"nothing is stored": {},
	} {
		t.Run(name, func(t *testing.T) {
			o.Commands, o.DrainWithin = newSlowRunner(read.Progress{}), time.Millisecond
			h := newHarness(t, withNotes(quickNotes(), o))
			h.slash(t, h.channel, "show web 128 --grep x")
			note := h.note(t, h.user)
			h.stopWithNote(t)
			h.wait(t, "the sockets to close", func() bool { return h.Connections() == 0 })
			h.restart(t, o)
			h.press(t, h.user, note, "Stop")
			h.noted(t, h.user, "another logbot process is doing it")
		})
	}
}
