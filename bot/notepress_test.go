package bot

import (
	"context"
	"path/filepath"
	"strings"
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

// workElsewhere has the work done by a bot that takes nothing any more, as one does
// that finishes before a restart: every press reaches another, which shares its
// state. It returns the note that stands, and what tells that the first has ended.
func workElsewhere(t *testing.T, s *state.Store, slow *slow, drain time.Duration, timing work.PressTiming) (o *office, note slacksim.Message, ended <-chan error) {
	t.Helper()
	o = hurriedWork(t, sharing(s, Options{Commands: slow, DrainWithin: drain}))
	o.types(t, o.channel, "show web 128 --grep x")
	note, ended = o.note(t), o.ended
	o.stop()
	o.wait(t, "the sockets to close", func() bool { return o.Connections() == 0 })
	if drain < time.Second {
		<-ended
	}
	o.presses = timing
	o.again(t, sharing(s, Options{Commands: answers(func(context.Context, commands.Request) reply.Reply {
		return reply.Reply{Heading: "by the wrong one"}
	})}))
	return o, note, ended
}

func (o *office) shows(t *testing.T, words string) {
	t.Helper()
	o.wait(t, words, func() bool { return strings.Contains(o.Render(o.channel, o.user), words) })
}

func TestStopAndHowFarWorkWhicheverReplicaThePressReaches(t *testing.T) {
	for name, open := range shared() {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() { assert.NoError(t, s.Close()) })
			slow := newSlow(read.Progress{Pages: 12, Bytes: 12e6, About: 40e6})
			o, note, ended := workElsewhere(t, s, slow, time.Minute, work.PressTiming{Every: 10 * time.Millisecond, Within: time.Minute})

			before := o.Counts()["response_url"]
			o.press(t, o.user, note, "How far?")
			o.wait(t, "the press to be answered", func() bool { return o.Counts()["response_url"] > before })
			o.shows(t, "Reading the log takes a while: 12 of about 40 MB …")

			o.press(t, o.user, o.note(t), "Stop")
			o.shows(t, "Stopped.")
			assert.True(t, slow.stopped.Load())
			shown := o.Render(o.channel, o.user)
			assert.Contains(t, shown, "/logs show web 128 --grep x", "with the line to type again")
			assert.NotContains(t, shown, "[Stop]")
			require.NoError(t, <-ended)
			n, err := s.Intents.Len(t.Context())
			require.NoError(t, err)
			assert.Zero(t, n)
			left, err := s.Presses.Waiting(t.Context())
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

func TestTheNoteGoesWithTheAnswerAlsoAfterAPressElsewhere(t *testing.T) {
	s := shared()["file"](t)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	slow := newSlow(read.Progress{})
	o, note, _ := workElsewhere(t, s, slow, time.Minute, work.PressTiming{Every: 10 * time.Millisecond, Within: time.Minute})
	before := o.Counts()["response_url"]
	o.press(t, o.user, note, "How far?")
	o.wait(t, "the press to be answered", func() bool { return o.Counts()["response_url"] > before })
	close(slow.release)
	assert.Equal(t, "done", o.said(t, o.channel, 1)[0].Text)
	o.wait(t, "the note to go", func() bool { return !strings.Contains(o.Render(o.channel, o.user), "takes a while") })
}

func TestStopAlsoEndsWorkWhoseProcessDied(t *testing.T) {
	s := shared()["file"](t)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	o, note, _ := workElsewhere(t, s, newSlow(read.Progress{}), time.Millisecond, work.PressTiming{Every: time.Millisecond, Within: 20 * time.Millisecond})
	o.press(t, o.user, note, "How far?")
	o.shows(t, "Nobody is reading the log right now")

	o.press(t, o.user, o.note(t), "Stop")
	o.shows(t, "Stopped.")
	assert.Contains(t, o.Render(o.channel, o.user), "/logs show web 128 --grep x", "with the line to type again")
	n, err := s.Intents.Len(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n, "nobody takes it over")
}

func TestAPressOnWorkThatIsOverIsLeftToNobody(t *testing.T) {
	s := shared()["file"](t)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	o, note, _ := workElsewhere(t, s, newSlow(read.Progress{}), time.Millisecond, work.PressTiming{Every: time.Hour, Within: time.Hour})
	waiting, err := s.Intents.List(t.Context(), jobs.Command)
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	_, err = s.Intents.Cancel(t.Context(), time.Now(), waiting[0].ID)
	require.NoError(t, err)
	o.press(t, o.user, note, "Stop")
	o.shows(t, "it cannot be stopped from here")
}

// awayPresses are Presses of a store that is away.
type awayPresses struct{}

func (awayPresses) Leave(context.Context, string, []byte) error { return state.ErrAway }
func (awayPresses) Waiting(context.Context) (map[string][]byte, error) {
	return nil, state.ErrAway
}
func (awayPresses) Take(context.Context, string) (bool, error) { return false, state.ErrAway }

func TestAPressWhoseWorkCannotBeReachedIsToldSo(t *testing.T) {
	for name, o := range map[string]Options{
		"the store is away": {Intents: newLedger(), Presses: awayPresses{}},
		"nothing is shared": {Intents: newLedger()},
	} {
		t.Run(name, func(t *testing.T) {
			o.Commands, o.DrainWithin = newSlow(read.Progress{}), time.Millisecond
			office := hurriedWork(t, o)
			office.types(t, office.channel, "show web 128 --grep x")
			note := office.note(t)
			office.stop()
			<-office.ended
			office.wait(t, "the sockets to close", func() bool { return office.Connections() == 0 })
			office.again(t, o)
			office.press(t, office.user, note, "Stop")
			office.shows(t, "it cannot be stopped from here")
		})
	}
}
