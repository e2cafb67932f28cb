// Package jobs does the work that outlives a request: it claims intents that are
// due, keeps their leases, and hands them to handlers. If a replica dies, another
// one claims its intents when their leases end.
package jobs

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/jobs/lease"
	"logbot/cache/state"
)

// defaultWorkers is how many intents one replica handles at the same time.
const defaultWorkers = 16

// Options are the parts of a Jobs.
type Options struct {
	Intents state.Intents
	Durable bool // Intents never lose what they have confirmed; see lease.NewHolder
	Log     logrus.FieldLogger
	Workers int // intents handled at the same time; 0 is 16
}

// Jobs runs due intents. It is safe for concurrent use.
type Jobs struct {
	intents  state.Intents
	handlers map[string]Handler
	log      logrus.FieldLogger
	leases   *lease.Holder
	slots    chan struct{} // one element for each intent that is being handled
	wake     chan struct{}
	ready    <-chan struct{} // closed when claims may begin; nil: at once
	released chan struct{}   // closed by Release
	release  func()          // closes released
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
		intents: o.Intents, handlers: map[string]Handler{}, log: o.Log, leases: lease.NewHolder(o.Intents, o.Durable, o.Log),
		slots: make(chan struct{}, o.Workers), wake: make(chan struct{}, 1), released: make(chan struct{}),
	}
	j.release = sync.OnceFunc(func() { close(j.released) })
	return j
}

// Handle sets the handler of a kind. It is called before Run.
func (j *Jobs) Handle(kind string, h Handler) { j.handlers[kind] = h }

// Await has Run claim nothing before ready is closed. Commands that begin here keep
// their leases in the meantime. It is called before Run.
func (j *Jobs) Await(ready <-chan struct{}) { j.ready = ready }

// Schedule adds an intent to be run when it is due. added is false if its id is
// known; see state.Intents.
func (j *Jobs) Schedule(ctx context.Context, i state.Intent) (added bool, err error) {
	added, err = j.intents.Put(ctx, time.Now(), i)
	if added && !i.Due.After(time.Now()) {
		j.claimNow()
	}
	return added, err
}

// RunNow adds an intent and makes its first run before it returns. A run that fails
// is repeated like any other.
func (j *Jobs) RunNow(ctx context.Context, i state.Intent) (added bool, err error) {
	c, added, err := j.intents.PutClaimed(ctx, time.Now(), i, lease.Duration)
	if err == nil && added {
		j.handle(ctx, c)
	}
	return added, err
}

// Get returns an intent that is scheduled or running, else state.ErrNotFound.
func (j *Jobs) Get(ctx context.Context, id string) (state.Intent, error) {
	return j.intents.Get(ctx, id)
}

// Cancel deletes an intent, in whichever replica it runs; its id may be scheduled at
// once. A run loses its lease. found is false if there is none.
func (j *Jobs) Cancel(ctx context.Context, id string) (found bool, err error) {
	return j.intents.Cancel(ctx, time.Now(), id)
}

// claimNow has Run look for due intents without waiting.
func (j *Jobs) claimNow() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// Stats are counts since New.
type Stats struct {
	Runs    int64 // of handlers
	Failed  int64 // runs that ended with an error
	Lost    int64 // runs during which the lease was lost
	GaveUp  int64 // intents that were given up
	Repeats int64 // messages that may be in the channel twice, and were marked so

	Leases int // pieces of work that this process holds now
}

type counters struct{ runs, failed, lost, gaveUp, repeats atomic.Int64 }

// Stats returns the counts.
func (j *Jobs) Stats() Stats {
	return Stats{j.counted.runs.Load(), j.counted.failed.Load(), j.counted.lost.Load(), j.counted.gaveUp.Load(), j.counted.repeats.Load(), j.leases.Held()}
}
