package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/cache/pagestore"
	"logbot/cache/patience"
	"logbot/cache/redisclient"
	"logbot/cache/redistest"
	"logbot/cache/state"
	"logbot/cmd/logbot/config"
	"logbot/commands"
	"logbot/commands/access"
)

// asked is one call to Redis that a command makes, and how long it may take.
type asked struct {
	what  string
	at    time.Time
	given time.Duration
	hung  bool
}

// leaving is a Redis that leaves in the middle of a command. It is a hook of a
// client.
type leaving struct {
	answered chan struct{} // closed when the caller has the answer

	mu     sync.Mutex
	gone   bool
	serves int // of the next calls, before it leaves; negative is all
	budget *patience.Budget
	calls  []asked
}

var errGone = errors.New("no answer")

// ask says whether a call is served. One that is not takes all its time; and one
// that is not made for the command, whose time bounds nothing, takes until the
// command is answered, so that a command which waits for it is never answered.
func (l *leaving) ask(ctx context.Context, what string) error {
	l.mu.Lock()
	budget := patience.Of(ctx)
	if l.budget == nil {
		l.budget = budget // the first is the command's; a note on its progress has another
	}
	mine := budget != nil && budget == l.budget
	if mine {
		l.gone = l.gone || l.serves == 0
		l.serves--
		now := time.Now()
		end, _ := ctx.Deadline()
		l.calls = append(l.calls, asked{what, now, end.Sub(now), l.gone})
	}
	gone, answered := l.gone, l.answered
	l.mu.Unlock()
	switch {
	case !gone:
		return nil
	case mine:
		<-ctx.Done()
		return ctx.Err()
	}
	<-answered
	return errGone
}

// expect begins another command, of which so many calls are served.
func (l *leaving) expect(serves int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone, l.serves, l.budget, l.calls, l.answered = false, serves, nil, nil, make(chan struct{})
}

// end is when the caller has the answer; it returns what was asked.
func (l *leaving) end() []asked {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.answered)
	return l.calls
}

func (l *leaving) DialHook(next redis.DialHook) redis.DialHook { return next }

func (l *leaving) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := l.ask(ctx, fmt.Sprint(cmd.Name(), " ", keyOf(cmd))); err != nil {
			return err
		}
		return next(ctx, cmd)
	}
}

func (l *leaving) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if err := l.ask(ctx, fmt.Sprint("pipeline ", keyOf(cmds[0]))); err != nil {
			return err
		}
		return next(ctx, cmds)
	}
}

// keyOf is the key that a command or script is about.
func keyOf(cmd redis.Cmder) string {
	for _, arg := range cmd.Args() {
		if s, ok := arg.(string); ok && strings.HasPrefix(s, "logbot:") {
			return s
		}
	}
	return ""
}

// replica is a bot with its pages and its state in one Redis, as serve makes it.
type replica struct {
	slack *slacksim.Server
	redis *leaving
	soon  context.Context
}

func startReplica(t *testing.T, address, scope string) *replica {
	t.Helper()
	sim, env := codearts(t)
	slack := slacksim.New(slacksim.Config{})
	require.NoError(t, slack.Start())
	t.Cleanup(func() { slack.Close() })
	env["SLACK_BOT_TOKEN"], env["SLACK_APP_TOKEN"], env["SLACK_API_URL"] = slack.BotToken(), slack.AppToken(), slack.APIURL()
	env["LOGBOT_OPEN"], env["REDIS_URL"] = "true", address
	env["LOGBOT_PROJECTS"] = sim.Projects()["shop"]
	c, err := config.Load(func(name string) string { return env[name] })
	require.NoError(t, err)
	policy, err := c.Policy()
	require.NoError(t, err)

	at, err := redisclient.Parse(address)
	require.NoError(t, err)
	client, err := redisclient.Open(t.Context(), at, nil)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	l := &leaving{}
	l.expect(-1)
	client.AddHook(l)

	b := newBot(c)
	b.keep(state.NewRedis(client, state.Options{Scope: scope}))
	require.NoError(t, b.connect(pagestore.NewRedis(client, at, nil), codeArtsShared(c, b.store.Limits), b.log))
	require.NoError(t, b.build(policy, nil))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
		assert.NoError(t, b.Close())
	})
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	require.NoError(t, slack.Wait(soon, func() bool { return slack.Connections() > 0 }))
	return &replica{slack, l, soon}
}

// fail asks why a build failed, of a Redis that serves so many calls and then
// leaves, and returns what Redis was asked before the answer.
func (r *replica) fail(t *testing.T, serves int) []asked {
	t.Helper()
	r.redis.expect(serves)
	channel, says := "C0BUILDS01", "total expected:<10> but was:<11>"
	shown := func() int { return strings.Count(r.slack.Render(channel, "U0BOB00001"), says) }
	before := shown()
	_, err := r.slack.Slash(t.Context(), slacksim.SlashCommand{Channel: channel, User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	require.NoError(t, r.slack.Wait(r.soon, func() bool { return shown() > before }), "the answer")
	return r.redis.end()
}

// Wherever in a command Redis ceases to answer: what the command may wait for it,
// all steps together, is patience.Total. It waits for no call that has no part in
// that, or there would be no answer.
func TestWhereverRedisLeavesACommandWaitsForItOnce(t *testing.T) {
	server := redistest.Start(t)
	whole := startReplica(t, server.URL(), "whole").fail(t, -1)
	t.Logf("what a command asks of Redis before its answer:\n%s", trace(whole))
	require.Greater(t, len(whole), 8)
	for n := range whole {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			calls := startReplica(t, server.URL(), fmt.Sprint("leaves", n)).fail(t, n)
			assert.LessOrEqual(t, waited(calls), patience.Total+patience.Usual, trace(calls))
		})
	}
}

// waited is how long the calls that hung took at most, those at the same time
// counted once.
func waited(calls []asked) (sum time.Duration) {
	var until time.Time
	for _, c := range calls { // in the order of their beginning
		if !c.hung {
			continue
		}
		from := c.at
		if until.After(from) {
			from = until
		}
		if end := c.at.Add(c.given); end.After(from) {
			sum += end.Sub(from)
			until = end
		}
	}
	return sum
}

func trace(calls []asked) string {
	var b strings.Builder
	for _, c := range calls {
		fmt.Fprintf(&b, "  %6.1f ms  %s\n", float64(c.given)/1e6, c.what)
	}
	return b.String()
}

// What a command is there for is not given up because the rest of it was slow.
func TestWhatACommandIsForIsWaitedForWhateverElseWasSlow(t *testing.T) {
	store, err := state.OpenRedis(t.Context(), redistest.Start(t).URL(), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	defer store.Close()
	b := newBot(&config.Config{})
	b.keep(store)
	o := b.commandOptions(access.Open())
	ctx := patience.With(t.Context())
	_, over, err := patience.Begin(ctx, patience.Total)
	require.NoError(t, err)
	time.Sleep(patience.Total)
	over(false)

	_, _, err = o.AliasStore.Alias(ctx, "C1", "shop")
	require.ErrorIs(t, err, commands.ErrStoreAway, "a name may be looked up elsewhere")
	require.NoError(t, o.AliasStore.SetAlias(ctx, commands.Alias{Channel: "C1", Name: "shop", Target: webID}))
	set, err := o.AliasStore.ListAliases(ctx, "C1")
	require.NoError(t, err)
	assert.Len(t, set, 1)
	found, err := o.AliasStore.DeleteAlias(ctx, "C1", "shop")
	require.NoError(t, err)
	assert.True(t, found)
	added, err := o.Watches.AddWatch(ctx, commands.Watch{Channel: "C1", Task: webID})
	require.NoError(t, err)
	assert.True(t, added)
	watches, err := o.Watches.ListWatches(ctx, "C1")
	require.NoError(t, err)
	assert.Len(t, watches, 1)
	found, err = o.Watches.RemoveWatch(ctx, "C1", webID)
	require.NoError(t, err)
	assert.True(t, found)
	found, err = o.Follows.Stop(ctx, "C1", webID, 1, "U1")
	require.NoError(t, err)
	assert.False(t, found)
}
