package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"logbot/bot/jobs/lease"
	"logbot/cache/state"
)

// Command is the kind of the intents that are acknowledged commands. The process
// that acknowledges a command holds its lease; if the process dies, the lease ends
// and another replica, or the next process, answers.
const Command = "command"

// Begin stores a command under the id that Slack gave it; see lease.Holder.
func (j *Jobs) Begin(ctx context.Context, id string, payload []byte) (l *lease.Lease, first bool, err error) {
	return j.leases.Begin(ctx, state.Intent{ID: commandID(id), Kind: Command, Payload: payload})
}

// Open returns the payload of a command that is not answered yet, in whichever
// process; nil if there is none.
func (j *Jobs) Open(ctx context.Context, id string) ([]byte, error) {
	i, err := j.intents.Get(ctx, commandID(id))
	if errors.Is(err, state.ErrNotFound) || len(i.Progress) > 0 {
		return nil, nil
	}
	return i.Payload, err
}

// Cancel deletes a command in the store, so that no process takes it over. The
// process that works on it loses its lease.
func (j *Jobs) Cancel(ctx context.Context, id string) (found bool, err error) {
	return j.intents.Cancel(ctx, time.Now(), commandID(id))
}

func commandID(id string) string { return Command + ":" + id }

// Answerer answers commands that another process acknowledged and did not answer; a
// *bot.Bot is one.
type Answerer interface {
	// Resume answers; payload is what Begin got. repeat says that the answer may be in
	// the channel already. It leaves the end of the lease to its caller.
	Resume(ctx context.Context, l *lease.Lease, payload []byte, repeat bool) error
	// Apologise tells the caller that the command cannot be answered.
	Apologise(ctx context.Context, payload []byte) error
}

// Answers is the handler of commands.
func Answers(a Answerer) Handler { return answers{a} }

type answers struct{ Answerer }

// Run implements Handler.
func (a answers) Run(ctx context.Context, w *Work) (Next, error) {
	if len(w.Progress) > 0 {
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
