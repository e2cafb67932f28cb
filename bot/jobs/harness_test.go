package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/jobs"
	"logbot/cache/redistest"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

const (
	builds, other = "C0BUILDS01", "C0OTHER001"
	ann           = "U0ANN00001"
)

// mortal is a replica's way to the store: once it has died nothing of it arrives
// any more.
type mortal struct {
	state.Intents
	dead atomic.Bool
	away atomic.Bool // the store is, for everybody who uses this
	hung atomic.Int64
}

var errDead = errors.New("this process is dead")

func (m *mortal) gone() error {
	switch {
	case m.dead.Load():
		return errDead
	case m.away.Load():
		m.hung.Add(1)
		return state.ErrAway
	}
	return nil
}

func (m *mortal) Put(ctx context.Context, now time.Time, i state.Intent) (bool, error) {
	if err := m.gone(); err != nil {
		return false, err
	}
	return m.Intents.Put(ctx, now, i)
}

func (m *mortal) PutClaimed(ctx context.Context, now time.Time, i state.Intent, l time.Duration) (state.Claim, bool, error) {
	if err := m.gone(); err != nil {
		return state.Claim{}, false, err
	}
	return m.Intents.PutClaimed(ctx, now, i, l)
}

func (m *mortal) ClaimDue(ctx context.Context, now time.Time, n int, l time.Duration) ([]state.Claim, error) {
	if err := m.gone(); err != nil {
		return nil, err
	}
	return m.Intents.ClaimDue(ctx, now, n, l)
}

func (m *mortal) Renew(ctx context.Context, now time.Time, c state.Claim, l time.Duration) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Intents.Renew(ctx, now, c, l)
}

func (m *mortal) Note(ctx context.Context, now time.Time, c state.Claim, p []byte) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Intents.Note(ctx, now, c, p)
}

func (m *mortal) Again(ctx context.Context, now time.Time, c state.Claim, due time.Time, p []byte) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Intents.Again(ctx, now, c, due, p)
}

func (m *mortal) Done(ctx context.Context, now time.Time, c state.Claim) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Intents.Done(ctx, now, c)
}

func (m *mortal) Cancel(ctx context.Context, now time.Time, id string) (bool, error) {
	if err := m.gone(); err != nil {
		return false, err
	}
	return m.Intents.Cancel(ctx, now, id)
}

func (m *mortal) Get(ctx context.Context, id string) (state.Intent, error) {
	if err := m.gone(); err != nil {
		return state.Intent{}, err
	}
	return m.Intents.Get(ctx, id)
}

// openState is a state in a file that ends with the test.
func openState(t *testing.T) *state.Store {
	t.Helper()
	s, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), state.Options{Budget: time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func quiet(t *testing.T) logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(t.Output())
	return log
}

// message is one message in the channel.
type message struct {
	channel, thread, ts string
	at                  time.Time
	answer              reply.Reply
	updates             []time.Time
}

func (m message) text() string { return m.answer.Text(m.at) }

// slackBoard is a Slack that takes everything.
type slackBoard struct {
	mu       sync.Mutex
	messages []*message
	before   func(*message) error // of a post
	after    func(*message)       // of a post
	update   error                // of an update
	told     []string             // to those who asked for what does not come
}

func (b *slackBoard) Post(ctx context.Context, channel, thread string, r reply.Reply) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	b.mu.Lock()
	m := &message{channel: channel, thread: thread, at: time.Now(), answer: r, ts: fmt.Sprintf("100.%06d", len(b.messages)+1)}
	before, after := b.before, b.after
	b.mu.Unlock()
	if before != nil {
		if err := before(m); err != nil {
			return "", err
		}
	}
	b.mu.Lock()
	b.messages = append(b.messages, m)
	b.mu.Unlock()
	if after != nil {
		after(m)
	}
	return m.ts, nil
}

func (b *slackBoard) Update(ctx context.Context, _, ts string, r reply.Reply) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.update != nil {
		return b.update
	}
	for _, m := range b.messages {
		if m.ts == ts {
			m.answer = r
			m.updates = append(m.updates, time.Now())
			return nil
		}
	}
	return jobs.ErrGone
}

func (b *slackBoard) Uninvited(_ context.Context, caller []byte) error {
	return b.tell("uninvited: " + string(caller))
}

func (b *slackBoard) Apologise(_ context.Context, caller []byte) error {
	return b.tell("sorry: " + string(caller))
}

func (b *slackBoard) tell(what string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told = append(b.told, what)
	return nil
}

func (b *slackBoard) onPost(before func(*message) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.before = before
}

func (b *slackBoard) onPosted(after func(*message)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.after = after
}

func (b *slackBoard) all() []message {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []message
	for _, m := range b.messages {
		all = append(all, *m)
	}
	return all
}

func (b *slackBoard) headings() []string {
	var all []string
	for _, m := range b.all() {
		line := m.answer.Heading
		if line == "" {
			line = m.answer.Body
		}
		if m.thread != "" {
			line = "> " + line
		}
		all = append(all, line)
	}
	return all
}

// plan is a build of the simulated CodeArts.
type plan struct {
	task   int
	number int
	state  string        // SUCCESS, FAILURE, ABORTED
	asked  time.Duration // from the beginning of the test; negative is before it
	took   time.Duration
}

func taskID(n int) string    { return fmt.Sprintf("%032x", 0xabc0000+n) }
func projectID(n int) string { return fmt.Sprintf("%032x", 0xdef0000+n) }
func taskName(n int) string  { return fmt.Sprintf("task-%d", n) }

const written = "2026-09-10T09:00:00.000+08:00"

// folder describes builds to the simulator; the task n is in the project that of
// says, or in none where that is negative.
func folder(plans []plan, of func(task int) int, began time.Time) fstest.MapFS {
	log := func(state string) []byte {
		const stamp = "[2026/09/10 09:00:00.500 GMT+08:00] "
		text := stamp + "[INFO] [Compile:make] : This action starts.\n" + stamp + "$ make\n"
		if state != "SUCCESS" {
			text += stamp + "main.c:4:5: error: use of undeclared identifier 'retrun'\n" + stamp + "make: *** [Makefile:2: all] Error 1\n"
		}
		return []byte(text)
	}
	var y strings.Builder
	for i, p := range plans {
		if i > 0 {
			y.WriteString("---\n")
		}
		when := "grows: true\nstarted: " + written + "\nasked: " + p.asked.String()
		if p.asked < 0 {
			when = "started: " + began.Add(p.asked).Format("2006-01-02T15:04:05.000Z07:00")
		}
		project := ""
		if n := of(p.task); n >= 0 {
			project = fmt.Sprintf(", project: {name: project-%d, id: %s}", n, projectID(n))
		}
		fmt.Fprintf(&y, "task: {name: %s, id: %s%s}\nbuild: %d\nrecord: %08x-0000-0000-0000-%012x\nstate: %s\n%s\nduration: %s\nexecutor: ann\nsteps:\n  - {name: Compile, step_id: 11, state: %s, file: %s.log}\n",
			taskName(p.task), taskID(p.task), project, p.number, p.task, p.number, p.state, when, p.took, p.state, p.state)
	}
	files := fstest.MapFS{"all/build.yaml": &fstest.MapFile{Data: []byte(y.String())}}
	for _, s := range []string{"SUCCESS", "FAILURE", "ABORTED"} {
		files["all/"+s+".log"] = &fstest.MapFile{Data: log(s)}
	}
	return files
}

// direct brings requests to a handler without a network, so that the clock of a
// bubble can be turned.
type direct struct {
	to    http.Handler
	asked func()
}

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if d.asked != nil {
		d.asked()
	}
	w := httptest.NewRecorder()
	d.to.ServeHTTP(w, r)
	a := w.Result()
	a.Request = r
	return a, nil
}

// uncached is what the commands ask, straight from the service.
type uncached struct {
	*logsapi.Client
	projects []string
}

func (u uncached) Tasks(ctx context.Context) (all []logsapi.Task, err error) {
	for _, p := range u.projects {
		some, err := u.Client.Tasks(ctx, p, "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (u uncached) Steps(ctx context.Context, task string, build int64, record string) ([]logsapi.Step, error) {
	return u.StepsOf(ctx, task, build, record)
}

func (u uncached) CheckTasks(context.Context) ([]logsapi.CheckTask, error) { return nil, nil }

// yard is a CodeArts, a Slack and a state store for replicas to work on.
type yard struct {
	t       *testing.T
	sim     *codeartsim.Server
	client  *logsapi.Client
	store   *state.Store
	slack   *slackBoard
	rules   atomic.Pointer[access.Policy]
	left    sync.Map // users who left
	options yardOptions
}

type yardOptions struct {
	plans    []plan
	of       func(task int) int // project of a task; nil: all in one
	listed   []string           // projects that the commands know; nil: all
	faults   []codeartsim.Fault
	asked    func()
	policies *access.Policy
	store    *state.Store // nil: in a file
	began    time.Time    // zero: when a bubble begins
}

func newYard(t *testing.T, o yardOptions) *yard {
	t.Helper()
	if o.of == nil {
		o.of = func(int) int { return 0 }
	}
	fs := codeartsim.Demo()
	if o.plans != nil {
		if o.began.IsZero() {
			o.began = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		fs = folder(o.plans, o.of, o.began)
	}
	sim, err := codeartsim.New(codeartsim.Config{FS: fs, Recent: o.plans == nil, Token: "token-of-the-account", Faults: o.faults})
	require.NoError(t, err)
	client, err := logsapi.New(logsapi.Options{
		BuildURL: "http://codearts", Credential: logsapi.Token("token-of-the-account"), Rate: 1000, Transport: direct{sim, o.asked},
	})
	require.NoError(t, err)
	if o.listed == nil {
		for _, id := range sim.Projects() {
			o.listed = append(o.listed, id)
		}
	}
	if o.store == nil {
		o.store = openState(t)
	}
	y := &yard{t: t, sim: sim, client: client, store: o.store, slack: &slackBoard{}, options: o}
	if o.policies == nil {
		o.policies = access.Open()
	}
	y.rules.Store(o.policies)
	return y
}

// commands are those of one replica. The policy is the one that holds now.
func (y *yard) commands(w commands.WatchStore, f commands.Follows) *commands.Commands {
	return commands.New(commands.Options{
		Logs: y.client, Builds: uncached{y.client, y.options.listed}, Gate: redact.New("token-of-the-account"), Access: y.rules.Load(),
		Aliases: find.Aliases{Tasks: y.sim.Aliases()}, Watches: w, Follows: f,
	})
}

// Left implements jobs.People.
func (y *yard) Left(_ context.Context, user string) (bool, error) {
	_, left := y.left.Load(user)
	return left, nil
}

// replica is one process.
type replica struct {
	*jobs.Jobs
	y       *yard
	mortal  *mortal
	watches *jobs.Watches
	follows *jobs.Follows
	c       *commands.Commands
	stop    func() // as SIGTERM would, and waits
}

// replica starts a process. It ends with the test.
func (y *yard) replica() *replica {
	y.t.Helper()
	r := &replica{y: y, mortal: &mortal{Intents: y.store.Intents}}
	r.Jobs = jobs.New(jobs.Options{Intents: r.mortal, Log: quiet(y.t)})
	c := y.commands(jobs.WatchStore{Watches: y.store.Watches, Jobs: r.Jobs}, jobs.FollowStop{Jobs: r.Jobs})
	r.c = c
	r.watches = jobs.NewWatches(r.Jobs, jobs.WatchOptions{
		Watches: y.store.Watches, Limits: y.store.Limits, Source: y.client, Commands: c.Announcer(), Slack: y.slack, People: y,
	})
	r.follows = jobs.NewFollows(r.Jobs, c.Follower(), y.slack)
	ctx, cancel := context.WithCancel(y.t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.Jobs.Run(ctx) })
	running.Go(func() { r.watches.Run(ctx) })
	r.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	y.t.Cleanup(r.stop)
	return r
}

// die ends a process as kill -9 would: nothing it does arrives any more.
func (r *replica) die() { r.mortal.dead.Store(true) }

// typed asks a replica something as Ann in the channel. A message that grows is
// begun as the bot does it.
func (r *replica) typed(text string) reply.Reply {
	r.y.t.Helper()
	answer := r.c.Run(r.y.t.Context(), commands.Request{Text: text, Channel: builds, User: ann})
	if answer.Follow == nil {
		return answer
	}
	instead, posted := r.follows.Start(r.y.t.Context(), builds, "", answer)
	if posted {
		return reply.Reply{}
	}
	return instead
}

// pass lets the clock of the bubble go on, and what then happens happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func mustBuilds(t *testing.T, y *yard, task int) []logsapi.Build {
	t.Helper()
	list, err := y.client.NewestBuilds(t.Context(), taskID(task), 20)
	require.NoError(t, err)
	return list
}
