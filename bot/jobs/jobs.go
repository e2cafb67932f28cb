// Package jobs does the work that outlives a request: it claims intents that are
// due, has them handled, and keeps their leases meanwhile. A replica that dies
// loses its leases, and another one goes on.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/state"
)

const (
	// lease is how long a claim lasts without being renewed: what died is taken
	// over after that (DESIGN.md, "State and scale").
	lease = 15 * time.Second
	// renewEvery leaves two further tries before a lease ends.
	renewEvery = 5 * time.Second
	// lookEvery is how often a replica with nothing to do looks for due intents.
	lookEvery = time.Second
	// maxBackoff bounds the pause between two tries while the store is away.
	maxBackoff = 10 * time.Second
	// drainWithin is how long handlers may go on after the end was asked for.
	drainWithin = 5 * time.Second
	// partWithin is how long a bot that stops may go on to answer, with its leases
	// kept.
	partWithin = 30 * time.Second
	// leaveWithin bounds Leave: it follows a drain of up to 25 s, and Kubernetes gives
	// a process 30 s. leaveAtOnce is how many commands are given back at a time.
	leaveWithin = 2 * time.Second
	leaveAtOnce = 32
	// maxAttempts is how often an intent is claimed in vain before it is given up.
	// Each of them takes a lease, so that is two minutes.
	maxAttempts = 8
	// defaultWorkers is how many intents one replica handles at once.
	defaultWorkers = 16
	// settleTries is how often the end of a run is told to a store that is away.
	settleTries = 3
)

// Work is one claim of an intent, as its handler sees it.
type Work struct {
	state.Intent
	note func(ctx context.Context, progress []byte) error
}

// Note keeps progress with the intent; whoever takes it over after this process
// died finds it. After state.ErrLeaseLost another replica has the intent, and
// nothing more may be posted for it.
func (w *Work) Note(ctx context.Context, progress []byte) error {
	if err := w.note(ctx, progress); err != nil {
		return err
	}
	w.Progress = progress
	return nil
}

// Next is what becomes of an intent after a run.
type Next struct {
	due     time.Time
	payload []byte
	again   bool
	forget  bool
}

// Done ends the intent. Its id stays known for an hour (state.Remembered), so
// that it is not put twice.
func Done() Next { return Next{} }

// Forget ends the intent; one with the same id may be put at once.
func Forget() Next { return Next{forget: true} }

// Again gives the intent back, to be run at due with another payload. What was
// noted is gone: what shall be kept goes into the payload.
func Again(due time.Time, payload []byte) Next { return Next{due: due, payload: payload, again: true} }

// Handler does the work of one kind of intent. Its methods are called
// concurrently for different intents, and may be run again for the same one when
// a process died meanwhile.
type Handler interface {
	// Run does a short piece of the work. Its context ends when the lease is lost
	// or the process stops. After an error the intent is run again when its lease
	// has ended, with what was noted.
	Run(ctx context.Context, w *Work) (Next, error)
	// GiveUp is called in the end for an intent whose runs failed too often. It
	// tells whoever asked, and says what becomes of the intent: mostly Done.
	GiveUp(ctx context.Context, w *Work) (Next, error)
}

// Options are the parts of a Jobs.
type Options struct {
	Intents  state.Intents
	Handlers map[string]Handler // by kind
	Log      logrus.FieldLogger
	Workers  int // intents handled at once; 0 is 16
}

// Jobs runs due intents. It is safe for concurrent use.
type Jobs struct {
	intents  state.Intents
	handlers map[string]Handler
	log      logrus.FieldLogger
	slots    chan struct{} // holds one for each intent that is handled
	wake     chan struct{}
	ready    <-chan struct{} // closed when claims may begin; nil: at once
	held     *keeper
	left     chan struct{} // closed by Leave
	leave    func()
	counted  counters
}

// New returns a Jobs; Run starts it.
func New(o Options) *Jobs {
	if o.Log == nil {
		o.Log = logrus.StandardLogger()
	}
	if o.Workers <= 0 {
		o.Workers = defaultWorkers
	}
	j := &Jobs{
		intents: o.Intents, handlers: map[string]Handler{}, log: o.Log,
		slots: make(chan struct{}, o.Workers), wake: make(chan struct{}, 1), left: make(chan struct{}),
	}
	j.leave = sync.OnceFunc(func() { close(j.left) })
	for kind, h := range o.Handlers {
		j.handlers[kind] = h
	}
	j.held = newKeeper(o.Intents, o.Log)
	return j
}

// Handle sets the handler of a kind. It is called before Run.
func (j *Jobs) Handle(kind string, h Handler) { j.handlers[kind] = h }

// Await has Run claim nothing before ready is closed. Leases of commands that begin
// here are kept meanwhile. It is called before Run.
func (j *Jobs) Await(ready <-chan struct{}) { j.ready = ready }

// Stats counts what a Jobs has done.
type Stats struct {
	Runs    int64 // of handlers
	Failed  int64 // runs that ended with an error
	Lost    int64 // runs whose lease was lost meanwhile
	GaveUp  int64 // intents that were given up
	Repeats int64 // messages that may stand there twice, and were marked
}

type counters struct{ runs, failed, lost, gaveUp, repeats atomic.Int64 }

// Stats returns the counts since New.
func (j *Jobs) Stats() Stats {
	return Stats{j.counted.runs.Load(), j.counted.failed.Load(), j.counted.lost.Load(), j.counted.gaveUp.Load(), j.counted.repeats.Load()}
}

// Put adds an intent; see state.Intents. One that is due is looked for at once.
func (j *Jobs) Put(ctx context.Context, i state.Intent) (added bool, err error) {
	added, err = j.intents.Put(ctx, time.Now(), i)
	if added && !i.Due.After(time.Now()) {
		j.Wake()
	}
	return added, err
}

// putAndDo adds an intent and makes its first run at once. What that run fails to
// do is tried again like any other.
func (j *Jobs) putAndDo(ctx context.Context, i state.Intent) (added bool, err error) {
	c, added, err := j.intents.PutClaimed(ctx, time.Now(), i, lease)
	if err == nil && added {
		j.handle(ctx, c)
	}
	return added, err
}

// Wake makes Run look for due intents now.
func (j *Jobs) Wake() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// Run handles due intents until ctx ends. Then it claims no more, lets handlers
// go on for 5 s, ends them, and gives back what is left, for other replicas.
// Commands that were begun here are kept until they are done, Leave is called, or
// half a minute has passed.
func (j *Jobs) Run(ctx context.Context) {
	working, stopWork := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stopWork(nil)
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	defer stopKeeping()
	var helpers, runs sync.WaitGroup
	helpers.Go(func() { j.held.run(keeping) })
	if j.ready != nil {
		select {
		case <-j.ready:
		case <-ctx.Done():
		}
	}
	j.claimAll(ctx, func(c state.Claim) {
		runs.Go(func() {
			defer func() { <-j.slots }()
			j.handle(working, c)
		})
	})
	ended := make(chan struct{})
	go func() { runs.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(drainWithin):
		stopWork(errStopping)
		<-ended
	}
	// The keeper goes on though working may have ended: it has a context of its own.
	select {
	case <-j.left:
	case <-j.held.noCommands():
	case <-time.After(partWithin):
	}
	stopKeeping()
	helpers.Wait()
}

// Leave gives back the commands that this process began and will not answer, so
// that another one does at once, and tells the store what it missed. It is called
// when the bot has stopped, and takes 2 s at most. What the store could not be told
// is logged: another process answers it when its lease ends.
func (j *Jobs) Leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leaveWithin)
	defer cancel()
	j.leave()
	var leaving sync.WaitGroup
	atOnce := make(chan struct{}, leaveAtOnce)
	for _, h := range j.held.untold() {
		atOnce <- struct{}{}
		leaving.Go(func() {
			defer func() { <-atOnce }()
			if err := j.leaveOne(ctx, h); err != nil {
				j.log.WithField("intent", j.held.claimOf(h).ID).Warnf("stopping, and the store was not told: %v", err)
			}
		})
	}
	leaving.Wait()
}

// leaveOne tells the store what it missed of a command, and gives back one that has
// no answer.
func (j *Jobs) leaveOne(ctx context.Context, h *held) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var missed error
	if j.held.isBehind(h) {
		missed = j.held.tell(ctx, h)
	}
	if !j.held.isAtWork(h) {
		return missed
	}
	j.held.release(h)
	if j.held.wasAnswered(h) {
		return missed // whoever finds it ends it
	}
	claim := j.held.claimOf(h)
	if err := j.intents.Again(ctx, time.Now(), claim, time.Now(), claim.Payload); err != nil {
		return fmt.Errorf("give a command back: %w", err)
	}
	return nil
}

var errStopping = errors.New("this process stops")

// claimAll claims due intents and begins their runs, until ctx ends. A free slot
// comes before a claim, so that nothing is held that nobody works on.
func (j *Jobs) claimAll(ctx context.Context, begin func(state.Claim)) {
	pause, away := lookEvery, false
	for {
		free := j.take(ctx)
		if free == 0 {
			return
		}
		claims, err := j.intents.ClaimDue(ctx, time.Now(), free, lease)
		for _, c := range claims {
			begin(c)
		}
		for range free - len(claims) {
			<-j.slots
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !away {
				j.log.Warnf("work that is due waits: %v", err)
			}
			pause, away = min(2*pause, maxBackoff), true
		case len(claims) == free:
			continue // there may be more
		default:
			pause, away = lookEvery, false
		}
		timer := time.NewTimer(pause)
		wake := j.wake
		if away {
			wake = nil
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// take waits for a free slot and takes all that are free; 0 when ctx ends.
func (j *Jobs) take(ctx context.Context) (taken int) {
	if ctx.Err() != nil {
		return 0
	}
	select {
	case <-ctx.Done():
		return 0
	case j.slots <- struct{}{}:
	}
	for taken = 1; taken < cap(j.slots); taken++ {
		select {
		case j.slots <- struct{}{}:
		default:
			return taken
		}
	}
	return taken
}

// handle runs a claimed intent and settles what becomes of it.
func (j *Jobs) handle(ctx context.Context, c state.Claim) {
	if j.held.adopt(c) {
		return // it is worked on here already
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	h := j.held.hold(c, cancel)
	defer j.held.release(h)
	log := j.log.WithFields(logrus.Fields{"intent": c.ID, "attempt": c.Attempts})
	handler, known := j.handlers[c.Kind]
	if !known {
		log.Warnf("nobody here knows how to do %q; it is left to another replica", c.Kind)
		return // until its lease ends
	}
	w := &Work{Intent: c.Intent, note: func(ctx context.Context, progress []byte) error { return j.intents.Note(ctx, time.Now(), c, progress) }}
	if c.Attempts > maxAttempts {
		j.giveUp(ctx, log, handler, w, h)
		return
	}
	j.counted.runs.Add(1)
	next, err := safely(func() (Next, error) { return handler.Run(ctx, w) })
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, state.ErrLeaseLost), errors.Is(err, state.ErrLeaseLost):
		j.counted.lost.Add(1)
		log.Warn("another replica has the work now")
	case err == nil:
		j.settle(ctx, log, h, next)
	case errors.Is(cause, errStopping):
		if len(w.Progress) == 0 { // what was noted would be lost
			j.settle(ctx, log, h, Again(time.Now(), c.Payload))
		}
	default:
		j.counted.failed.Add(1)
		log.Warnf("%s failed and is tried again in %v: %v", c.Kind, lease, err)
	}
}

func (j *Jobs) giveUp(ctx context.Context, log logrus.FieldLogger, handler Handler, w *Work, h *held) {
	c := h.claim
	j.counted.gaveUp.Add(1)
	log.Errorf("%s is given up after %d attempts", c.Kind, c.Attempts-1)
	next, err := safely(func() (Next, error) { return handler.GiveUp(ctx, w) })
	if err != nil {
		log.Errorf("tell that %s was given up: %v", c.Kind, err)
		next = Done()
	}
	j.settle(ctx, log, h, next)
}

// safely runs do; a panic is an error.
func safely(do func() (Next, error)) (next Next, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do()
}

// settle tells the store what becomes of the intent.
func (j *Jobs) settle(ctx context.Context, log logrus.FieldLogger, h *held, next Next) {
	ctx = context.WithoutCancel(ctx)
	var err error
	if next.again || next.forget {
		err = j.giveBack(ctx, h.claim, next)
	} else {
		err = j.held.end(ctx, h) // it is told again where the store is away
	}
	if errors.Is(err, state.ErrLeaseLost) {
		j.counted.lost.Add(1)
	}
	if err != nil {
		log.Warnf("settle %s: %v", h.claim.Kind, err)
		return
	}
	if next.again && !next.due.After(time.Now()) {
		j.Wake()
	}
}

// giveBack tells the store that an intent goes on later, or is forgotten. Where it
// cannot be told the lease ends, and the intent is run again.
func (j *Jobs) giveBack(ctx context.Context, c state.Claim, next Next) (err error) {
	for try, pause := 0, time.Second; try < settleTries; try++ {
		if try > 0 {
			time.Sleep(pause)
			pause *= 2
		}
		if next.again {
			err = j.intents.Again(ctx, time.Now(), c, next.due, next.payload)
		} else {
			_, err = j.intents.Cancel(ctx, time.Now(), c.ID)
		}
		if !errors.Is(err, state.ErrAway) {
			break
		}
	}
	return err
}
