// Package green finds the lines of the last build of a task that succeeded, to tell
// those of a failure from those of every build.
//
// Its lines are kept as a set of hashes (excerpt.Seen) in a store. If the store has
// none, the log is read in the background and its set kept for the next time; an
// answer waits for that no longer than Patience.
package green

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"logbot/commands/excerpt"
	"logbot/commands/read"
	"logbot/logsapi"
)

const (
	// Patience is how long an answer waits for the lines of a green build in all, if the
	// options of the commands do not say otherwise.
	Patience = 100 * time.Millisecond
	// maxSearches bounds the searches under way; a command beyond compares with nothing.
	maxSearches = 32
	// searchWithin ends a search that has not found out which build to compare with.
	searchWithin = 10 * time.Second
	// choiceTTL is how long it is remembered which build a failure is compared with, as
	// long as a record is: a build may be run again under its number.
	choiceTTL = time.Minute
	// maxChoices bounds the choices, and the logs that could not be read.
	maxChoices = 1000
)

// Builds is what tells which builds succeeded.
type Builds interface {
	// NewestBuilds makes one request: builds of about the last 29 days.
	NewestBuilds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error)
	Record(ctx context.Context, taskID string, build int64) (logsapi.Record, error)
}

// Store keeps the set of lines of a build for a time. Another edition is another set. It
// may lose any set at any time. It is safe for concurrent use.
type Store interface {
	Lines(ctx context.Context, taskID string, build int64, edition string) []byte // nil if there is none
	KeepLines(taskID string, build int64, edition string, set []byte)
}

// Finder finds the lines of green builds. It is safe for concurrent use. A nil Finder
// finds none.
type Finder struct {
	builds Builds
	reader read.Reader
	store  Store
	wait   time.Duration

	closing context.Context
	close   context.CancelFunc
	work    sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	searches int
	choices  map[string]choice    // by failed build
	lessons  map[string]*lesson   // under way, by set
	failed   map[string]time.Time // sets that cannot be had, and until when they are not tried
}

// New returns a Finder that reads through reader, to be ended with Close; nil if there is
// no store. An answer waits for lines that are not at hand, Patience if wait is 0.
func New(builds Builds, reader read.Reader, store Store, wait time.Duration) *Finder {
	if store == nil {
		return nil
	}
	closing, stop := context.WithCancel(context.Background())
	return &Finder{
		builds: builds, reader: reader, store: store, wait: cmp.Or(wait, Patience), closing: closing, close: stop,
		choices: map[string]choice{}, lessons: map[string]*lesson{}, failed: map[string]time.Time{},
	}
}

// Close ends what goes on in the background and waits for it.
func (f *Finder) Close() {
	if f == nil {
		return
	}
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.close()
	f.work.Wait()
}

// Build names the build that a failure is compared with.
type Build struct {
	Number int64  // 0: none
	Branch string // if it is another than that of the failure and both are known
}

// Search is the search for the build to compare a failure with.
type Search struct {
	stop   context.CancelFunc
	wait   time.Duration
	wanted chan struct{} // closed when an answer asks for the lines
	done   chan struct{}
	found  *excerpt.Seen // read it after done
	build  Build

	once  sync.Once
	lines *excerpt.Seen // what the answer got
}

// Before begins to look for the last build of a task that succeeded before the build with
// a number, on its branch if there is one. End the search with End.
func (f *Finder) Before(taskID string, number int64) *Search {
	if f == nil {
		return nil
	}
	s := &Search{wait: f.wait, wanted: make(chan struct{}), done: make(chan struct{})}
	s.stop = f.begin(func(ctx context.Context) {
		defer close(s.done)
		s.found, s.build = f.search(ctx, taskID, number, s.wanted)
	})
	if s.stop == nil {
		return nil
	}
	return s
}

// Lines is the set of lines to compare with; nil if it does not come in time. It
// is then read for the next time. Only the first call waits; all have the same result.
// They are made by one goroutine.
func (s *Search) Lines(ctx context.Context) *excerpt.Seen {
	if s == nil {
		return nil
	}
	s.once.Do(func() {
		close(s.wanted)
		late := time.NewTimer(s.wait)
		defer late.Stop()
		select {
		case <-s.done:
			s.lines = s.found
		case <-late.C:
		case <-ctx.Done():
		}
	})
	return s.lines
}

// Build is the build whose lines Lines returned; zero if it returned none or was not
// called.
func (s *Search) Build() Build {
	if s == nil || s.lines == nil {
		return Build{}
	}
	return s.build
}

// End says that no answer waits any more. A search whose lines nobody asked for ends.
func (s *Search) End() {
	if s == nil {
		return
	}
	s.once.Do(s.stop)
}

// Wait is the set of lines to compare a build with, however long it takes, for work that
// nobody waits for; nil if it cannot be had or ctx ends.
func (f *Finder) Wait(ctx context.Context, taskID string, number int64) *excerpt.Seen {
	s := f.Before(taskID, number)
	if s == nil {
		return nil
	}
	defer s.stop()
	s.once.Do(func() { close(s.wanted) })
	select {
	case <-s.done:
		return s.found
	case <-ctx.Done():
		return nil
	}
}

// Succeeded says that a build has succeeded, so that its lines are read in the background
// before something fails.
func (f *Finder) Succeeded(taskID string, number int64) {
	if s := f.Before(taskID, number+1); s != nil {
		s.once.Do(func() { close(s.wanted) })
	}
}

// Keep keeps the lines of a build that succeeded, if it is the newest one, which were read
// for something else. That is looked up in the background.
func (f *Finder) Keep(taskID string, number int64, lines *excerpt.Seen) {
	if f == nil || lines.Empty() {
		return
	}
	f.begin(func(ctx context.Context) {
		green, err := f.choose(ctx, taskID, number+1)
		if err == nil && green.build.Number == number {
			f.store.KeepLines(taskID, number, editionOf(green.build), lines.Append(nil))
		}
	})
}

// begin does something in the background and returns what stops it; nil if too much goes
// on there, or the Finder is closed.
func (f *Finder) begin(do func(ctx context.Context)) (stop context.CancelFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || f.searches == maxSearches {
		return nil
	}
	f.searches++
	f.work.Add(1)
	ctx, stop := context.WithCancel(f.closing)
	go func() {
		defer f.work.Done()
		defer stop()
		defer func() {
			f.mu.Lock()
			f.searches--
			f.mu.Unlock()
		}()
		do(ctx)
	}()
	return stop
}

// choice is the build to compare with, and until when it is remembered.
type choice struct {
	build   logsapi.Build
	another string // its branch, if that is another
	until   time.Time
}

var errNone = errors.New("no build before it succeeded")

func (f *Finder) search(ctx context.Context, taskID string, number int64, wanted <-chan struct{}) (*excerpt.Seen, Build) {
	green, err := f.choose(ctx, taskID, number)
	if err != nil {
		return nil, Build{}
	}
	build := Build{Number: green.build.Number, Branch: green.another}
	edition := editionOf(green.build)
	if data := f.store.Lines(ctx, taskID, build.Number, edition); data != nil {
		if lines, err := excerpt.ParseSeen(data); err == nil {
			return lines, build
		}
	}
	// The log is read only after the first page for the answer.
	select {
	case <-wanted:
	case <-ctx.Done():
		return nil, Build{}
	}
	l := f.learn(taskID, green.build, edition)
	if l == nil {
		return nil, Build{}
	}
	select {
	case <-l.done:
		return l.lines, build
	case <-ctx.Done():
		return nil, Build{}
	}
}

// choose finds the newest build before number that succeeded, on the same branch if there
// is one.
func (f *Finder) choose(ctx context.Context, taskID string, number int64) (choice, error) {
	key := fmt.Sprintf("%s/%d", taskID, number)
	f.mu.Lock()
	known, ok := f.choices[key]
	f.mu.Unlock()
	if !ok || !time.Now().Before(known.until) {
		ctx, cancel := context.WithTimeout(ctx, searchWithin)
		defer cancel()
		builds, err := f.builds.NewestBuilds(ctx, taskID, logsapi.MaxBuilds)
		if err != nil {
			return choice{}, err
		}
		known = newest(builds, number)
		known.until = time.Now().Add(choiceTTL)
		f.mu.Lock()
		if len(f.choices) >= maxChoices {
			clear(f.choices)
		}
		f.choices[key] = known
		f.mu.Unlock()
	}
	if known.build.Number == 0 {
		return choice{}, errNone
	}
	return known, nil
}

func newest(builds []logsapi.Build, number int64) choice {
	var branch string
	for _, b := range builds {
		if b.Number == number {
			branch = b.Branch
		}
	}
	var same, other logsapi.Build
	for _, b := range builds {
		if b.State != logsapi.Succeeded || b.Number >= number {
			continue
		}
		if of := &other; b.Number > of.Number {
			*of = b
		}
		if branch != "" && b.Branch == branch && b.Number > same.Number {
			same = b
		}
	}
	if same.Number > 0 {
		return choice{build: same}
	}
	c := choice{build: other}
	if branch != "" && other.Branch != branch {
		c.another = other.Branch
	}
	return c
}

// editionOf tells the runs of a build apart that was run again under its number, by what
// the list of builds says of them; with the version of the set, so that processes of other
// versions have their own.
func editionOf(b logsapi.Build) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s", b.Started.Unix(), b.Duration/time.Second, b.RecordID))
	return fmt.Sprintf("%d-%x", excerpt.SeenVersion, sum[:8])
}
