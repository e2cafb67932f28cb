package replicas

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/cache/redistest"
)

const (
	// equalRequests is how many equal requests are made at once.
	equalRequests = 100
	// shortCommands are typed in the short form, in shortChannels.
	shortCommands = 150
	shortChannels = 30
)

// TestThreeReplicas is the short form: what must hold in each moment, with as few
// commands as show it. Most of its time is the lease of a replica that died.
func TestThreeReplicas(t *testing.T) {
	t.Parallel()
	runs := []run{
		{task: 1, number: 2, ends: 3 * time.Second, failed: true},
		{task: 1, number: 3, ends: 5 * time.Second, failed: true},
		{task: 1, number: 4, ends: 16 * time.Second}, // after a look: two failures that a success hides are told later
		{task: 2, number: 2, ends: 4 * time.Second, failed: true},
	}
	watches := []watch{{0, 1}, {1, 1}, {1, 2}}
	redis := redistest.Start(t)
	h := newHarness(t, defaultReplicas, build(t), redis.URL(), history{builds: 3}, runs)
	h.askEqually()
	h.setWatches(watches)
	began := h.codearts.day.begin()

	// A replica dies with commands that it acknowledged and cannot have answered.
	open := h.codearts.holdPages()
	var typed []*slacksim.Invocation
	for range shortCommands / 2 {
		typed = append(typed, h.typeMarked(2, shortChannels))
	}
	h.settled(typed)
	h.waitStored(len(typed) - h.count().failed)
	h.replicas[0].kill()
	open()
	h.replicas[0].start()
	h.connected()
	for range shortCommands - shortCommands/2 {
		h.typeMarked(3, shortChannels)
	}
	h.waitOrLog("every command to be answered and every watched failure to be told", func() bool {
		y := h.count()
		return y.acknowledged+y.failed == shortCommands && y.lost == 0 && h.told(watches, runs, began).missed == 0
	})
	h.waitIdle()
	y, w := h.count(), h.told(watches, runs, began)
	t.Log(y)
	t.Log(w)
	y.check(t)
	w.judge(t)
	assert.Positive(t, y.marked, "nothing was taken over")
}

// askEqually types the same command in a hundred channels and expects that it costs no
// more requests than typing it once does.
func (h *harness) askEqually() {
	h.t.Helper()
	alone := h.typeIn(commandChannel(0), "show web 3 --grep needle") // its log is as long
	h.settled([]*slacksim.Invocation{alone})
	require.Empty(h.t, alone.Status().Failure)
	h.wait("the single request to be answered", longWait, func() bool { return len(h.answers(commandChannel(0))) > 0 })
	once := h.codearts.pages("build_no=3&")
	require.NotEmpty(h.t, once, "requests for the log")

	open := h.codearts.holdPages() // nobody gets a page before all have asked for it
	var typed []*slacksim.Invocation
	for i := range equalRequests {
		typed = append(typed, h.typeIn(commandChannel(1+i%(channels-1)), "show web 1 --grep needle"))
	}
	h.settled(typed)
	open()
	answered := func() (n int) {
		for i := 1; i < channels; i++ {
			n += len(h.answers(commandChannel(i)))
		}
		return n
	}
	accepted := 0
	for _, one := range typed {
		if one.Status().Failure == "" {
			accepted++
		}
	}
	require.Positive(h.t, accepted)
	h.wait("the equal requests to be answered", longWait, func() bool { return answered() >= accepted })
	pages := h.codearts.pages("build_no=1&")
	assert.Len(h.t, pages, len(once), "different requests for the log, as for one reader: %v", pages)
	further := 0
	for page, n := range pages {
		further += n - 1
		assert.LessOrEqual(h.t, n, 2, "requests for %s: one, and one more where a lock was lost", page)
	}
	h.t.Logf("%d equal requests at once: %d pages, %d further requests", equalRequests, len(pages), further)
}

// answers are the messages of the bot in a channel, for everybody.
func (h *harness) answers(channel string) (found []slacksim.Message) {
	for _, m := range h.slack.Messages(channel) {
		if m.Via != "command" {
			found = append(found, m)
		}
	}
	return found
}
