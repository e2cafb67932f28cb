package bot

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// The loss test: no acknowledged command stays without an answer, and none is
// answered twice in silence, with Slack's limits on, calls refused or broken, and
// sockets ended every few commands. Its short form runs with the other tests, the
// whole one with `make loss`.

// lossSize is how many commands are typed into how many channels.
func lossSize(t *testing.T) (n, channels int) {
	t.Helper()
	number := func(name string, usual int) int {
		text := os.Getenv(name)
		if text == "" {
			return usual
		}
		n, err := strconv.Atoi(text)
		require.NoError(t, err, name)
		return n
	}
	return number("LOSS_COMMANDS", 100), number("LOSS_CHANNELS", 20)
}

const (
	// endEvery is after how many commands the sockets are ended.
	endEvery = 50
	// inFlight is how many commands wait for an answer at most: less than the bot
	// queues, for it refuses what is beyond that.
	inFlight = 100
	// privateEvery is which answers go to the caller alone, by response_url.
	privateEvery = 7
)

// faultsOf are faults that occur that often, in percent, on both ways of an answer.
func faultsOf(t *testing.T, percent map[string]float64) []slacksim.Fault {
	t.Helper()
	var list []slacksim.Fault
	for _, kind := range slices.Sorted(maps.Keys(percent)) {
		for _, method := range []string{"chat.postMessage", "response_url"} {
			seed := len(list) + 1 // each occurs independently of the others
			f, err := slacksim.ParseFault(fmt.Sprintf("%s@%s:%g%%/%d", kind, method, percent[kind], seed))
			require.NoError(t, err)
			list = append(list, f)
		}
	}
	return list
}

// tally is what became of the commands.
type tally struct {
	acknowledged, failed  int // failed: Slack itself said so to the caller
	lost, doubled, marked int
	unmarked              int // copies after the first that do not say so
	counted               int64
	limited, retried      int64
	took                  time.Duration
}

func (y tally) String() string {
	return fmt.Sprintf("%d acknowledged commands (%d more failed at Slack and were typed again): %d lost, %d doubled (%d of the copies unmarked), "+
		"%d marked as sent again (%d counted), %d times too fast, %d further tries, %s",
		y.acknowledged, y.failed, y.lost, y.doubled, y.unmarked, y.marked, y.counted, y.limited, y.retried, y.took.Round(100*time.Millisecond))
}

func TestLossNothingIsLostOrDoubledWhenCallsAreRefused(t *testing.T) {
	t.Parallel()
	y := typeThrough(t, map[string]float64{"call-429": 1.7, "call-429-bare": 1.7, "call-200-limited": 1.6, "call-503": 0.5, "call-500": 0.5})
	assert.Zero(t, y.lost, "lost")
	assert.Zero(t, y.doubled, "doubled")
	assert.Positive(t, y.limited)
}

func TestLossADoubleIsMarkedWhenConnectionsBreakAfterPosting(t *testing.T) {
	t.Parallel()
	y := typeThrough(t, map[string]float64{"call-429": 1.7, "call-429-bare": 1.7, "call-200-limited": 1.6, "call-reset": 2})
	assert.Zero(t, y.lost, "lost")
	assert.Zero(t, y.unmarked, "doubles without a mark")
	assert.GreaterOrEqual(t, y.counted, int64(y.doubled), "doubles are counted")
}

// count is a number that can be waited for.
type count struct {
	n    atomic.Int64
	grew chan struct{}
}

func newCount() *count { return &count{grew: make(chan struct{}, 1)} }

func (c *count) add() {
	c.n.Add(1)
	select {
	case c.grew <- struct{}{}:
	default:
	}
}

// wait returns when the number is at least n, or ctx has ended.
func (c *count) wait(ctx context.Context, n int) {
	for c.n.Load() < int64(n) {
		select {
		case <-c.grew:
		case <-ctx.Done():
			return
		}
	}
}

// typeThrough runs a bot, types commands and tells what became of them.
func typeThrough(t *testing.T, percent map[string]float64) tally {
	n, channels := lossSize(t)
	cfg := slacksim.Config{Scopes: scopes, PostBurst: 3, RateTiers: true, Faults: faultsOf(t, percent)}
	cfg.Users = []slacksim.User{{ID: ann, Name: "ann"}}
	for i := range channels {
		cfg.Channels = append(cfg.Channels, slacksim.Channel{
			ID: fmt.Sprintf("C0LOSS%04d", i), Name: fmt.Sprintf("loss-%d", i), Members: []string{ann}, Bot: true,
		})
	}
	s := slacksim.New(cfg)
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	log, logged := logtest.NewNullLogger()
	log.SetLevel(logrus.ErrorLevel)
	answered := newCount()
	b, err := New(withDefaults(Options{
		BotToken: s.BotToken(), AppToken: s.AppToken(), APIURL: s.APIURL(), Spool: t.TempDir(), Log: log,
		Commands: runnerFunc(func(_ context.Context, r commands.Request) reply.Reply {
			id, _ := strconv.Atoi(r.Text)
			return reply.Reply{Heading: "answer " + r.Text + ".", Private: id%privateEvery == 0}
		}),
		Answered: func(string) { answered.add() },
	}))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	within, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(n)*time.Second)
	defer cancel()
	require.NoError(t, s.Wait(within, func() bool { return s.Connections() == 2 }))

	began := time.Now()
	y := tally{}
	acknowledged := map[int]string{} // the channel of each
	for id := 1; len(acknowledged) < n; id++ {
		channel := cfg.Channels[id%channels].ID
		typed, err := s.Slash(within, slacksim.SlashCommand{Channel: channel, User: ann, Command: "/logs", Text: strconv.Itoa(id)})
		require.NoError(t, err)
		if id%endEvery == 0 { // the command may be on its way on one of them
			if cut := id / endEvery % 3; cut == 2 {
				s.Reset()
			} else {
				s.Disconnect([]string{"refresh_requested", "warning"}[cut])
			}
		}
		require.NoError(t, typed.Settled(within))
		if typed.Status().Failure != "" {
			y.failed++
			require.NoError(t, s.Wait(within, func() bool { return s.Connections() > 0 }))
			continue
		}
		acknowledged[id] = channel
		answered.wait(within, len(acknowledged)-inFlight)
	}
	answered.wait(within, n) // what is missing then is lost
	stop()
	require.NoError(t, <-ended)
	y.took, y.acknowledged = time.Since(began), len(acknowledged)

	copies := map[int][]bool{} // marked or not, by command
	for _, c := range cfg.Channels {
		for _, m := range append(s.Messages(c.ID), s.Ephemerals(c.ID, ann)...) {
			var id int
			if _, err := fmt.Sscanf(m.Text, "answer %d.", &id); err != nil {
				continue
			}
			marked := strings.Contains(m.Text, texts.SentAgain.EN) && strings.Contains(string(m.Blocks), texts.SentAgain.EN)
			copies[id] = append(copies[id], marked)
		}
	}
	for id := range acknowledged {
		of, marks := copies[id], 0
		for _, marked := range of {
			if marked {
				marks++
			}
		}
		y.marked += marks
		y.doubled += max(0, len(of)-1)
		y.unmarked += max(0, len(of)-1-marks)
		if len(of) == 0 {
			y.lost++
		}
	}
	stats := b.sender.courier.Stats()
	y.counted, y.limited, y.retried = stats.Repeats, stats.Limited, stats.Retried
	t.Log(y)
	if t.Failed() || y.lost > 0 {
		for _, e := range logged.AllEntries() {
			t.Log(e.Message)
		}
	}
	return y
}
