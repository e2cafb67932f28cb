package replicas

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/jobs"
	"logbot/bot/slacksim"
	"logbot/cache/redistest"
	"logbot/cache/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

const (
	ann = "U0ANN00001"
	// channels is how many channels commands are typed in, watching how many more
	// are told of failures.
	channels = 100
	watching = 3
	// usual is how many replicas there are. Slack takes ten sockets of an app.
	usual      = 3
	allSockets = 10
	// patience bounds what must happen soon, on a machine that is busy.
	patience = time.Minute
)

// house is a Slack, a CodeArts and the replicas between them.
type house struct {
	t        *testing.T
	slack    *slacksim.Server
	codearts *codearts
	replicas []*replica
	state    *state.Store
	typed    int // commands with a mark
	sockets  int // of each replica
	failover time.Time
}

// openHouse starts the replicas on a Redis and waits until all are connected. All
// ends with the test.
func openHouse(t *testing.T, size int, program, redis string, web past, runs []run) *house {
	t.Helper()
	cfg := slacksim.Config{Users: []slacksim.User{{ID: ann, Name: "ann"}}}
	cfg.Scopes = []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history", "users:read"}
	for i := range channels {
		cfg.Channels = append(cfg.Channels, slacksim.Channel{ID: commandChannel(i), Name: fmt.Sprintf("commands-%d", i), Members: []string{ann}, Bot: true})
	}
	for i := range watching {
		cfg.Channels = append(cfg.Channels, slacksim.Channel{ID: watchChannel(i), Name: fmt.Sprintf("watches-%d", i), Members: []string{ann}, Bot: true})
	}
	h := &house{t: t, slack: slacksim.New(cfg), codearts: startCodeArts(t, web, runs), sockets: min(2, allSockets/size)}
	require.NoError(t, h.slack.Start())
	t.Cleanup(func() { assert.NoError(t, h.slack.Close()) })
	for i := range size {
		h.replicas = append(h.replicas, newReplica(t, fmt.Sprintf("replica %d", i+1), program, []string{
			"REDIS_URL=" + redis,
			"SLACK_API_URL=" + h.slack.APIURL(), "SLACK_BOT_TOKEN=" + h.slack.BotToken(), "SLACK_APP_TOKEN=" + h.slack.AppToken(),
			"LOGBOT_BUILD_URL=" + h.codearts.url, "LOGBOT_CHECK_URL=" + h.codearts.url, "LOGBOT_AUTH_TOKEN=" + token,
			"LOGBOT_PROJECTS=" + projectOf(0) + "," + projectOf(1),
			"LOGBOT_SOCKETS=" + strconv.Itoa(h.sockets), "LOGBOT_OPEN=true", "LOGBOT_RATE=1000", "LOGBOT_UNPACED=true",
		}))
	}
	kept, err := state.OpenRedis(t.Context(), redis, state.Options{Budget: patience})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, kept.Close()) })
	h.state = kept
	for _, r := range h.replicas {
		r.start()
	}
	h.connected()
	return h
}

func commandChannel(i int) string { return fmt.Sprintf("C0COMMAND%03d", i) }
func watchChannel(i int) string   { return fmt.Sprintf("C0WATCHING%02d", i) }

// connected waits until all replicas have all their sockets.
func (h *house) connected() {
	h.t.Helper()
	h.wait("all replicas to be connected", patience, func() bool { return h.slack.Connections() == len(h.replicas)*h.sockets })
}

// wait waits for what is to happen in Slack.
func (h *house) wait(what string, within time.Duration, done func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), within)
	defer cancel()
	require.NoError(h.t, h.slack.Wait(ctx, done), "wait for %s", what)
}

// typeIn types words behind /logs.
func (h *house) typeIn(channel, words string) *slacksim.Invocation {
	h.t.Helper()
	typed, err := h.slack.Slash(h.t.Context(), slacksim.SlashCommand{Channel: channel, User: ann, Command: "/logs", Text: words})
	require.NoError(h.t, err)
	return typed
}

// typeMarked types a command that is different from all others by a mark, in the
// next of so many channels. Its answer repeats the mark.
func (h *house) typeMarked(build, of int) *slacksim.Invocation {
	h.t.Helper()
	h.typed++
	return h.typeIn(commandChannel(h.typed%of), fmt.Sprintf("show web %d --grep nr-%06d", build, h.typed))
}

// settled waits until Slack knows of each command whether it was acknowledged.
func (h *house) settled(typed []*slacksim.Invocation) {
	h.t.Helper()
	for _, one := range typed {
		require.NoError(h.t, one.Settled(h.t.Context()))
	}
}

// await waits for what the caller then judges: it does not fail the test.
func (h *house) await(what string, done func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	if err := h.slack.Wait(ctx, done); err != nil {
		h.t.Logf("wait for %s: %v", what, err)
	}
}

// kept waits until so many commands are known to the store. One that was away for
// a moment hears of them when their leases are renewed.
func (h *house) kept(n int) {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		known, err := h.state.Intents.List(h.t.Context(), jobs.Command)
		return err == nil && len(known) >= n
	}, patience, 50*time.Millisecond, "%d commands in the store", n)
}

// rest waits until nothing is left to be answered or told, so that what comes
// twice has come.
func (h *house) rest() {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		for _, kind := range []string{jobs.Command, jobs.Tell} {
			if left, err := h.state.Intents.List(h.t.Context(), kind); err != nil || len(left) > 0 {
				return false
			}
		}
		return true
	}, patience, 100*time.Millisecond, "work is left in the store")
}
