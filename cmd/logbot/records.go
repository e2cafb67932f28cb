package main

import (
	"context"
	"errors"
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
)

// records are what is kept of who read what, and of what people think of the
// lines they were shown. Both stand in the process's own log, too, which has
// them when the state is away.
type records struct {
	audit   auditLog
	history state.History
	log     logrus.FieldLogger
	votes   chan vote
	late    chan state.Read // of commands that could not wait for the state
}

// auditLog takes records of reads; a state.Audit is one.
type auditLog interface {
	Append(ctx context.Context, read state.Read) error
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
	err := r.append(ctx, kept)
	if errors.Is(err, patience.ErrUsedUp) {
		select {
		case r.late <- kept:
			return
		default:
		}
	}
	r.alone(err)
}

func (r *records) append(ctx context.Context, read state.Read) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	return r.audit.Append(ctx, read)
}

// alone says that a read is not in the state.
func (r *records) alone(err error) {
	if err != nil {
		r.log.Warnf("a read is in this log alone, not in the state's audit log: %v", err)
	}
}

// rated has a vote counted, without waiting for it.
func (r *records) rated(about reply.About, user string, right bool) {
	select {
	case r.votes <- vote{about, user, right}:
	default:
		r.log.Warn("too many votes at once; one is in this log alone")
	}
}

// work counts votes and keeps late reads until ctx ends, and then those that wait.
func (r *records) work(ctx context.Context) {
	keeping := context.WithoutCancel(ctx)
	for {
		ended := ctx.Done()
		if len(r.votes)+len(r.late) > 0 {
			ended = nil // these first
		}
		select {
		case v := <-r.votes:
			r.keep(keeping, v)
		case read := <-r.late:
			r.alone(r.append(keeping, read))
		case <-ended:
			return
		}
	}
}

// keep counts one vote. A build of which nothing is remembered yet is from now on.
func (r *records) keep(ctx context.Context, v vote) {
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
		r.log.Warnf("a vote is in this log alone: %v", err)
		return
	}
	r.log.WithFields(logrus.Fields{"task": task, "build": build, "rights": rights, "wrongs": wrongs}).Info("votes on the lines of this build")
}
