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
	watchjobs "logbot/bot/jobs/watch"
	"logbot/bot/slacksim"
	"logbot/cache/redistest"
	"logbot/cache/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

const (
	ann = "U0ANN00001"
	// channels have commands typed in them; watching more are told of failures.
	channels = 100
	watching = 3
	// defaultReplicas is the default number of replicas. Slack allows ten sockets
	// per app.
	defaultReplicas = 3
	allSockets      = 10
	// longWait limits waits for what takes moments on an idle machine.
	longWait = time.Minute
)

// harness is a Slack, a CodeArts and the replicas between them.
type harness struct {
	t        *testing.T
	slack    *slacksim.Server
	codearts *codearts
	replicas []*replica
	state    *state.Store
	typed    int // commands with a mark
	sockets  int // of each replica
	failover time.Time
}

// newHarness starts the replicas on a Redis and waits until all are connected.
// Everything ends with the test.
func newHarness(t *testing.T, size int, program, redis string, web history, runs []run) *harness {
	t.Helper()
	cfg := slacksim.Config{Users: []slacksim.User{{ID: ann, Name: "ann"}}}
	cfg.Scopes = []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history", "users:read"}
	for i := range channels {
		cfg.Channels = append(cfg.Channels, slacksim.Channel{ID: commandChannel(i), Name: fmt.Sprintf("commands-%d", i), Members: []string{ann}, Bot: true})
	}
	for i := range watching {
		cfg.Channels = append(cfg.Channels, slacksim.Channel{ID: watchChannel(i), Name: fmt.Sprintf("watches-%d", i), Members: []string{ann}, Bot: true})
	}
	h := &harness{t: t, slack: slacksim.New(cfg), codearts: startCodeArts(t, web, runs), sockets: min(2, allSockets/size)}
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
	kept, err := state.OpenRedis(t.Context(), redis, state.Options{Budget: longWait})
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

// connected waits until all sockets of all replicas are open.
func (h *harness) connected() {
	h.t.Helper()
	h.wait("all replicas to be connected", longWait, func() bool { return h.slack.Connections() == len(h.replicas)*h.sockets })
}

// wait waits for a condition in Slack.
func (h *harness) wait(what string, within time.Duration, done func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), within)
	defer cancel()
	require.NoError(h.t, h.slack.Wait(ctx, done), "wait for %s", what)
}

// typeIn types /logs with words.
func (h *harness) typeIn(channel, words string) *slacksim.Invocation {
	h.t.Helper()
	typed, err := h.slack.Slash(h.t.Context(), slacksim.SlashCommand{Channel: channel, User: ann, Command: "/logs", Text: words})
	require.NoError(h.t, err)
	return typed
}

// typeMarked types a command with a unique mark, in the next of that many channels.
// Its answer repeats the mark.
func (h *harness) typeMarked(build, of int) *slacksim.Invocation {
	h.t.Helper()
	h.typed++
	return h.typeIn(commandChannel(h.typed%of), fmt.Sprintf("show web %d --grep nr-%06d", build, h.typed))
}

// settled waits until Slack knows for each command whether it was acknowledged.
func (h *harness) settled(typed []*slacksim.Invocation) {
	h.t.Helper()
	for _, one := range typed {
		require.NoError(h.t, one.Settled(h.t.Context()))
	}
}

// waitOrLog waits for a condition that the caller checks itself: it does not fail
// the test.
func (h *harness) waitOrLog(what string, done func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), longWait)
	defer cancel()
	if err := h.slack.Wait(ctx, done); err != nil {
		h.t.Logf("wait for %s: %v", what, err)
	}
}

// waitStored waits until that many commands are in the store. If the store was
// away, it gets them when their leases are renewed.
func (h *harness) waitStored(n int) {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		known, err := h.state.Intents.List(h.t.Context(), jobs.Command)
		return err == nil && len(known) >= n
	}, longWait, 50*time.Millisecond, "%d commands in the store", n)
}

// waitIdle waits until the store has no work left, so that all repeats have been
// posted.
func (h *harness) waitIdle() {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		for _, kind := range []string{jobs.Command, watchjobs.TellKind} {
			if left, err := h.state.Intents.List(h.t.Context(), kind); err != nil || len(left) > 0 {
				return false
			}
		}
		return true
	}, longWait, 100*time.Millisecond, "work is left in the store")
}
