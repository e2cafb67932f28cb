// Package jobstest runs replicas for the tests of scheduled work: a simulated CodeArts,
// a fake Slack, a state store, and any number of processes on them. It runs within a
// synctest bubble unless a real Redis is used.
package jobstest

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/bot/jobs/failures"
	"logbot/bot/jobs/follow"
	"logbot/bot/jobs/watch"
	"logbot/bot/notice"
	"logbot/cache/redistest"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/failure/known"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

const (
	Channel = "C0BUILDS01"
	Ann     = "U0ANN00001" // who types
)

// OpenState opens a state in a file. It is closed when the test ends.
func OpenState(t *testing.T) *state.Store {
	t.Helper()
	s, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), state.Options{Budget: time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// OpenRedis opens a state in a real Redis. Both end with the test.
func OpenRedis(t *testing.T) *state.Store {
	t.Helper()
	s, err := state.OpenRedis(t.Context(), redistest.Start(t).URL(), state.Options{Budget: 10 * time.Second})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// Log writes to the output of the test.
func Log(t *testing.T) logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(t.Output())
	return log
}

// Pass lets time pass in a bubble.
func Pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Receive waits for a channel in a test without a bubble.
func Receive(t *testing.T, from <-chan struct{}) {
	t.Helper()
	select {
	case <-from:
	case <-time.After(30 * time.Second):
		require.Fail(t, "nothing within 30 s")
	}
}

// RunUntilEnd runs j until stop is called or the test ends.
func RunUntilEnd(t *testing.T, j *jobs.Jobs) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { j.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return stop
}

// Options describe a Harness. The zero value is the demo of the simulator, with build
// 129 of task "web" running.
type Options struct {
	Builds  []Build
	Project func(task int) int // of a task, negative is none; nil: all are in one
	Listed  []string           // projects that the commands list; nil: all
	Faults  []codeartsim.Fault
	Store   *state.Store // nil: in a file
	Start   time.Time    // of the test; zero: of a bubble
	Shows   string       // a line of every log of Builds
	Notices bool         // people are told what logs show
	Memory  bool         // failures are remembered
}

// Harness is what replicas share.
type Harness struct {
	Sim    *codeartsim.Server
	Client *logsapi.Client
	Store  *state.Store
	Slack  *Slack

	t      *testing.T
	policy atomic.Pointer[access.Policy]
	left   sync.Map                                                                 // users who left
	notify func(ctx context.Context, user string, lang texts.Lang, n *reply.Notice) // nil tells nobody
	caller atomic.Pointer[func(access.Caller) (access.Caller, error)]
	listed []string
	memory bool
}

// New returns a Harness without replicas.
func New(t *testing.T, o Options) *Harness {
	t.Helper()
	if o.Project == nil {
		o.Project = func(int) int { return 0 }
	}
	fs := codeartsim.Demo()
	if o.Builds != nil {
		if o.Start.IsZero() {
			o.Start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		fs = folder(o.Builds, o.Project, o.Start, o.Shows)
	}
	sim, err := codeartsim.New(codeartsim.Config{FS: fs, Recent: o.Builds == nil, Token: "token-of-the-account", Faults: o.Faults})
	require.NoError(t, err)
	client, err := logsapi.NewClient(logsapi.Options{
		BuildURL: "http://codearts", Credential: logsapi.Token("token-of-the-account"), Rate: 1000, Transport: direct{sim},
	})
	require.NoError(t, err)
	if o.Listed == nil {
		for _, id := range sim.Projects() {
			o.Listed = append(o.Listed, id)
		}
	}
	if o.Store == nil {
		o.Store = OpenState(t)
	}
	h := &Harness{Sim: sim, Client: client, Store: o.Store, Slack: &Slack{}, t: t, listed: o.Listed, memory: o.Memory}
	h.policy.Store(access.Open())
	if o.Notices {
		h.notify = h.tellNotice
	}
	return h
}

// tellNotice tells a notice as a bot does.
func (h *Harness) tellNotice(ctx context.Context, user string, lang texts.Lang, n *reply.Notice) {
	notice.Teller{Claims: h.Store.Notices, Log: Log(h.t)}.Tell(ctx, n, lang, func(ctx context.Context, r reply.Reply) error {
		_, err := h.Slack.Post(ctx, user, "", r)
		return err
	})
}

// SetPolicy sets who may read what, for replicas that start from now on.
func (h *Harness) SetPolicy(p *access.Policy) { h.policy.Store(p) }

// SetCaller sets what Slack says now of the callers of work that goes on. At first that
// is what it said when they asked.
func (h *Harness) SetCaller(f func(access.Caller) (access.Caller, error)) { h.caller.Store(&f) }

func (h *Harness) callerNow(_ context.Context, c access.Caller) (access.Caller, error) {
	if f := h.caller.Load(); f != nil {
		return (*f)(c)
	}
	return c, nil
}

// Leave deactivates the account of a user.
func (h *Harness) Leave(user string) { h.left.Store(user, true) }

// Left implements watch.People.
func (h *Harness) Left(_ context.Context, user string) (bool, error) {
	_, left := h.left.Load(user)
	return left, nil
}

// NewestBuilds lists builds of task n.
func (h *Harness) NewestBuilds(n int) []logsapi.Build {
	h.t.Helper()
	list, err := h.Client.NewestBuilds(h.t.Context(), TaskID(n), 20)
	require.NoError(h.t, err)
	return list
}

// Replica is one process.
type Replica struct {
	*jobs.Jobs
	Intents  *Intents
	Follows  *follow.Updater
	Commands *commands.Commands
	Stop     func()      // as after SIGTERM; it waits
	Forgets  atomic.Bool // it cannot record failures

	t *testing.T
}

// memory is the memory of failures as one process reaches it.
type memory struct {
	failures.Store
	away *atomic.Bool
}

// Saw implements commands.FailureStore.
func (m memory) Saw(ctx context.Context, s known.Sighting) (known.Failure, error) {
	if m.away.Load() {
		return known.Failure{}, commands.ErrStoreAway
	}
	return m.Store.Saw(ctx, s)
}

// Start starts a process. It ends with the test.
func (h *Harness) Start() *Replica {
	h.t.Helper()
	log := Log(h.t)
	r := &Replica{t: h.t, Intents: &Intents{Intents: h.Store.Intents}}
	r.Jobs = jobs.New(jobs.Options{Intents: r.Intents, Log: log})
	o := commands.Options{
		Logs: h.Client, Builds: uncached{h.Client, h.listed}, Gate: redact.New("token-of-the-account"), Access: h.policy.Load(), Callers: h.callerNow,
		Aliases: find.Aliases{Tasks: h.Sim.Aliases()},
		Watches: watch.Store{Watches: h.Store.Watches, Jobs: r.Jobs, Limits: h.Store.Limits, Log: log}, Follows: follow.Stopper{Jobs: r.Jobs},
	}
	if h.memory {
		o.Failures = memory{failures.Store{Failures: h.Store.Failures}, &r.Forgets}
	}
	r.Commands = commands.New(o)
	watching := watch.Options{
		Jobs: r.Jobs, Watches: h.Store.Watches, Limits: h.Store.Limits, Source: h.Client, Commands: r.Commands.Announcer(), Slack: h.Slack, People: h, Notify: h.notify, Log: log,
	}
	if h.memory {
		watching.Learn = r.Commands.Announcer().Learn
	}
	watcher := watch.New(watching)
	r.Follows = follow.New(follow.Options{Jobs: r.Jobs, Commands: r.Commands.Follower(), Slack: h.Slack, Notify: h.notify, Log: log})
	ctx, cancel := context.WithCancel(h.t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.Jobs.Run(ctx) })
	running.Go(func() { watcher.Run(ctx) })
	r.Stop = sync.OnceFunc(func() { cancel(); running.Wait(); r.Commands.Close() })
	h.t.Cleanup(r.Stop)
	return r
}

// Die ends a process as kill -9 would.
func (r *Replica) Die() { r.Intents.Dead.Store(true) }

// Type answers a command of Ann in Channel. If a message follows a build instead of an
// answer, it returns nothing.
func (r *Replica) Type(text string) reply.Reply {
	r.t.Helper()
	answer := r.Commands.Run(r.t.Context(), commands.Request{Text: text, Channel: Channel, User: Ann})
	if answer.Follow == nil {
		return answer
	}
	instead, posted := r.Follows.Start(r.t.Context(), Channel, "", answer)
	if posted {
		return reply.Reply{}
	}
	return instead
}
