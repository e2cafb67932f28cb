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
	"logbot/commands/find"
)

// redisCall is a call to Redis that a command makes.
type redisCall struct {
	what    string
	at      time.Time
	allowed time.Duration // until its context ends
	hung    bool
}

// outage makes Redis hang in the middle of a command. It is a hook of a client.
type outage struct {
	answered chan struct{} // closed when the caller has the answer

	mu     sync.Mutex
	begun  bool
	serves int // calls before it begins; negative is all
	budget *patience.Budget
	calls  []redisCall
}

var errNoAnswer = errors.New("no answer")

// ask returns nil if a call is served. A call of the command that is not takes all
// its time. Any other call that is not takes until the command is answered, so that a
// command that waits for it is never answered.
func (l *outage) ask(ctx context.Context, what string) error {
	l.mu.Lock()
	budget := patience.Of(ctx)
	if l.budget == nil {
		l.budget = budget // the first is the command's; a note on its progress has another
	}
	mine := budget != nil && budget == l.budget
	if mine {
		l.begun = l.begun || l.serves == 0
		l.serves--
		now := time.Now()
		end, _ := ctx.Deadline()
		l.calls = append(l.calls, redisCall{what, now, end.Sub(now), l.begun})
	}
	begun, answered := l.begun, l.answered
	l.mu.Unlock()
	switch {
	case !begun:
		return nil
	case mine:
		<-ctx.Done()
		return ctx.Err()
	}
	<-answered
	return errNoAnswer
}

// expect begins another command: so many of its calls are served.
func (l *outage) expect(serves int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun, l.serves, l.budget, l.calls, l.answered = false, serves, nil, nil, make(chan struct{})
}

// end says that the caller has the answer. It returns the calls.
func (l *outage) end() []redisCall {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.answered)
	return l.calls
}

func (l *outage) DialHook(next redis.DialHook) redis.DialHook { return next }

func (l *outage) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := l.ask(ctx, fmt.Sprint(cmd.Name(), " ", keyOf(cmd))); err != nil {
			return err
		}
		return next(ctx, cmd)
	}
}

func (l *outage) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if err := l.ask(ctx, fmt.Sprint("pipeline ", keyOf(cmds[0]))); err != nil {
			return err
		}
		return next(ctx, cmds)
	}
}

// keyOf returns the key of a command or script.
func keyOf(cmd redis.Cmder) string {
	for _, arg := range cmd.Args() {
		if s, ok := arg.(string); ok && strings.HasPrefix(s, "logbot:") {
			return s
		}
	}
	return ""
}

// replica is a bot with pages and state in one Redis, as serve makes it.
type replica struct {
	slack *slacksim.Server
	redis *outage
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
	l := &outage{}
	l.expect(-1)
	client.AddHook(l)

	b := newBot(c)
	b.keep(state.NewRedis(client, state.Options{Scope: scope}), nil)
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

// fail types /logs fail, with a Redis that hangs after so many calls, and returns the
// calls before the answer.
func (r *replica) fail(t *testing.T, serves int) []redisCall {
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

// A command waits for Redis for patience.Total at most, all its steps together,
// wherever in the command Redis hangs.
func TestWhereverRedisHangsACommandWaitsForItOnce(t *testing.T) {
	server := redistest.Start(t)
	whole := startReplica(t, server.URL(), "whole").fail(t, -1)
	t.Logf("what a command asks of Redis before its answer:\n%s", trace(whole))
	require.Greater(t, len(whole), 8)
	var all sync.WaitGroup // t.Parallel runs only as many as there are processors, and these wait
	for n := range whole {
		all.Go(func() {
			t.Run(strconv.Itoa(n), func(t *testing.T) {
				calls := startReplica(t, server.URL(), fmt.Sprint("hangs", n)).fail(t, n)
				assert.LessOrEqual(t, waited(calls), patience.Total+patience.Usual, trace(calls))
			})
		})
	}
	all.Wait()
}

// waited returns how long the calls that hung took at most. Calls at the same time
// count once.
func waited(calls []redisCall) (sum time.Duration) {
	var until time.Time
	for _, c := range calls { // in the order of their beginning
		if !c.hung {
			continue
		}
		from := c.at
		if until.After(from) {
			from = until
		}
		if end := c.at.Add(c.allowed); end.After(from) {
			sum += end.Sub(from)
			until = end
		}
	}
	return sum
}

func trace(calls []redisCall) string {
	var b strings.Builder
	for _, c := range calls {
		fmt.Fprintf(&b, "  %6.1f ms  %s\n", float64(c.allowed)/1e6, c.what)
	}
	return b.String()
}

// A slow store during the rest of the command does not shorten the wait for what the
// command itself does.
func TestACommandAboutAliasesOrWatchesWaitsForTheState(t *testing.T) {
	store, err := state.OpenRedis(t.Context(), redistest.Start(t).URL(), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	defer store.Close()
	b := newBot(&config.Config{})
	b.keep(store, nil)
	o := b.commandOptions(b.config, access.Open())
	ctx := patience.With(t.Context())
	_, over, err := patience.Begin(ctx, patience.Total)
	require.NoError(t, err)
	time.Sleep(patience.Total)
	over(false)

	_, err = o.AliasStore.Named(ctx, "C1", "shop")
	require.ErrorIs(t, err, commands.ErrStoreAway, "the lookup of an alias is given up")
	require.NoError(t, o.AliasStore.SetAlias(ctx, find.Alias{Channel: "C1", Name: "shop", Target: webID}, func(find.Alias) bool { return true }))
	set, err := o.AliasStore.ListAliases(ctx, "C1")
	require.NoError(t, err)
	assert.Len(t, set, 1)
	found, err := o.AliasStore.DeleteAlias(ctx, "C1", "shop", func(find.Alias) bool { return true })
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
