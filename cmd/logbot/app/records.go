package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
)

const (
	// recordWithin bounds the writing of one record. The state gives up by itself
	// within a second.
	recordWithin = 2 * time.Second
	// maxWaiting bounds the votes that wait to be counted, and the reads that wait
	// for a state that was slow; what comes on top stands in the log alone.
	maxWaiting = 64
	// recordsWithin bounds the writing of what still waits when the process stops: the
	// bot has drained for up to 25 s then and given its commands back for up to 2 s,
	// and Kubernetes gives a process 30 s.
	recordsWithin = 2 * time.Second
)

// records are what is kept of who read what, and of what people think of the
// lines they were shown. Both stand in the process's own log, too, which has
// them when the state is away.
type records struct {
	audit   auditLog
	history voteLog
	log     logrus.FieldLogger
	votes   chan vote
	late    chan state.Read // of commands that could not wait for the state

	mu    sync.Mutex
	ended bool // nothing is taken from the channels any more
}

// errEnded says that a record came when the process had stopped writing them.
var errEnded = errors.New("the process stops")

// offer puts a record into a channel that is written later; the error is why not.
func offer[T any](r *records, to chan<- T, record T, full error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return errEnded
	}
	select {
	case to <- record:
		return nil
	default:
		return full
	}
}

// auditLog takes records of reads; a state.Audit is one.
type auditLog interface {
	Append(ctx context.Context, read state.Read) error
}

// voteLog counts votes; a state.History is one.
type voteLog interface {
	Vote(ctx context.Context, task string, build int64, user string, right bool) (rights, wrongs int, err error)
	Record(ctx context.Context, b state.Build) error
}

// vote is one opinion of the lines that were shown of a build.
type vote struct {
	about reply.About
	user  string
	right bool
}

func newRecords(s *state.Store, log logrus.FieldLogger) *records {
	return &records{audit: s.Audit, history: s.History, log: log, votes: make(chan vote, maxWaiting), late: make(chan state.Read, maxWaiting)}
}

// read puts a read into the audit log. Nobody sees the answer before, except where
// the command has waited for its stores as long as it may: then the state gets the
// read a little later.
func (r *records) read(ctx context.Context, read commands.Read) {
	r.log.WithFields(logrus.Fields{
		"user": read.User, "channel": read.Channel, "verb": read.Verb, "task": read.Task, "build": read.Build, "allowed": read.Allowed,
	}).Info("audit")
	kept := state.Read{
		At: read.At, User: read.User, Channel: read.Channel, Verb: read.Verb, Task: read.Task, Build: read.Build, Allowed: read.Allowed,
	}
	err := r.append(context.WithoutCancel(ctx), kept)
	if errors.Is(err, patience.ErrUsedUp) {
		err = offer(r, r.late, kept, err)
	}
	r.alone(kept, err)
}

func (r *records) append(ctx context.Context, read state.Read) error {
	if ctx.Err() != nil {
		return errEnded
	}
	ctx, cancel := context.WithTimeout(ctx, recordWithin)
	defer cancel()
	return r.audit.Append(ctx, read)
}

// alone says that a read is not in the state.
func (r *records) alone(read state.Read, err error) {
	if err != nil {
		r.log.WithFields(logrus.Fields{
			"user": read.User, "channel": read.Channel, "verb": read.Verb, "task": read.Task, "build": read.Build,
		}).Warnf("a read is in this log alone, not in the state's audit log: %v", err)
	}
}

// rated has a vote counted, without waiting for it.
func (r *records) rated(about reply.About, user string, right bool) {
	v := vote{about, user, right}
	r.uncounted(v, offer(r, r.votes, v, errTooMany))
}

var errTooMany = errors.New("too many votes at once")

// uncounted says that a vote is not in the state.
func (r *records) uncounted(v vote, err error) {
	if err != nil {
		r.log.WithFields(logrus.Fields{"task": v.about.Task, "build": v.about.Build, "user": v.user, "right": v.right}).
			Warnf("a vote is in this log alone: %v", err)
	}
}

// work counts votes and keeps late reads until ctx ends, and then for 2 s at most
// those that wait. What is not stored by then is logged. ctx should end when nothing
// makes records any more.
func (r *records) work(ctx context.Context) {
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	context.AfterFunc(ctx, func() { time.AfterFunc(recordsWithin, stop) })
	for {
		select {
		case v := <-r.votes:
			r.keep(keeping, v)
		case read := <-r.late:
			r.alone(read, r.append(keeping, read))
		case <-ctx.Done():
			r.end(keeping)
			return
		}
	}
}

// end writes what waits, and takes no more.
func (r *records) end(keeping context.Context) {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	for {
		select {
		case v := <-r.votes:
			r.keep(keeping, v)
		case read := <-r.late:
			r.alone(read, r.append(keeping, read))
		default:
			return
		}
	}
}

// keep counts one vote. A build of which nothing is remembered yet is from now on.
func (r *records) keep(ctx context.Context, v vote) {
	if ctx.Err() != nil {
		r.uncounted(v, errEnded)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, recordWithin)
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
		r.uncounted(v, err)
		return
	}
	r.log.WithFields(logrus.Fields{"task": task, "build": build, "rights": rights, "wrongs": wrongs}).Info("votes on the lines of this build")
}
