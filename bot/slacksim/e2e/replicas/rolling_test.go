package replicas

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/cache/redistest"
)

// readyFor is how long all replicas run before the next one is restarted.
const readyFor = time.Second

// TestRollingRestart restarts the replicas one after the other, again and again, while
// commands are typed: SIGTERM, the end of the process, a new one, connected; then the
// next. Every command must be answered, once. One that Slack sends in the moment in which
// the last socket of a replica closes cannot be acknowledged: its caller gets Slack's word
// that it failed besides the answer.
func TestRollingRestart(t *testing.T) {
	text := os.Getenv("ROLLING_COMMANDS")
	if text == "" {
		t.Skip("it takes a minute or more; run make rolling")
	}
	commands, err := strconv.Atoi(text)
	require.NoError(t, err, "ROLLING_COMMANDS")
	h := newHarness(t, defaultReplicas, build(t), redistest.Start(t).URL(), history{builds: commands, latency: latency}, nil)
	typed := make(chan []*slacksim.Invocation, 1)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		defer close(typed)
		typed <- h.typeSteadily(commands)
	}()
	var stops delays
	for done := false; !done; {
		for _, r := range h.replicas {
			select { // as minReadySeconds of the chart
			case <-time.After(readyFor):
			case <-h.t.Context().Done():
			}
			began := time.Now()
			r.stop()
			stops = append(stops, time.Since(began))
			r.start()
			h.connected()
		}
		select {
		case <-stopped:
			done = true
		default:
		}
	}
	h.settled(<-typed)
	h.waitOrLog("every command to be answered", func() bool { return h.count().lost == 0 })
	h.waitIdle()
	slices.Sort(stops)
	y := h.count()
	fmt.Printf("\n%d restarts of %d replicas (SIGTERM to exit: p50 %v, slowest %v) while %d commands were typed: %v; p50 %v, p99 %v. Of those that failed at Slack %d were answered\n",
		len(stops), len(h.replicas), stops.p50().Round(time.Millisecond), stops.max().Round(time.Millisecond), commands,
		y, y.p50().Round(time.Millisecond), y.p99().Round(time.Millisecond), y.failedYetAnswered)
	y.check(t)
	assert.Equal(t, commands, y.acknowledged+y.failedYetAnswered, "answered")
	assert.LessOrEqual(t, y.failed*100, commands, "commands whose caller Slack told that they failed")
	assert.GreaterOrEqual(t, len(stops), len(h.replicas), "each was restarted")
}

// typeSteadily types that many commands, perSecond of them a second.
func (h *harness) typeSteadily(commands int) (typed []*slacksim.Invocation) {
	ticker := time.NewTicker(time.Second / perSecond)
	defer ticker.Stop()
	for range commands {
		select {
		case <-ticker.C:
			typed = append(typed, h.typeMarked(1+h.typed%commands, channels))
		case <-h.t.Context().Done():
			return typed
		}
	}
	return typed
}
