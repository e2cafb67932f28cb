package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"logbot/cache/state"
)

// Command is the kind of the intents that are acknowledged commands: the dead
// man's switch. Whoever acknowledges one holds its intent; when the process dies,
// the lease ends and another replica answers, or the process that comes after.
const Command = "command"

// Held is an acknowledged command that this process answers.
type Held struct {
	jobs *Jobs
	held *held // nil where the store did not take it
}

// Begin writes the intent of a command, held by this process; it is the write
// before the acknowledgement. first is false where the id is known: then somebody
// answers it, or has. held is good also with an error: the command is answered,
// only without a second man behind it.
func (j *Jobs) Begin(ctx context.Context, id string, payload []byte) (h *Held, first bool, err error) {
	i := state.Intent{ID: commandID(id), Kind: Command, Payload: payload}
	claim, added, err := j.intents.PutClaimed(ctx, time.Now(), i, lease)
	switch {
	case err == nil && !added:
		return &Held{jobs: j}, false, nil
	case err == nil, unheard(err) && claim.Token != "": // it may have been written
		h := j.held.holdCommand(claim)
		if err != nil {
			j.held.missed(h)
		}
		return &Held{jobs: j, held: h}, true, err
	}
	return &Held{jobs: j}, true, err
}

// unheard reports whether it is not known what the store has made of a call: it is
// away, or was slower than its caller could wait.
func unheard(err error) bool {
	return errors.Is(err, state.ErrAway) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func commandID(id string) string { return Command + ":" + id }

// posted is what is noted of an answer that was posted.
type posted struct {
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`
}

// Posted notes that the answer stands in the channel, under that ts where it is
// known: whoever takes over then does not post it again.
func (h *Held) Posted(ctx context.Context, channel, ts string) error {
	if h.held == nil {
		return nil
	}
	claim := h.jobs.held.claimOf(h.held)
	note, err := json.Marshal(posted{channel, ts})
	if err != nil {
		return fmt.Errorf("note that %s was posted: %w", claim.ID, err)
	}
	h.jobs.held.answered(h.held)
	return h.jobs.intents.Note(ctx, time.Now(), claim, note)
}

// Done ends the intent: the command has its answer. Where the store is away it is
// told again, as long as this process lives; after another error the lease ends and
// the command may be answered again.
func (h *Held) Done(ctx context.Context) error {
	if h.held == nil {
		return nil
	}
	return h.jobs.held.end(ctx, h.held)
}

// Guard has taken called, once, when another replica has the command: its lease
// had ended, and nothing more may be posted for it here.
func (h *Held) Guard(taken context.CancelCauseFunc) {
	if h.held != nil {
		h.jobs.held.guard(h.held, taken)
	}
}

// Confirm returns state.ErrLeaseLost where another replica has the command. It is
// called right before the answer is posted, and asks the store only where the lease
// may have ended. Where the store is away it is no error: somebody has to answer.
func (h *Held) Confirm(ctx context.Context) error {
	if h.held == nil {
		return nil
	}
	return h.jobs.held.confirm(ctx, h.held)
}

// Leave gives the command up without an answer: its lease ends, and whoever claims
// it then tries again.
func (h *Held) Leave() {
	if h.held != nil {
		h.jobs.held.release(h.held)
	}
}

// held is the command of an id that this process answers, be it that it
// acknowledged it or that it took it over.
func (j *Jobs) heldCommand(id string) *Held {
	h, _ := j.held.find(commandID(id))
	return &Held{jobs: j, held: h}
}

// Switch is the dead man's switch by the ids of the commands.
type Switch struct{ Jobs *Jobs }

// Begin is Jobs.Begin.
func (s Switch) Begin(ctx context.Context, id string, payload []byte) (first bool, err error) {
	_, first, err = s.Jobs.Begin(ctx, id, payload)
	return first, err
}

// Posted is Held.Posted of the command with that id.
func (s Switch) Posted(ctx context.Context, id, channel, ts string) error {
	return s.Jobs.heldCommand(id).Posted(ctx, channel, ts)
}

// End is Held.Done of the command with that id.
func (s Switch) End(ctx context.Context, id string) error {
	return s.Jobs.heldCommand(id).Done(ctx)
}

// Guard is Held.Guard of the command with that id.
func (s Switch) Guard(id string, taken context.CancelCauseFunc) {
	s.Jobs.heldCommand(id).Guard(taken)
}

// Confirm is Held.Confirm of the command with that id.
func (s Switch) Confirm(ctx context.Context, id string) error {
	return s.Jobs.heldCommand(id).Confirm(ctx)
}

// Open is what Begin got of a command that waits for its answer, whoever has it;
// nil where there is none.
func (s Switch) Open(ctx context.Context, id string) ([]byte, error) {
	i, err := s.Jobs.intents.Get(ctx, commandID(id))
	if errors.Is(err, state.ErrNotFound) || len(i.Progress) > 0 {
		return nil, nil // answered, or never begun
	}
	return i.Payload, err
}

// Cancel takes a command out whoever has it, so that nobody takes it over.
func (s Switch) Cancel(ctx context.Context, id string) (found bool, err error) {
	return s.Jobs.intents.Cancel(ctx, time.Now(), commandID(id))
}

// Leave is Held.Leave of the command with that id.
func (s Switch) Leave(_ context.Context, id string) error {
	s.Jobs.heldCommand(id).Leave()
	return nil
}

// Answer answers a command that another process acknowledged and did not answer;
// payload is what Begin got. repeat says that its answer may stand there already.
type Answer func(ctx context.Context, payload []byte, repeat bool) error

// Answers is the handler of commands: it answers those whose process died.
func Answers(answer Answer, apologise func(ctx context.Context, payload []byte) error) Handler {
	return answers{answer, apologise}
}

type answers struct {
	answer    Answer
	apologise func(ctx context.Context, payload []byte) error
}

// Run implements Handler.
func (a answers) Run(ctx context.Context, w *Work) (Next, error) {
	if len(w.Progress) > 0 {
		return Done(), nil // it died after its answer
	}
	if err := a.answer(ctx, w.Payload, w.Attempts > 1); err != nil {
		return Next{}, fmt.Errorf("answer a command that was left: %w", err)
	}
	return Done(), nil
}

// GiveUp implements Handler.
func (a answers) GiveUp(ctx context.Context, w *Work) (Next, error) {
	if len(w.Progress) > 0 || a.apologise == nil {
		return Done(), nil
	}
	return Done(), a.apologise(ctx, w.Payload)
}
