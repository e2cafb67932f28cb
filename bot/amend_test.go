package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

// lateRunner answers as sampleRunner does. Its one answer to fail says more once tell is
// closed.
type lateRunner struct {
	sampleRunner
	tell  chan struct{}
	more  bool
	asked chan struct{} // closed when the bot waits for more; from then on presses find the edit
	ended chan struct{} // closed when it waits no longer
}

func newLateRunner() *lateRunner {
	return &lateRunner{tell: make(chan struct{}), more: true, asked: make(chan struct{}), ended: make(chan struct{})}
}

func (l *lateRunner) Run(ctx context.Context, r commands.Request) reply.Reply {
	answer := l.sampleRunner.Run(ctx, r)
	if !strings.HasPrefix(r.Text, "fail") || strings.Contains(r.Text, "--lines") {
		return answer
	}
	answer.Amend = func(ctx context.Context) (reply.Reply, bool) {
		close(l.asked)
		defer close(l.ended)
		select {
		case <-l.tell:
		case <-ctx.Done():
			return reply.Reply{}, false
		}
		instead := full()
		instead.Verdict = "Same as #126, green in between (#127)"
		return instead, l.more
	}
	return answer
}

// comes waits until something is closed.
func comes(t *testing.T, what string, closed <-chan struct{}) {
	t.Helper()
	select {
	case <-closed:
	case <-time.After(time.Minute):
		require.Fail(t, "timed out waiting for "+what)
	}
}

func (l *lateRunner) waits(t *testing.T) {
	t.Helper()
	comes(t, "the bot to wait for more", l.asked)
}

func (l *lateRunner) ends(t *testing.T) {
	t.Helper()
	comes(t, "the end of the waiting for more", l.ended)
}

func eventually(t *testing.T, done func() bool) {
	t.Helper()
	require.Eventually(t, done, 10*time.Second, time.Millisecond)
}

// edits is how often a message was edited by its ts.
func (h *harness) edits() int { return h.Counts()["chat.update"] }

func TestAnAnswerIsEditedOnceMoreIsKnown(t *testing.T) {
	l := newLateRunner()
	h := newHarness(t, Options{Commands: l, Intents: newMemoryIntents()})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	before := h.Render(h.channel, h.user)
	assert.NotContains(t, before, "Same as #126")

	close(l.tell)
	h.shows(t, "Same as #126, green in between (#127)")
	assert.Len(t, h.Messages(h.channel), 1, "no new message")
	after := strings.Replace(h.Render(h.channel, h.user), "  Same as #126, green in between (#127)\n", "", 1)
	assert.Equal(t, before, strings.Replace(after, "  edited\n", "\n", 1), "the rest, with its buttons, stays")
	eventually(t, func() bool { return h.edits() == 1 })

	h.press(t, bob, h.current(t, m), "More") // the buttons still work
	h.shows(t, "more of web #128")
	h.remove(t, h.user, h.current(t, m)) // and it still knows who asked
	h.wait(t, "the end of the message", func() bool { return len(h.Messages(h.channel)) == 0 })
	assert.Equal(t, 1, h.edits())
}

func TestAnAnswerToAMentionIsEditedToo(t *testing.T) {
	l := newLateRunner()
	h := newHarness(t, Options{Commands: l, Intents: newMemoryIntents()})
	_, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	h.posted(t, h.channel, 2)
	close(l.tell)
	h.shows(t, "Same as #126")
}

func TestAnAnswerThatSaysAllIsNotEdited(t *testing.T) {
	l := newLateRunner()
	l.more = false
	intents := newMemoryIntents()
	h := newHarness(t, Options{Commands: l, Intents: intents})
	h.slash(t, h.channel, "fail web 128")
	h.posted(t, h.channel, 1)
	close(l.tell)
	l.ends(t)
	eventually(t, func() bool { return intents.left() == 0 })
	assert.Zero(t, h.edits())
}

func TestAPressWinsAgainstTheLaterEdit(t *testing.T) {
	for _, button := range []string{"Full log", "More"} { // edits the message, and replaces it
		t.Run(button, func(t *testing.T) {
			l := newLateRunner()
			h := newHarness(t, Options{Commands: l, Intents: newMemoryIntents()})
			h.slash(t, h.channel, "fail web 128")
			m := h.posted(t, h.channel, 1)[0]
			l.waits(t)
			h.press(t, bob, m, button)
			h.shows(t, button+" · @bob")
			close(l.tell)
			l.ends(t)
			h.stop() // which waits for all edits
			<-h.ended
			shown := h.Render(h.channel, h.user)
			assert.Contains(t, shown, button+" · @bob")
			assert.NotContains(t, shown, "Same as #126")
		})
	}
}

// A press may follow the answer at once, before the pending edit is registered.
func TestAPressRightAfterTheAnswerWinsAgainstTheLaterEdit(t *testing.T) {
	h := newHarness(t, Options{Commands: newLateRunner(), Intents: newMemoryIntents()})
	as := newAmendments(h.bot.sender, h.bot.answerer.leases, h.bot.options.Log)
	a := amendment{to: delivery.Address{Channel: h.channel}, ts: "1.2"}
	as.end(t.Context(), h.channel, "1.2")
	entry, _ := as.enter(t.Context(), a)
	assert.Nil(t, entry)
	a.ts = "1.3"
	entry, _ = as.enter(t.Context(), a)
	require.NotNil(t, entry)
	entry.stop()
}

// The press reaches a replica that does not know about the pending edit.
func TestAPressInAnotherReplicaWinsAgainstTheLaterEdit(t *testing.T) {
	l, intents := newLateRunner(), newMemoryIntents()
	h := newHarness(t, Options{Commands: l, Intents: intents})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	l.waits(t)
	other := newAmendments(h.bot.sender, leases{intents: intents, log: h.bot.options.Log}, h.bot.options.Log)
	other.end(t.Context(), m.Channel, m.TS)
	close(l.tell)
	l.ends(t)
	h.stop() // which waits for all edits
	<-h.ended
	assert.Zero(t, h.edits())
	assert.Zero(t, intents.left())
}

func TestNothingIsEditedAfterARestart(t *testing.T) {
	l, intents := newLateRunner(), newMemoryIntents()
	h := newHarness(t, Options{Commands: l, Intents: intents})
	h.slash(t, h.channel, "fail web 128")
	h.posted(t, h.channel, 1)
	l.waits(t)
	h.stop()
	<-h.ended
	l.ends(t)
	h.restart(t, Options{Commands: l, Intents: intents})
	close(l.tell)
	assert.Zero(t, h.edits())
	assert.Zero(t, intents.left())
}

func TestAMessageThatIsDeletedOrCannotBeEditedStaysAsItIs(t *testing.T) {
	for name, gone := range map[string]func(*testing.T, *harness, slacksim.Message){
		"deleted": func(t *testing.T, h *harness, m slacksim.Message) {
			h.remove(t, h.user, m)
			h.wait(t, "the end of the message", func() bool { return len(h.Messages(h.channel)) == 0 })
		},
		"refused": func(t *testing.T, h *harness, _ slacksim.Message) {
			require.NoError(t, h.SetFaults(faults(t, "call-error@chat.update=cant_update_message")...))
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, intents := newLateRunner(), newMemoryIntents()
			h := newHarness(t, Options{Commands: l, Intents: intents})
			h.slash(t, h.channel, "fail web 128")
			m := h.posted(t, h.channel, 1)[0]
			l.waits(t)
			gone(t, h, m)
			n := len(h.Messages(h.channel))
			close(l.tell)
			l.ends(t)
			eventually(t, func() bool { return intents.left() == 0 })
			assert.Len(t, h.Messages(h.channel), n)
			assert.Empty(t, h.Ephemerals(h.channel, h.user))
			assert.LessOrEqual(t, h.edits(), 1)
		})
	}
}

func TestAnEditWaitsWhileSlackAllowsNone(t *testing.T) {
	l, busy := newLateRunner(), &noUpdates{}
	h := newHarness(t, Options{Commands: l, Intents: newMemoryIntents(), Limiter: busy})
	h.slash(t, h.channel, "fail web 128")
	h.posted(t, h.channel, 1)
	close(l.tell)
	l.ends(t)
	h.stop()
	<-h.ended
	assert.Zero(t, h.edits(), "and ends with the bot")
}

// noUpdates is a send.Limiter that lets nothing be updated soon.
type noUpdates struct{}

func (*noUpdates) Take(_ context.Context, name string, _ float64, _ int) (time.Duration, error) {
	if name == "chat.update" {
		return time.Hour, nil
	}
	return 0, nil
}
func (*noUpdates) Pause(context.Context, string, time.Time) error { return nil }
