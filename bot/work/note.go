package work

import (
	"context"
	"strings"
	"time"

	"logbot/bot/delivery"
	"logbot/bot/render"
	"logbot/logsapi/pace"
)

// Messages sends, changes and deletes the notes about progress; a *delivery.Courier
// is one.
type Messages interface {
	Say(ctx context.Context, to delivery.Address, m delivery.Message) (ts string, err error)
	Note(ctx context.Context, to delivery.Address, m delivery.Message) error
	Update(ctx context.Context, channel, ts string, m delivery.Message) error
	Replace(ctx context.Context, to delivery.Address, m delivery.Message) error
	Retract(ctx context.Context, channel, ts string) error
	Remove(ctx context.Context, to delivery.Address) error
}

// NoteTiming is when a caller is told about the progress of a command.
type NoteTiming struct {
	First time.Duration   // before the first note
	Every time.Duration   // between updates of a note that can be updated
	Later []time.Duration // before each further note, if the first cannot be updated
}

// SlowNotes is the timing of a real Slack: chat.update takes 50 calls a minute for all
// notes together. A note that one person alone sees cannot be updated until they press
// a button of it, and a response_url takes five messages.
func SlowNotes() NoteTiming {
	return NoteTiming{First: 2 * time.Second, Every: 3 * time.Second, Later: []time.Duration{20 * time.Second, 2 * time.Minute}}
}

// RemoveNote closes the task and deletes its note, as far as Slack allows.
func (t *Task) RemoveNote(ctx context.Context) {
	t.Close()
	via, ts := t.note()
	var err error
	switch {
	case via.ResponseURL != "":
		err = t.tasks.slack.Remove(ctx, via)
	case ts != "":
		err = t.tasks.slack.Retract(ctx, t.command.To.Channel, ts)
	}
	if err != nil {
		t.tasks.log.Warnf("delete the note about progress: %v", err)
	}
}

// ShowStopped closes the task and says in place of its note that it was stopped.
func (t *Task) ShowStopped(ctx context.Context) error {
	t.Close()
	via, _ := t.note()
	t.mu.Lock()
	says := stopped(t.again, t.command.Lang)
	t.mu.Unlock()
	return t.tasks.slack.Replace(ctx, via, render.Message(says, render.Options{Lang: t.command.Lang}))
}

// HasNote reports whether a note has to be deleted.
func (t *Task) HasNote() bool {
	via, ts := t.note()
	return via.ResponseURL != "" || ts != ""
}

// note returns how the note can be changed; both are zero if it cannot.
func (t *Task) note() (via delivery.Address, ts string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.via, t.ts
}

// notes shows the first note and what follows, until ctx ends.
func (t *Task) notes(ctx context.Context) {
	timing := t.tasks.timing
	if pace.Sleep(ctx, timing.First) != nil {
		return
	}
	t.noted.Store(true)
	shown := t.says()
	if t.postNote(ctx) {
		for pace.Sleep(ctx, timing.Every) == nil {
			if now := t.says(); now != shown {
				shown = now
				t.updateNote(ctx)
			}
		}
		return
	}
	t.whisperNote(ctx)
	for _, wait := range timing.Later {
		if pace.Sleep(ctx, wait) != nil {
			return
		}
		// Without progress, too: delivery may have left out the note before.
		if via, _ := t.note(); via.ResponseURL == "" {
			t.whisperNote(ctx)
		}
	}
}

// postNote posts the note as a message that can be updated, if nobody but the caller
// reads it: in the conversation with the bot.
func (t *Task) postNote(ctx context.Context) bool {
	if !strings.HasPrefix(t.command.To.Channel, "D") {
		return false
	}
	to := t.command.To
	to.ResponseURL = ""
	ts, err := t.tasks.slack.Say(ctx, to, t.message())
	if err != nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ts = ts
	return true
}

func (t *Task) updateNote(ctx context.Context) {
	_, ts := t.note()
	if err := t.tasks.slack.Update(ctx, t.command.To.Channel, ts, t.message()); err != nil && ctx.Err() == nil {
		t.tasks.log.Warnf("update the note about progress: %v", err)
	}
}

func (t *Task) whisperNote(ctx context.Context) {
	if err := t.tasks.slack.Note(ctx, t.command.To, t.message()); err != nil && ctx.Err() == nil {
		t.tasks.log.Warnf("show progress: %v", err)
	}
}

// message is the note with its buttons.
func (t *Task) message() delivery.Message {
	return render.ProgressNote(t.command.ID, t.says(), t.command.Lang)
}

// says is the progress in words.
func (t *Task) says() string { return progressText(t.progress.Load(), t.command.Lang) }
