package replicas

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/cache/redistest"
)

const (
	// reasons are why the builds fail, and so how many failures there are.
	reasons = 20
	// kills is how often a replica is killed meanwhile.
	kills = 6
)

// TestFailuresAreCountedThoughReplicasAreKilled asks for each of many failed builds, and
// claims its failure, while one replica after the other is killed. In the end each build
// was counted once, and each failure has its claim. Package state has the short form.
func TestFailuresAreCountedThoughReplicasAreKilled(t *testing.T) {
	text := os.Getenv("REPLICAS_FAILURES")
	if text == "" {
		t.Skip("it takes a minute or more; run make replicas")
	}
	builds, err := strconv.Atoi(text)
	require.NoError(t, err, "REPLICAS_FAILURES")
	h := newHarness(t, defaultReplicas, build(t), redistest.Start(t).URL(), history{builds: builds, causes: reasons}, nil)
	typed := map[string]*slacksim.Invocation{}
	n := 0
	kill := func() {
		r := h.replicas[n%len(h.replicas)]
		n++
		r.kill()
		r.start()
	}
	for i := 1; i <= builds; i++ {
		for _, verb := range []string{"fail", "claim"} {
			words := fmt.Sprintf("%s web %d", verb, i)
			typed[words] = h.typeIn(commandChannel(i%channels), words)
		}
		if i%(builds/kills) == builds/kills/2 {
			kill()
		}
		time.Sleep(20 * time.Millisecond)
	}
	again := 0
	for more := true; more; { // what Slack could not deliver is typed again, as people do
		more = false
		h.connected()
		for words, one := range typed {
			require.NoError(t, one.Settled(t.Context()))
			if one.Status().Failure != "" {
				typed[words], more = h.typeIn(commandChannel(again%channels), words), true
				again++
			}
		}
	}
	h.waitIdle()

	seen, err := h.state.Failures.OfTask(t.Context(), time.Now(), taskID(0), 2*builds)
	require.NoError(t, err)
	counted := map[string]int{}
	for _, b := range seen {
		counted[b.Key]++
	}
	wrong, claimed, sum := 0, 0, 0
	for key, n := range counted {
		f, _, err := h.state.Failures.Failure(t.Context(), time.Now(), key)
		require.NoError(t, err)
		sum += f.Count
		if f.Count != n || f.Count != builds/reasons {
			wrong++
		}
		if f.Claim != nil && f.Claim.Name == "ann" {
			claimed++
		}
	}
	fmt.Printf("\n%d failed builds of %d causes read and claimed at %d replicas, %d of them killed, %d commands typed again: %d counted, %d counts wrong, %d of %d failures claimed\n",
		builds, reasons, len(h.replicas), n, again, sum, wrong, claimed, len(counted))
	assert.Len(t, seen, builds)
	assert.Len(t, counted, reasons)
	assert.Equal(t, builds, sum, "builds that were counted")
	assert.Zero(t, wrong)
	assert.Equal(t, reasons, claimed)
}
