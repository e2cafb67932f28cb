package work

import (
	"context"
	"fmt"
	"strings"
	"time"

	"logbot/bot/delivery"
	"logbot/bot/render"
	"logbot/commands/read"
	"logbot/commands/texts"
	"logbot/logsapi/pace"
)

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

func (t *Task) message() delivery.Message {
	return render.ProgressNote(t.command.ID, t.says(), t.line(), t.command.Lang)
}

func (t *Task) says() string { return progressText(t.progress.Load(), t.command.Lang) }

// progressText says how much of a log was read; p is nil before anything is known.
func progressText(p *read.Progress, l texts.Lang) string {
	switch {
	case p == nil || p.Bytes == 0:
		return texts.Bot.Working.In(l)
	case p.About > p.Bytes:
		unit, name := unitOf(p.About)
		return texts.Bot.ReadOf.With(amount(p.Bytes, unit), amount(p.About, unit)+" "+name).In(l)
	case p.Pages > 0:
		unit, name := unitOf(p.Bytes)
		return texts.Bot.ReadPages.With(p.Pages, amount(p.Bytes, unit)+" "+name).In(l)
	default:
		unit, name := unitOf(p.Bytes)
		return texts.Bot.ReadBytes.With(amount(p.Bytes, unit) + " " + name).In(l)
	}
}

func unitOf(n int64) (unit int64, name string) {
	switch {
	case n >= 1e9:
		return 1e9, "GB"
	case n >= 1e6:
		return 1e6, "MB"
	case n >= 1e3:
		return 1e3, "KB"
	}
	return 1, "B"
}

// amount is n in a unit: a whole number, or one decimal below ten.
func amount(n, unit int64) string {
	if unit > 1 && n < 10*unit {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/float64(unit)), ".0")
	}
	return fmt.Sprint(n / unit)
}
