package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"logbot/bot/delivery/send"
	"logbot/bot/jobs/lease"
	"logbot/cache/patience"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// Intents stores commands outside this process, so that another process answers them
// if this one dies; a jobs.Commands is one. Methods may be called concurrently.
type Intents interface {
	// Begin stores a command before its envelope is acknowledged. first is false if
	// the id is known: Slack has delivered an event again. With an error, too, the
	// command is to be answered under the lease, which may be nil.
	Begin(ctx context.Context, id string, payload []byte) (l *lease.Lease, first bool, err error)
	// Open returns the payload of a command that is not answered yet, in whichever
	// process; nil if there is none.
	Open(ctx context.Context, id string) (payload []byte, err error)
	// Cancel deletes a command, so that no process answers it; found is false if there
	// is none.
	Cancel(ctx context.Context, id string) (found bool, err error)
}

// noIntents are the Intents if no store is configured.
type noIntents struct{}

func (noIntents) Begin(context.Context, string, []byte) (*lease.Lease, bool, error) {
	return nil, true, nil
}
func (noIntents) Open(context.Context, string) ([]byte, error) { return nil, nil }
func (noIntents) Cancel(context.Context, string) (bool, error) { return false, nil }

const (
	// beginWithin bounds the wait for Begin and Confirm: Slack waits 3 s for the
	// acknowledgement (DESIGN.md, "The way of a command").
	beginWithin = 250 * time.Millisecond
	// noteWithin bounds the calls that record an answer.
	noteWithin = 2 * time.Second
)

// begun takes the lease of a job. If the store does not answer, the command is
// answered without. first is false if the job is known already.
func (b *Bot) begun(ctx context.Context, j job) (l *lease.Lease, first bool) {
	payload, err := json.Marshal(j)
	if err != nil {
		b.log.WithField("id", j.ID).Warnf("a command is answered without a durable intent: %v", err)
		return nil, true
	}
	ctx, cancel := context.WithTimeout(patience.In(ctx, j.patience), beginWithin)
	defer cancel()
	l, first, err = b.intents.Begin(ctx, j.ID, payload)
	if err != nil {
		b.log.WithField("id", j.ID).Warnf("a command is answered without a durable intent: %v", err)
	}
	return l, first || err != nil
}

// errTaken ends work whose lease another process has taken over.
var errTaken = errors.New("another process answers")

// guard ends the work on j if its lease is lost.
func (b *Bot) guard(j job, end context.CancelCauseFunc) {
	if !j.resumed { // else it ends with the context of the caller of Resume
		j.lease.OnLost(func(why error) { end(fmt.Errorf("%w: %w", errTaken, why)) })
	}
}

// confirm checks that this process still holds the lease of j.
func (b *Bot) confirm(ctx context.Context, j job) error {
	ctx, cancel := context.WithTimeout(ctx, beginWithin)
	defer cancel()
	if err := j.lease.Confirm(ctx); err != nil {
		return fmt.Errorf("%w: %w", errTaken, err)
	}
	return nil
}

// noting is the context of calls after an answer, for which nobody waits.
func noting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(patience.Without(context.WithoutCancel(ctx)), noteWithin)
}

// posted records that the answer to j is in the channel.
func (b *Bot) posted(ctx context.Context, j job, ts string) {
	ctx, cancel := noting(ctx)
	defer cancel()
	if err := j.lease.Posted(ctx, j.To.Channel, ts); err != nil {
		b.log.WithField("id", j.ID).Warnf("note that an answer was posted: %v", err)
	}
}

// ended finishes the lease of j.
func (b *Bot) ended(ctx context.Context, j job) {
	if j.resumed {
		return // its lease is its caller's to finish
	}
	ctx, cancel := noting(ctx)
	defer cancel()
	if err := j.lease.Finish(ctx); err != nil {
		b.log.WithField("id", j.ID).Warnf("end an intent: %v", err)
	}
}

// left gives j up after a failure, so that it is tried again, here or in another
// process. It is ended if another try cannot succeed, or could only duplicate an
// answer.
func (b *Bot) left(ctx context.Context, j job, why error) {
	if send.IsChannelClosed(why) || send.IsUneditable(why) || errors.Is(why, send.ErrOutcomeUnknown) {
		b.ended(ctx, j)
		return
	}
	b.leave(j)
}

// leave gives j up without an answer. The next answer to it is marked as a possible
// repeat.
func (b *Bot) leave(j job) {
	if !j.resumed {
		j.lease.Abandon()
	}
}

// Resume answers what another process had begun when it died; payload is what Begin
// got, and repeat says that the answer may be in the channel already. The lease is
// its caller's to finish. It waits until the bot, which must be running, knows its
// name.
func (b *Bot) Resume(ctx context.Context, l *lease.Lease, payload []byte, repeat bool) error {
	j, err := readJob(payload)
	if err != nil {
		return err
	}
	j.lease, j.Repeat, j.resumed = l, repeat, true
	return b.answer(ctx, j)
}

// Apologise tells the caller of a command that nobody could answer it.
func (b *Bot) Apologise(ctx context.Context, payload []byte) error {
	j, err := readJob(payload)
	if err != nil {
		return err
	}
	if _, err := b.self.wait(ctx); err != nil {
		return err
	}
	lang := b.people.Language(j.To.User)
	says := reply.Reply{Private: true, Refused: true, Body: texts.Bot.NotAnswered.In(lang), Try: j.again()}
	return b.whisper(ctx, j.To, lang, says)
}

// errRestarting ends work that cannot be finished before this process ends.
var errRestarting = errors.New("logbot is stopping")

// storedCommands are the intents as the buttons of progress notes see them.
type storedCommands struct{ intents Intents }

// Again implements work.StoredCommands.
func (s storedCommands) Again(ctx context.Context, id string) (line string, found bool, err error) {
	payload, err := s.intents.Open(ctx, id)
	if err != nil || payload == nil {
		return "", false, err
	}
	j, err := readJob(payload)
	return j.Again, err == nil, err
}

// Cancel implements work.StoredCommands.
func (s storedCommands) Cancel(ctx context.Context, id string) (bool, error) {
	return s.intents.Cancel(ctx, id)
}

func readJob(payload []byte) (job, error) {
	var j job
	if err := json.Unmarshal(payload, &j); err != nil {
		return job{}, fmt.Errorf("read the intent of a command: %w", err)
	}
	return j, nil
}
