package commands

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"logbot/commands/access"
	"logbot/commands/failure"
	"logbot/commands/failure/known"
	"logbot/commands/find"
	"logbot/commands/green"
	"logbot/commands/read"
	"logbot/commands/testlog"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/commands/verdict"
	"logbot/logsapi"
	"logbot/logsapi/pace"
)

const (
	// maxRead is how many failed builds of a task are looked at that were read.
	maxRead = 100
	// maxGreens is how many builds that succeeded are recorded of one list.
	maxGreens = 20
	// maxWrites bounds the lists of greens on their way to the store; further ones are
	// dropped, and recorded with a later list.
	maxWrites = 32
	// writeWithin ends the writing of one list, and what waits for a record.
	writeWithin = 10 * time.Second
	// maxRecords bounds the failed builds on their way to the store. A record is tried again
	// every recordEvery while the store is away, for recordFor at most; maxTries times in all
	// after another error.
	maxRecords  = 512
	maxTries    = 5
	recordEvery = time.Second
	recordFor   = 10 * time.Minute
	// maxHeard bounds the tasks of which the recorded greens are remembered, and maxLists
	// those of which the builds are.
	maxHeard, maxLists = 5000, 200
	// listTTL is how long the builds of a task are remembered, as long as green does. What
	// is new since then is in the last builds of the task, which are asked for each time.
	listTTL = time.Minute
)

// memory is what commands remember of failures, and say of them. Without a store it
// remembers nothing and says what lists tell.
type memory struct {
	store  FailureStore // may be nil
	builds Builds
	names  *find.Names

	closing context.Context
	close   context.CancelFunc
	work    sync.WaitGroup

	mu     sync.Mutex
	closed bool
	writes map[chan struct{}]written // what is on its way, by what is closed when it is done

	lessons lessons
	lists   map[string]keptList // by task
	heard   map[string]string   // by task: the numbers of the greens that were recorded last
}

// keptList are the newest builds of a task, and until when they are kept.
type keptList struct {
	builds []logsapi.Build
	until  time.Time
}

// written is the build that is being recorded; of its task alone if the number is 0.
type written struct {
	task  string
	build int64
}

func newMemory(o Options, names *find.Names, r read.Reader, g *green.Finder) *memory {
	m := &memory{store: o.Failures, builds: o.Builds, names: names, heard: map[string]string{}, lists: map[string]keptList{}, writes: map[chan struct{}]written{}}
	m.lessons = lessons{service: service{builds: o.Builds}, reader: r, green: g, wait: cmp.Or(o.GreenWait, green.Patience), underway: map[string]chan struct{}{}}
	m.closing, m.close = context.WithCancel(context.Background())
	return m
}

// Close ends what goes on in the background and waits for it.
func (m *memory) Close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.close()
	m.work.Wait()
}

// later does something about a build in the background, for so long at most; not at all,
// and ok is false, if so many things go on there. No patience limits it: nobody waits for it,
// but for settled.
func (m *memory) later(what written, within time.Duration, most int, do func(ctx context.Context)) (done <-chan struct{}, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || len(m.writes) >= most {
		return nil, false
	}
	over := make(chan struct{})
	m.writes[over] = what
	m.work.Go(func() {
		ctx, cancel := context.WithTimeout(m.closing, within)
		defer cancel()
		do(ctx)
		m.mu.Lock()
		delete(m.writes, over)
		m.mu.Unlock()
		close(over)
	})
	return over, true
}

// settled waits until what is written about a build is written, but not long.
func (m *memory) settled(ctx context.Context, task string, build int64) {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	m.mu.Lock()
	var under []chan struct{}
	for done, of := range m.writes {
		if of == (written{task, build}) {
			under = append(under, done)
		}
	}
	m.mu.Unlock()
	await(ctx, under)
}

// await waits until all are closed, or ctx ends.
func await(ctx context.Context, all []chan struct{}) {
	for _, done := range all {
		select {
		case <-done:
		case <-ctx.Done():
			return
		}
	}
}

// recall begins to ask for what is known of a task: what its builds failed of, and how
// the newest ended. It makes no request of CodeArts that the comparison with a green build
// does not make.
func (m *memory) recall(ctx context.Context, in *command) *recalled {
	if m.store == nil {
		return nil
	}
	r := &recalled{memory: m, in: in}
	r.read = r.recallRead(ctx)
	r.list = later(ctx, func(ctx context.Context) ([]logsapi.Build, error) {
		return m.newest(ctx, in.task.ID())
	})
	return r
}

// recallRead begins to ask which builds of the task were read.
func (r *recalled) recallRead(ctx context.Context) (wait func() sightings) {
	return later(ctx, func(ctx context.Context) (sightings, error) {
		all, err := r.store.OfTask(ctx, r.in.task.ID(), maxRead)
		return sightings{all, err == nil}, err
	})
}

// newest are the newest builds of a task.
func (m *memory) newest(ctx context.Context, task string) ([]logsapi.Build, error) {
	m.mu.Lock()
	kept := m.lists[task]
	m.mu.Unlock()
	if time.Now().Before(kept.until) {
		return kept.builds, nil
	}
	builds, err := m.builds.NewestBuilds(ctx, task, logsapi.MaxBuilds)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.lists) >= maxLists {
		clear(m.lists)
	}
	m.lists[task] = keptList{builds, time.Now().Add(listTTL)}
	return builds, nil
}

// sightings are those of a task; told says that the store answered.
type sightings struct {
	all  []known.Sighting
	told bool
}

// recalled is what is known of a task besides the build that is explained. A nil one
// knows nothing and records nothing.
type recalled struct {
	*memory
	in   *command
	read func() sightings
	list func() []logsapi.Build
	// judged is what judge took into account.
	judged verdict.Case
	// lesson is closed when earlier builds have been read that judge did not know of; nil if
	// none are being read.
	lesson <-chan struct{}
	// settle is reply.Reply.Settle of the answer; nil if the build is recorded.
	settle func(context.Context) error
}

// judge is the verdict on a failed build, which it records, and what is known of its failure.
// this is the build as it is remembered.
func (r *recalled) judge(ctx context.Context, b buildFacts, this known.Sighting) (verdict.Verdict, known.Failure) {
	if r == nil {
		return verdict.Verdict{}, known.Failure{}
	}
	c := verdict.Case{Now: time.Now(), This: this, Builds: b.recent, May: r.may(r.in)}
	if list := r.list(); len(list) > 0 && list[len(list)-1].Number <= b.in.build {
		c.Builds, c.Deep = joined(b.recent, list), true
	}
	read := r.read()
	if read.told && r.caughtUp(ctx, r.in.task.ID()) {
		read = r.recallRead(ctx)()
	}
	c.Read, c.Covered = read.all, read.told
	if c.Covered {
		c.Known, c.Covered = r.saw(ctx, c.This, c.Builds)
	}
	if c.Covered {
		r.lesson = r.learn(r.in.task, c.Builds, b.in.build, read.all, verdict.LookBack)
	} else {
		r.settle = r.record(c.This, c.Builds)
	}
	r.judged = c
	return r.verdict(c)
}

// verdict is the verdict on a case of the command's task, and what is known of its failure.
func (r *recalled) verdict(c verdict.Case) (verdict.Verdict, known.Failure) {
	v := verdict.Of(c)
	if e := v.Elsewhere; e != nil {
		e.Name = r.label(r.in, e.Task, e.Name).Name
	}
	about := verdict.Visible(c.Known, c.This.Task, c.May)
	if c.Covered {
		about.Key = c.This.Key
	}
	return v, about
}

// settling is what the answer has to wait for before its command is done; nil for nothing.
func (r *recalled) settling() func(context.Context) error {
	if r == nil {
		return nil
	}
	return r.settle
}

// passed records that a build and others of its task succeeded.
func (r *recalled) passed(b buildFacts) {
	if r == nil {
		return
	}
	r.succeeded(r.in.task.ID(), b.recent)
}

// joined are the builds of two lists of a task, newest first; the first list knows better.
func joined(fresh, kept []logsapi.Build) []logsapi.Build {
	all := slices.Clone(fresh)
	for _, b := range kept {
		if !slices.ContainsFunc(fresh, func(f logsapi.Build) bool { return f.Number == b.Number }) {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b logsapi.Build) int { return cmp.Compare(b.Number, a.Number) })
	return all
}

// may returns what reports whether those who see the answer to a command may learn of
// another task.
func (m *memory) may(in *command) func(taskID string) bool {
	least := access.Posted
	if in.alone() || in.Has(typed.Me) || in.Direct {
		least = access.Privately
	}
	return func(taskID string) bool { return m.names.Granted(in.Caller, taskID, false) >= least }
}

// label is how a task is called and typed where the command was typed. The caller may
// learn of it.
func (m *memory) label(in *command, id, name string) find.Label {
	if id == in.task.ID() {
		return in.task.Label
	}
	return m.names.Label(id, name)
}

var errNotRecorded = errors.New("a failed build is not recorded")

// record records a failed build in the background, and the builds of a list that succeeded.
// It goes on while the store is away. settle waits for that; its error says that the build
// is not recorded.
func (m *memory) record(s known.Sighting, builds []logsapi.Build) (settle func(context.Context) error) {
	result := errNotRecorded
	done, begun := m.later(written{s.Task, s.Build}, recordFor, maxRecords, func(ctx context.Context) {
		for tries := 1; ; tries++ {
			_, err := m.store.Saw(ctx, s)
			if err == nil || ctx.Err() == nil && !errors.Is(err, ErrStoreAway) && tries == maxTries {
				result = nil // it is recorded, or cannot be
				break
			}
			if pace.Sleep(ctx, recordEvery) != nil {
				return
			}
		}
		m.recordGreens(ctx, s.Task, builds)
	})
	return func(ctx context.Context) error {
		if !begun {
			return errNotRecorded
		}
		select {
		case <-done:
			return result
		case <-ctx.Done():
			return errors.Join(errNotRecorded, ctx.Err())
		}
	}
}

// saw records a failed build, and in the background the builds of a list that succeeded. It
// returns what is known of the failure with the build, which is written before the answer
// leaves: a process that dies afterwards has counted it. ok is false if that takes longer
// than a command may wait for its stores.
func (m *memory) saw(ctx context.Context, s known.Sighting, builds []logsapi.Build) (f known.Failure, ok bool) {
	f, err := m.store.Saw(ctx, s)
	if err != nil {
		return known.Failure{}, false
	}
	m.succeeded(s.Task, builds)
	return f, true
}

// succeeded records the builds of a list that was read anyway.
func (m *memory) succeeded(task string, builds []logsapi.Build) {
	if m.store != nil && len(builds) > 0 {
		m.later(written{task, 0}, writeWithin, maxWrites, func(ctx context.Context) { m.recordGreens(ctx, task, builds) })
	}
}

// works records that a build of a watched task has succeeded, as the list of its builds
// tells.
func (m *memory) works(task string, build int64) {
	if m.store == nil {
		return
	}
	m.later(written{task, build}, writeWithin, maxWrites, func(ctx context.Context) {
		if builds, err := m.builds.NewestBuilds(ctx, task, logsapi.MaxBuilds); err == nil {
			m.recordGreens(ctx, task, builds)
		}
	})
}

// recordGreens records the newest builds of a list that succeeded, unless this process has
// recorded the same.
func (m *memory) recordGreens(ctx context.Context, task string, builds []logsapi.Build) {
	greens := verdict.Greens(task, builds)
	greens = greens[:min(len(greens), maxGreens)]
	var numbers strings.Builder
	for _, g := range greens {
		numbers.WriteString(itoa(g.Build) + " ")
	}
	m.mu.Lock()
	same := m.heard[task] == numbers.String()
	m.mu.Unlock()
	if same || m.store.SawGreen(ctx, greens) != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.heard) >= maxHeard {
		clear(m.heard)
	}
	m.heard[task] = numbers.String()
}

// sighting is the failed build as it is remembered.
func (b buildFacts) sighting(f failure.Failure) known.Sighting {
	s := known.Sighting{
		Task: b.in.task.ID(), Name: b.in.task.Name, Build: b.in.build, Branch: b.Branch, Commit: b.Commit, Who: b.Who,
		Step: b.broke.Name, At: b.Started, Key: f.Key, Text: f.Text, Kind: string(b.kind),
	}
	if s.At.IsZero() {
		s.At = time.Now()
	}
	return s
}

// explainedBy is the failed build as it is remembered, by what its log tells. b.kind is known.
func (b buildFacts) explainedBy(found read.Explained, tests testlog.Report) known.Sighting {
	if found.Cut != nil { // what was not read may have been the cause
		b.kind = ""
		return b.sighting(failure.Failure{})
	}
	return b.sighting(failure.Of(&found.Excerpt, tests.Tests))
}

// here refuses commands about the memory if there is none.
func (m *memory) here(*command) error {
	if m.store == nil {
		return typed.Wrong(texts.SeenNowhere.With(), typed.Help)
	}
	return nil
}
