package main

import (
	"context"
	"errors"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/state"
	"logbot/commands"
)

const (
	// recordWithin bounds the writing of one record. The state gives up by itself
	// within a second.
	recordWithin = 2 * time.Second
	// maxVotesWaiting bounds the votes that wait to be counted; what comes on top
	// stands in the log alone.
	maxVotesWaiting = 64
)

// records are what is kept of who read what, and of what people think of the
// lines they were shown. Both stand in the process's own log, too, which has
// them when the state is away.
type records struct {
	audit   state.Audit
	history state.History
	log     logrus.FieldLogger
	votes   chan vote
}

// vote is one opinion of the lines that were shown of a build.
type vote struct {
	about commands.About
	user  string
	right bool
}

func newRecords(s *state.Store, log logrus.FieldLogger) *records {
	return &records{audit: s.Audit, history: s.History, log: log, votes: make(chan vote, maxVotesWaiting)}
}

// read puts a read into the audit log. Nobody sees the answer before.
func (r *records) read(ctx context.Context, read commands.Read) {
	r.log.WithFields(logrus.Fields{
		"user": read.User, "channel": read.Channel, "verb": read.Verb, "task": read.Task, "build": read.Build, "allowed": read.Allowed,
	}).Info("audit")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	err := r.audit.Append(ctx, state.Read{
		At: read.At, User: read.User, Channel: read.Channel, Verb: read.Verb, Task: read.Task, Build: read.Build, Allowed: read.Allowed,
	})
	if err != nil {
		r.log.Warnf("a read is in this log alone, not in the state's audit log: %v", err)
	}
}

// rated has a vote counted, without waiting for it.
func (r *records) rated(about commands.About, user string, right bool) {
	select {
	case r.votes <- vote{about, user, right}:
	default:
		r.log.Warn("too many votes at once; one is in this log alone")
	}
}

// count counts votes until ctx ends, and then those that wait.
func (r *records) count(ctx context.Context) {
	for {
		select {
		case v := <-r.votes:
			r.keep(context.WithoutCancel(ctx), v)
			continue
		default:
		}
		select {
		case v := <-r.votes:
			r.keep(context.WithoutCancel(ctx), v)
		case <-ctx.Done():
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
