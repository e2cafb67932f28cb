package bot

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/envelope"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

// count is how many commands a runner was asked.
func (s *sampleRunner) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func TestAMentionIsAnsweredOnceHoweverOftenSlackTellsOfIt(t *testing.T) {
	s := &sampleRunner{}
	h := newHarness(t, Options{Commands: s})
	said, err := h.Say(t.Context(), slacksim.Saying{User: ann, Channel: builds, Text: "@logbot fail web 128 https://page.example"})
	require.NoError(t, err)
	h.wait(t, "the answer", func() bool { return strings.Contains(h.Render(builds, ann), "web #128 failed") })
	again := []func() (*slacksim.Said, error){
		func() (*slacksim.Said, error) { return h.Unfurl(t.Context(), builds, said.TS) },
		func() (*slacksim.Said, error) {
			return h.Edit(t.Context(), ann, builds, said.TS, "@logbot fail web 128, please https://page.example")
		},
	}
	for _, tell := range again {
		told, err := tell()
		require.NoError(t, err)
		require.NotNil(t, told.Event)
		assert.NotEqual(t, said.Event.ID, told.Event.ID)
		require.NoError(t, told.Event.Settled(t.Context()))
		assert.Equal(t, 1, told.Event.Status().Attempts, "acknowledged at once")
	}
	h.slash(t, builds, "help")
	h.whispers(t, builds, 1) // by then the others would be answered
	assert.Equal(t, 2, s.count())
}

func TestAMentionThatIsToldToTwoReplicasIsAnsweredOnce(t *testing.T) {
	for name, open := range shared() {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			t.Cleanup(func() { assert.NoError(t, store.Close()) })
			s := &sampleRunner{}
			h := newHarness(t, sharing(store, Options{Commands: s}))
			said, err := h.Say(t.Context(), slacksim.Saying{User: ann, Channel: builds, Text: "@logbot fail web 128"})
			require.NoError(t, err)
			h.wait(t, "the answer", func() bool { return strings.Contains(h.Render(builds, ann), "web #128 failed") })
			h.stop()
			<-h.ended
			h.wait(t, "the sockets to close", func() bool { return h.Connections() == 0 })
			h.restart(t, sharing(store, Options{Commands: s}))
			told, err := h.Edit(t.Context(), ann, builds, said.TS, "@logbot fail web 128!")
			require.NoError(t, err)
			require.NoError(t, told.Event.Settled(t.Context()))
			h.slash(t, builds, "help")
			h.whispers(t, builds, 1)
			assert.Equal(t, 2, s.count())
		})
	}
}

// mentionOf is the payload of a mention by ann.
func mentionOf(text, ts, more string) []byte {
	return fmt.Appendf(nil, `{"team_id":"T0SLACKSIM","type":"event_callback","event_id":"Ev%d","event":{"type":"app_mention","user":"U0ANN00001",
		"text":"<@U0LOGBOT01> %s","ts":%q,"channel":"C0BUILDS01"}%s}`, time.Now().UnixNano(), text, ts, more)
}

func TestAMessageThatComesHoursLateIsNotAnsweredAndItsAuthorIsToldOnce(t *testing.T) {
	clock := slacksim.NewHandClock(time.Now().Add(-3 * time.Hour))
	s := &sampleRunner{}
	h := newWorkspace(t, slacksim.Config{Clock: clock})
	var lost []*slacksim.Event
	for i := range 3 {
		said, err := h.Say(t.Context(), slacksim.Saying{User: ann, Channel: builds, Text: fmt.Sprint("@logbot fail web ", 126+i)})
		require.NoError(t, err)
		lost = append(lost, said.Event)
	}
	for range 10 { // nobody is connected, until Slack gives up
		clock.Advance(time.Minute)
	}
	require.True(t, lost[0].Status().Lost)
	clock.Advance(time.Until(clock.Now()) * -1)
	h.restart(t, Options{Commands: s})
	for _, e := range lost { // an admin asks Slack for the events of the outage
		e.Replay()
		require.NoError(t, e.Settled(t.Context()))
	}
	told := h.whispers(t, builds, 1)
	assert.Contains(t, string(told[0].Blocks), "delivered this message late")
	assert.Contains(t, string(told[0].Blocks), "@logbot fail web 126")
	h.slash(t, builds, "help")
	h.whispers(t, builds, 2)
	assert.Equal(t, "help", s.last().Text)
	assert.Equal(t, 1, s.count())
	assert.Len(t, h.Ephemerals(builds, ann), 2, "told once")
	assert.Len(t, h.warnings("too late to be answered"), 3)
}

func TestAnOldMessageThatIsEditedIsNotNew(t *testing.T) {
	s := &sampleRunner{}
	h := newHarness(t, Options{Commands: s})
	now := time.Now().Unix()
	d := h.deliver(t, slacksim.RawEnvelope{Type: envelope.Events, Payload: mentionOf("fail web 128", fmt.Sprintf("%d.000100", now-3600), fmt.Sprintf(`,"event_time":%d`, now))})
	h.settled(t, d.EnvelopeID)
	d = h.deliver(t, slacksim.RawEnvelope{Type: envelope.Events, Payload: mentionOf("fail web 7", fmt.Sprintf("%d.000100", now-300), fmt.Sprintf(`,"event_time":%d`, now))})
	h.settled(t, d.EnvelopeID)
	assert.Equal(t, "fail web 7", s.last().Text, "after five minutes Slack may still try again")
	assert.Equal(t, 1, s.count())
}

func TestAPressThatComesOverTwoSocketsTakesEffectOnce(t *testing.T) {
	twice := slacksim.Fault{Name: "socket-twice", Every: 1}
	rated := make(chan reply.About, 9)
	h := newHarness(t, Options{Commands: &sampleRunner{}, Rated: func(about reply.About, _ string, _ bool) { rated <- about }})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	require.NoError(t, h.SetFaults(twice))
	before := h.Counts()

	h.press(t, ann, m, "Full log")
	h.shows(t, "Full log · @ann") // from then on the message lists its file, for Remove
	require.Len(t, h.Thread(builds, m.TS), 2)
	h.press(t, ann, m, "These lines show why")
	<-rated
	h.openForm(t, ann, m)
	_, err := h.CloseView(t.Context(), ann)
	require.NoError(t, err)
	h.remove(t, ann, h.current(t, m))
	h.wait(t, "the message to go", func() bool { return !strings.Contains(h.Render(builds, ann), "web #128 failed") })
	h.slash(t, h.channel, "help") // comes twice, too
	h.wait(t, "help", func() bool { return strings.Contains(h.Render(builds, ann), "Unknown command.") })

	counts := h.Counts()
	assert.Empty(t, rated)
	assert.Equal(t, 2, counts["views.open"]-before["views.open"], "to search, and to remove")
	assert.Equal(t, 1, counts["files.completeUploadExternal"]-before["files.completeUploadExternal"])
	assert.Equal(t, 1, counts["files.delete"]-before["files.delete"])
	assert.Equal(t, 1, strings.Count(h.Render(builds, ann), "Unknown command."))
	h.wait(t, "each copy to be acknowledged", func() bool { return h.Counts()["ack"]-before["ack"] >= 10 })
}

func TestAPressThatReachesTwoReplicasTakesEffectOnce(t *testing.T) {
	for name, open := range shared() {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			t.Cleanup(func() { assert.NoError(t, store.Close()) })
			var mu sync.Mutex
			rated := 0
			options := func() Options {
				return sharing(store, Options{
					Commands: runnerFunc(func(context.Context, commands.Request) reply.Reply { return full() }),
					Rated:    func(reply.About, string, bool) { mu.Lock(); rated++; mu.Unlock() },
				})
			}
			h := newHarness(t, options())
			h.start(t, options()) // a second replica
			h.wait(t, "connections of both", func() bool { return h.Connections() == 4 })
			h.slash(t, h.channel, "fail web 128")
			m := h.posted(t, h.channel, 1)[0]
			require.NoError(t, h.SetFaults(slacksim.Fault{Name: "socket-twice", Every: 1}))
			pressed := h.press(t, ann, m, "These lines show why")
			h.settled(t, pressed.EnvelopeID)
			h.whispers(t, builds, 1)
			h.openForm(t, ann, m)
			h.wait(t, "acknowledgements", func() bool { return h.Counts()["ack"] >= 9 })
			require.NoError(t, h.SetFaults())
			h.slash(t, h.channel, "fail web 128")
			h.posted(t, h.channel, 2)
			mu.Lock()
			assert.Equal(t, 1, rated)
			mu.Unlock()
			assert.Equal(t, 1, h.Counts()["views.open"])
			assert.Len(t, h.Ephemerals(builds, ann), 1, "thanked once")
		})
	}
}
