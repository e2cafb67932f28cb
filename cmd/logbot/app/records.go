package app

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
)

const (
	// storeTimeout bounds the storing of one record. The state itself gives up within
	// a second.
	storeTimeout = 2 * time.Second
	// maxQueued bounds the votes and the audit records that wait to be stored. More
	// are only logged.
	maxQueued = 64
)

// records stores who read what, and votes on the lines of builds. Both are logged,
// too, so that the log has them while the state is away.
type records struct {
	audit   auditLog
	history voteLog
	log     logrus.FieldLogger
	votes   chan vote
	reads   chan state.Read // of commands that could not wait for the state

	right, wrong         atomic.Int64 // votes
	lostReads, lostVotes atomic.Int64 // only logged

	mu      sync.Mutex
	stopped bool // nothing is queued any more
}

// auditLog takes audit records; a state.Audit is one.
type auditLog interface {
	Append(ctx context.Context, read state.Read) error
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
	return &records{audit: s.Audit, history: s.History, log: log, votes: make(chan vote, maxQueued), reads: make(chan state.Read, maxQueued)}
}

// addRead stores an audit record before the answer is shown. If the command has used
// up its time for the stores, the record is queued instead.
func (r *records) addRead(ctx context.Context, read commands.Read) {
	fields := logrus.Fields{
		"user": read.User, "channel": read.Channel, "verb": read.Verb, "task": read.Task, "build": read.Build, "allowed": read.Allowed,
	}
	if read.Why != "" {
		fields["why"] = read.Why
	}
	r.log.WithFields(fields).Info("audit")
	record := state.Read{
		At: read.At, User: read.User, Channel: read.Channel, Verb: read.Verb, Task: read.Task, Build: read.Build, Allowed: read.Allowed, Detail: read.Why,
	}
	err := r.storeRead(context.WithoutCancel(ctx), record)
	if errors.Is(err, patience.ErrUsedUp) {
		err = enqueue(r, r.reads, record, err)
	}
	r.logLostRead(record, err)
}

// addVote queues a vote.
func (r *records) addVote(about reply.About, user string, right bool) {
	if right {
		r.right.Add(1)
	} else {
		r.wrong.Add(1)
	}
	v := vote{about, user, right}
	r.logLostVote(v, enqueue(r, r.votes, v, errTooManyVotes))
}

// enqueue queues a record. It returns full if the queue is full.
func enqueue[T any](r *records, queue chan<- T, record T, full error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return errStopped
	}
	select {
	case queue <- record:
		return nil
	default:
		return full
	}
}

// run stores queued records until ctx ends, then for recordsWithin at most those that
// are left. End ctx when nothing makes records any more.
func (r *records) run(ctx context.Context) {
	storing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	context.AfterFunc(ctx, func() { time.AfterFunc(recordsWithin, cancel) })
	for {
		select {
		case v := <-r.votes:
			r.storeVote(storing, v)
		case read := <-r.reads:
			r.logLostRead(read, r.storeRead(storing, read))
		case <-ctx.Done():
			r.drain(storing)
			return
		}
	}
}

// drain closes the queues and stores what they hold.
func (r *records) drain(ctx context.Context) {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	for {
		select {
		case v := <-r.votes:
			r.storeVote(ctx, v)
		case read := <-r.reads:
			r.logLostRead(read, r.storeRead(ctx, read))
		default:
			return
		}
	}
}

func (r *records) storeRead(ctx context.Context, read state.Read) error {
	if ctx.Err() != nil {
		return errStopped
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return r.audit.Append(ctx, read)
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

// logLostRead logs an audit record that could not be stored; err may be nil.
func (r *records) logLostRead(read state.Read, err error) {
	if err != nil {
		r.lostReads.Add(1)
		r.log.WithFields(logrus.Fields{
			"user": read.User, "channel": read.Channel, "verb": read.Verb, "task": read.Task, "build": read.Build,
		}).Warnf("audit record not stored (only logged): %v", err)
	}
}

// logLostVote logs a vote that could not be stored; err may be nil.
func (r *records) logLostVote(v vote, err error) {
	if err != nil {
		r.lostVotes.Add(1)
		r.log.WithFields(logrus.Fields{"task": v.about.Task, "build": v.about.Build, "user": v.user, "right": v.right}).
			Warnf("vote not stored (only logged): %v", err)
	}
}
