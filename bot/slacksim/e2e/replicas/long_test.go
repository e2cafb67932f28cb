package replicas

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/cache/redistest"
)

const (
	// perSecond is the number of commands typed per second.
	perSecond = 10
	// latency is that of CodeArts. Each command is about a build that nobody has
	// read before, so that it takes long enough for its replica to die.
	latency = 150 * time.Millisecond
	// killEvery is the interval between two kills of a replica.
	killEvery = 10 * time.Second
	// killLater is added each time, so that kills hit all moments of an answer.
	killLater = 37 * time.Millisecond
	// watchedTasks have a build that ends every buildEvery, one task after the
	// other.
	watchedTasks = 6
	buildEvery   = 24 * time.Second
	// tellWithin is the promised time to the message about a watched failure.
	tellWithin = 30 * time.Second
	// repeatsOf is the number of answers per answer that may come twice.
	repeatsOf = 1000
)

// TestReplicasForMinutes is the long form: replicas die all the time, and the Redis
// master once.
func TestReplicasForMinutes(t *testing.T) {
	text := os.Getenv("REPLICAS_COMMANDS")
	if text == "" {
		t.Skip("it takes minutes; run make replicas")
	}
	commands, err := strconv.Atoi(text)
	require.NoError(t, err, "REPLICAS_COMMANDS")
	size := defaultReplicas
	if text := os.Getenv("REPLICAS"); text != "" {
		size, err = strconv.Atoi(text)
		require.NoError(t, err, "REPLICAS")
		require.LessOrEqual(t, size, allSockets, "REPLICAS")
	}
	length := time.Duration(commands) * time.Second / perSecond
	runs, watches := longRuns(length), longWatches()
	redis := redistest.StartSentinels(t)
	h := newHarness(t, size, build(t), redis.URL(), history{builds: commands, latency: latency}, runs)
	h.setWatches(watches)
	began := h.codearts.day.begin()
	kills := h.typeWhileReplicasDie(commands, length, redis)

	require.True(t, redis.Replaced(), "the master of Redis was replaced")
	h.connected()
	h.waitOrLog("every command to be answered and every watched failure to be told", func() bool {
		return h.count().lost == 0 && h.told(watches, runs, began).missed == 0
	})
	h.waitIdle()
	y, w := h.count(), h.told(watches, runs, began)
	fmt.Print(report(size, y, w, kills))
	for _, one := range append(y.twice, w.twice...) {
		t.Log(one)
	}
	y.check(t)
	w.judge(t)
	assert.GreaterOrEqual(t, y.acknowledged, commands)
	assert.Less(t, y.doubled*repeatsOf, y.acknowledged, "repeats of answers")
	assert.LessOrEqual(t, w.doubled, 1, "repeats of failures")
}

// longRuns are the builds of the watched tasks: two failures, one success, and
// again.
func longRuns(length time.Duration) (runs []run) {
	for task := 1; task <= watchedTasks; task++ {
		ends := 10*time.Second + time.Duration(task-1)*buildEvery/watchedTasks
		for number := 2; ends < length; number++ {
			runs = append(runs, run{task: task, number: number, ends: ends, failed: number%3 != 1})
			ends += buildEvery
		}
	}
	return runs
}

// longWatches watch each task in one channel, and the first task in all channels.
func longWatches() (watches []watch) {
	for task := 1; task <= watchedTasks; task++ {
		for channel := range watching {
			if task == 1 || task%watching == channel {
				watches = append(watches, watch{channel, task})
			}
		}
	}
	return watches
}

// typeWhileReplicasDie types commands until that many were acknowledged. Meanwhile
// it kills replicas in turn, and once the Redis master, between two of them. It
// returns the number of killed replicas.
func (h *harness) typeWhileReplicasDie(commands int, length time.Duration, redis *redistest.Sentinels) (kills int) {
	h.t.Helper()
	typing, killing := time.NewTicker(time.Second/perSecond), time.NewTimer(killEvery)
	defer typing.Stop()
	defer killing.Stop()
	failover := time.NewTimer((length / 2).Truncate(killEvery) + killEvery/2)
	defer failover.Stop()
	failed, open := 0, []*slacksim.Invocation{}
	for h.typed-failed < commands || len(open) > 0 {
		select {
		case <-typing.C:
			if h.typed-failed < commands {
				open = append(open, h.typeMarked(1+h.typed%commands, channels))
			}
			for len(open) > 0 {
				s := open[0].Status()
				if s.Failure == "" && s.AckedAt.IsZero() {
					break
				}
				if s.Failure != "" {
					failed++
				}
				open = open[1:]
			}
		case <-killing.C:
			r := h.replicas[kills%len(h.replicas)]
			r.kill()
			r.start()
			kills++
			killing.Reset(killEvery + killLater)
		case <-failover.C:
			h.failover = time.Now()
			redis.Master.Kill()
		case <-h.t.Context().Done():
			return kills
		}
	}
	return kills
}

// report is a table for e2e/README.md.
func report(size int, y result, w told, kills int) string {
	var b strings.Builder
	b.WriteString("\n| " + strconv.Itoa(size) + " replicas, one killed every " + killEvery.String() + ", one failover of Redis | commands | watched builds |\n|---|---|---|\n")
	for _, row := range []struct {
		name              string
		commands, watched any
	}{
		{"replicas killed", kills, ""},
		{"failed at Slack, whose callers were told", y.failed, ""},
		{"acknowledged; to be told", y.acknowledged, w.builds},
		{"without an answer; not told", y.lost, w.missed},
		{"twice", y.doubled, w.doubled},
		{"of them because a process died in between", y.causes[died], w.causes[died]},
		{"twice without a mark", y.unmarked, w.unmarked},
		{"once, marked as maybe a repeat", y.marked - y.doubled, ""},
		{"p50", y.p50().Round(time.Millisecond), w.p50().Round(100 * time.Millisecond)},
		{"p99", y.p99().Round(time.Millisecond), ""},
		{"slowest", y.max().Round(100 * time.Millisecond), w.max().Round(100 * time.Millisecond)},
		{"after more than " + tellWithin.String(), y.slow(tellWithin), w.slow(tellWithin)},
	} {
		fmt.Fprintf(&b, "| %s | %v | %v |\n", row.name, row.commands, row.watched)
	}
	return b.String()
}
