package app

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/state"
	"logbot/commands/reply"
)

const (
	// storeTimeout bounds the storing of one record. The state itself gives up within
	// a second.
	storeTimeout = 2 * time.Second
	// maxQueued bounds the votes that wait to be stored. More are only logged.
	maxQueued = 64
)

// records stores votes on the lines of builds. They are logged, too, so that the log
// has them while the state is away.
type records struct {
	history voteLog
	log     logrus.FieldLogger
	votes   chan vote

	right, wrong, lost atomic.Int64 // votes; lost ones are only logged

	mu      sync.Mutex
	stopped bool // nothing is queued any more
}

// voteLog counts votes; a state.History is one.
type voteLog interface {
	Vote(ctx context.Context, task string, build int64, user string, right bool) (rights, wrongs int, err error)
	Record(ctx context.Context, b state.Build) error
}

// vote is a person's opinion of the lines that were shown of a build.
type vote struct {
	about reply.About
	user  string
	right bool
}

var (
	errStopped      = errors.New("the process is stopping")
	errTooManyVotes = errors.New("too many votes at once")
)

func newRecords(s *state.Store, log logrus.FieldLogger) *records {
	return &records{history: s.History, log: log, votes: make(chan vote, maxQueued)}
}

// addVote queues a vote.
func (r *records) addVote(about reply.About, user string, right bool) {
	if right {
		r.right.Add(1)
	} else {
		r.wrong.Add(1)
	}
	v := vote{about, user, right}
	r.logLostVote(v, r.enqueue(v))
}

func (r *records) enqueue(v vote) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return errStopped
	}
	select {
	case r.votes <- v:
		return nil
	default:
		return errTooManyVotes
	}
}

// run stores queued votes until ctx ends, then for recordsWithin at most those that
// are left. End ctx when nobody votes any more.
func (r *records) run(ctx context.Context) {
	storing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	context.AfterFunc(ctx, func() { time.AfterFunc(recordsWithin, cancel) })
	for {
		select {
		case v := <-r.votes:
			r.storeVote(storing, v)
		case <-ctx.Done():
			r.drain(storing)
			return
		}
	}
}

// drain closes the queue and stores what it holds.
func (r *records) drain(ctx context.Context) {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	for {
		select {
		case v := <-r.votes:
			r.storeVote(ctx, v)
		default:
			return
		}
	}
}

// storeVote counts one vote. It adds the build to the history if it is not there yet.
func (r *records) storeVote(ctx context.Context, v vote) {
	if ctx.Err() != nil {
		r.logLostVote(v, errStopped)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	task, build := v.about.Task, v.about.Build
	rights, wrongs, err := r.history.Vote(ctx, task, build, v.user, v.right)
	if errors.Is(err, state.ErrNotFound) {
		err = r.history.Record(ctx, state.Build{
			Task: task, Build: build, At: time.Now(), Outcome: "failed", Votes: map[string]bool{v.user: v.right},
		})
		rights, wrongs = 1, 0
		if !v.right {
			rights, wrongs = 0, 1
		}
	}
	if err != nil {
		r.logLostVote(v, err)
		return
	}
	r.log.WithFields(logrus.Fields{"task": task, "build": build, "rights": rights, "wrongs": wrongs}).Info("votes on the lines of this build")
}

// logLostVote logs a vote that could not be stored; err may be nil.
func (r *records) logLostVote(v vote, err error) {
	if err != nil {
		r.lost.Add(1)
		r.log.WithFields(logrus.Fields{"task": v.about.Task, "build": v.about.Build, "user": v.user, "right": v.right}).
			Warnf("vote not stored (only logged): %v", err)
	}
}
