package bot

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/read"
	"logbot/commands/reply"
)

// promising answers with a promise, and counts how often it is taken back.
func promising(undone *atomic.Int64) runnerFunc {
	return func(context.Context, commands.Request) reply.Reply {
		return reply.Reply{Body: "Watching web..", Undo: func(context.Context) error { undone.Add(1); return nil }}
	}
}

func faults(t *testing.T, texts ...string) (all []slacksim.Fault) {
	t.Helper()
	for _, text := range texts {
		f, err := slacksim.ParseFault(text)
		require.NoError(t, err)
		all = append(all, f)
	}
	return all
}

func TestNothingIsPromisedThatTheChannelCannotBeTold(t *testing.T) {
	workspace := func() slacksim.Config {
		return slacksim.Config{Channels: []slacksim.Channel{
			{ID: builds, Name: "builds", Members: []string{ann, bob}, Bot: true},
			{ID: general, Name: "general", Members: []string{ann, bob}},
			{ID: private, Name: "secret", Members: []string{ann, bob}, Private: true},
			{ID: twoPeople, Name: "bob", Members: []string{ann, bob}, Private: true},
			{ID: groupOfPeople, Name: "ann--bob--cat-1", Members: []string{ann, bob}, Private: true, Group: true},
		}}
	}
	for name, c := range map[string]struct {
		channel, fault, says string
		kept                 bool
	}{
		"with the bot":            {builds, "", "Watching web.", true},
		"public, without the bot": {general, "", "Watching web.", true},
		"private":                 {private, "", "/invite @logbot", false},
		"two people":              {twoPeople, "", "Ask in a direct message", false},
		"a group":                 {groupOfPeople, "", "Ask in a direct message", false},
		"read-only":               {builds, "call-error@chat.postMessage#" + builds + "=restricted_action_read_only_channel", "Only some people can post", false},
		"archived":                {builds, "call-error@chat.postMessage#" + builds + "=is_archived", "archived", false},
		"without the scope":       {builds, "call-error@chat.postMessage=missing_scope", "reinstall", false},
	} {
		t.Run(name, func(t *testing.T) {
			var undone atomic.Int64
			w := workspace()
			if c.fault != "" {
				w.Faults = faults(t, c.fault)
			}
			h := newHarnessIn(t, w, Options{Commands: promising(&undone)})
			h.channel = c.channel
			i := h.slash(t, c.channel, "watch web")
			h.shows(t, c.says)
			h.settled(t, i.EnvelopeID)
			shown := h.Render(c.channel, ann)
			assert.Equal(t, c.kept, strings.Contains(shown, "Watching web."), shown)
			if c.channel == twoPeople || c.channel == groupOfPeople {
				assert.NotContains(t, shown, "/invite", "nobody can be invited")
			}
			assert.Equal(t, c.kept, undone.Load() == 0)
		})
	}
}

func TestAFileThatIsNeverShownIsToldAndItsButtonStays(t *testing.T) {
	o := Options{Commands: &sampleRunner{}, fileLooks: make([]time.Duration, 200)}
	for i := range o.fileLooks {
		o.fileLooks[i] = 10 * time.Millisecond
	}
	h := newHarnessIn(t, slacksim.Config{Faults: faults(t, "file-lost:1")}, o)
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.press(t, h.user, m, "Full log")
	h.shows(t, "doesn't show it. Press the button again")
	assert.Contains(t, h.Render(h.channel, h.user), "[Full log]")
	require.NoError(t, h.SetFaults())
	h.press(t, h.user, h.current(t, m), "Full log")
	h.wait(t, "the file", func() bool { return len(h.Thread(h.channel, m.TS)) == 2 })
	h.shows(t, "Full log · @ann")
}

func TestASecondPressWaitsUntilAFileIsShown(t *testing.T) {
	h := newHarnessIn(t, slacksim.Config{Faults: faults(t, "file-slow")}, Options{Commands: &sampleRunner{}, fileLooks: []time.Duration{time.Hour}})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.settled(t, h.press(t, h.user, m, "Full log").EnvelopeID)
	h.settled(t, h.press(t, bob, m, "Full log").EnvelopeID)
	assert.Contains(t, h.Render(h.channel, bob), "the answer is on its way")
	assert.Len(t, h.Thread(h.channel, m.TS), 2, "one file")
}

func TestWhenItStopsEveryCallerIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		durable bool
		says    string
	}{
		"another process answers": {true, "your answer comes right after"},
		"nobody else can":         {false, "couldn't finish this. Please type it again"},
	} {
		t.Run(name, func(t *testing.T) {
			slow, l := newSlowRunner(read.Progress{}), newMemoryIntents()
			h := newHarness(t, withNotes(quickNotes(), Options{Commands: slow, Intents: l, Temporary: !c.durable, DrainWithin: time.Millisecond}))
			h.slash(t, h.channel, "fail web 128")
			<-slow.started
			h.note(t, h.user)
			h.stop()
			require.NoError(t, <-h.ended)
			assert.Contains(t, h.Render(h.channel, h.user), c.says)
			h.withoutNote(t)
			assert.Equal(t, c.durable, l.left() == 1, "what nobody else can answer is done")
		})
	}
}
