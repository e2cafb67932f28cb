package jobs

import (
	"context"
	"errors"
	"fmt"

	"logbot/bot/jobs/lease"
	"logbot/cache/state"
)

// Command is the kind of the intents that are acknowledged commands. The process
// that acknowledges a command holds its lease; if the process dies, the lease ends
// and another replica, or the next process, answers.
const Command = "command"

// Commands are the acknowledged commands of all replicas, by the ids that Slack gave
// them.
type Commands struct{ jobs *Jobs }

// Commands returns the commands whose leases j keeps.
func (j *Jobs) Commands() Commands { return Commands{j} }

// Begin stores a command that this process answers; see lease.Holder.
func (c Commands) Begin(ctx context.Context, id string, payload []byte) (l *lease.Lease, first bool, err error) {
	return c.jobs.leases.Begin(ctx, state.Intent{ID: commandID(id), Kind: Command, Payload: payload})
}

// Open returns the payload of a command that is not answered yet, in whichever
// process; nil if there is none.
func (c Commands) Open(ctx context.Context, id string) ([]byte, error) {
	i, err := c.jobs.Get(ctx, commandID(id))
	if errors.Is(err, state.ErrNotFound) || len(i.Progress) > 0 {
		return nil, nil
	}
	return i.Payload, err
}

// Cancel deletes a command in the store, so that no process takes it over. The
// process that works on it loses its lease.
func (c Commands) Cancel(ctx context.Context, id string) (found bool, err error) {
	return c.jobs.Cancel(ctx, commandID(id))
}

func commandID(id string) string { return Command + ":" + id }

// Answerer answers commands that another process acknowledged and did not answer; a
// *bot.Bot is one.
type Answerer interface {
	// Resume answers; payload is what Begin got. repeat says that the answer may be in
	// the channel already. It leaves the end of the lease to its caller.
	Resume(ctx context.Context, l *lease.Lease, payload []byte, repeat bool) error
	// Settle runs a command again that was answered, without an answer: what it had to
	// count may not be stored.
	Settle(ctx context.Context, payload []byte) error
	// Apologise tells the caller that the command cannot be answered.
	Apologise(ctx context.Context, payload []byte) error
}

// Answers is the handler of commands.
func Answers(a Answerer) Handler { return answers{a} }

type answers struct{ Answerer }

// Run implements Handler.
func (a answers) Run(ctx context.Context, w *Work) (Next, error) {
	switch {
	case lease.IsUnsettled(w.Progress): // its process died before it was stored
		if err := a.Settle(ctx, w.Payload); err != nil {
			return Next{}, fmt.Errorf("store what a command has counted that another process answered: %w", err)
		}
		return Done(), nil
	case len(w.Progress) > 0:
		return Done(), nil // its process died after the answer
	}
	if err := a.Resume(ctx, w.lease, w.Payload, w.Attempts > 1); err != nil {
		return Next{}, fmt.Errorf("answer a command that another process left: %w", err)
	}
	return Done(), nil
}

// GiveUp implements Handler.
func (a answers) GiveUp(ctx context.Context, w *Work) (Next, error) {
	if len(w.Progress) > 0 {
		return Done(), nil
	}
	return Done(), a.Apologise(ctx, w.Payload)
}
