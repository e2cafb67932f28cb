package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"logbot/bot/delivery/send"
	"logbot/cache/patience"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// Intents keep what was asked beyond this process, so that another one answers
// it when this one dies: "the way of a command" in DESIGN.md. Methods may be
// called concurrently.
type Intents interface {
	// Begin records an intent before its envelope is acknowledged; first is false
	// where the id is known already, which is when Slack brings an event again.
	Begin(ctx context.Context, id string, payload []byte) (first bool, err error)
	// Guard has taken called, once, when it is known that another process has the
	// intent; its answer comes from there.
	Guard(id string, taken context.CancelCauseFunc)
	// Confirm is asked before an answer is posted; an error says that another process
	// has the intent. Where that cannot be known it is nil.
	Confirm(ctx context.Context, id string) error
	// Posted records that the answer stands in the channel; ts is empty where Slack
	// does not tell it.
	Posted(ctx context.Context, id, channel, ts string) error
	// End takes the intent away.
	End(ctx context.Context, id string) error
	// Open returns what Begin got of a command that waits for its answer; nil where
	// there is none of that id.
	Open(ctx context.Context, id string) (payload []byte, err error)
	// Cancel takes the intent away whoever has it, so that nobody answers it; found
	// is false where there is none.
	Cancel(ctx context.Context, id string) (found bool, err error)
	// Leave gives the intent up without an answer, for another try by whoever takes
	// it next.
	Leave(ctx context.Context, id string) error
}

const (
	// beginWithin bounds the wait for Begin and Confirm: Slack waits 3 s for the
	// acknowledgement (DESIGN.md, "The way of a command").
	beginWithin = 250 * time.Millisecond
	// noteWithin bounds Posted and End, and the leaving of a press.
	noteWithin = 2 * time.Second
)

// begun begins the intent of a job. Where the store is away the command is
// answered without it. again reports that the job is known already.
func (b *Bot) begun(ctx context.Context, j job) (again bool) {
	payload, err := json.Marshal(j)
	if err == nil {
		ctx, cancel := context.WithTimeout(patience.In(ctx, j.patience), beginWithin)
		defer cancel()
		var first bool
		if first, err = b.intents.Begin(ctx, j.ID, payload); err == nil {
			return !first
		}
	}
	b.log.WithField("id", j.ID).Warnf("a command is answered without a durable intent: %v", err)
	return false
}

// errTaken ends work that another process has taken over, because this one could
// not keep its lease.
var errTaken = errors.New("another process answers")

// guard ends the work on j when another process takes it over.
func (b *Bot) guard(j job, end context.CancelCauseFunc) {
	if b.intents == nil || j.resumed { // what was resumed ends with the context of its caller
		return
	}
	b.intents.Guard(j.ID, func(why error) { end(fmt.Errorf("%w: %w", errTaken, why)) })
}

// confirm asks whether j is this process's to answer still.
func (b *Bot) confirm(ctx context.Context, j job) error {
	if b.intents == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, beginWithin)
	defer cancel()
	if err := b.intents.Confirm(ctx, j.ID); err != nil {
		return fmt.Errorf("%w: %w", errTaken, err)
	}
	return nil
}

// noting is the context of what is noted after an answer: nobody waits for it.
func noting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(patience.Without(context.WithoutCancel(ctx)), noteWithin)
}

// posted notes that the answer to j is out.
func (b *Bot) posted(ctx context.Context, j job, ts string) {
	if b.intents == nil {
		return
	}
	ctx, cancel := noting(ctx)
	defer cancel()
	if err := b.intents.Posted(ctx, j.ID, j.To.Channel, ts); err != nil {
		b.log.WithField("id", j.ID).Warnf("note that an answer was posted: %v", err)
	}
}

// ended takes the intent of j away.
func (b *Bot) ended(ctx context.Context, j job) {
	if b.intents == nil || j.resumed {
		return
	}
	ctx, cancel := noting(ctx)
	defer cancel()
	if err := b.intents.End(ctx, j.ID); err != nil {
		b.log.WithField("id", j.ID).Warnf("end an intent: %v", err)
	}
}

// left gives the intent of j up after a failure, so that it is tried again, here
// or elsewhere. It is taken away where another try is in vain, or could only say
// again what may stand there several times already.
func (b *Bot) left(ctx context.Context, j job, why error) {
	if b.intents == nil || j.resumed || send.IsChannelClosed(why) || send.IsUneditable(why) || errors.Is(why, send.ErrOutcomeUnknown) {
		b.ended(ctx, j)
		return
	}
	b.leave(ctx, j)
}

// leave gives the intent of j up without an answer. The next answer to it is marked
// as maybe a repeat.
func (b *Bot) leave(ctx context.Context, j job) {
	if b.intents == nil || j.resumed {
		return
	}
	ctx, cancel := noting(ctx)
	defer cancel()
	if err := b.intents.Leave(ctx, j.ID); err != nil {
		b.log.WithField("id", j.ID).Warnf("leave an intent: %v", err)
	}
}

// Resume answers what another process had begun when it died; payload is what
// Begin got, and repeat says that its answer may stand there already. The intent
// is its caller's to end. It waits until the bot, which must be running, knows its
// name.
func (b *Bot) Resume(ctx context.Context, payload []byte, repeat bool) error {
	j, err := readJob(payload)
	if err != nil {
		return err
	}
	j.Repeat, j.resumed = repeat, true
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
