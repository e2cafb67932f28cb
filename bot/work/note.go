package work

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"logbot/bot/delivery"
	"logbot/bot/render"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/pace"
)

// NoteTiming is when a caller is told about the progress of a command.
type NoteTiming struct {
	First time.Duration   // before the first attempt to post a note
	Every time.Duration   // between updates of a note
	Later []time.Duration // before each further attempt, if there is no note yet
}

// SlowNotes is the timing of a real Slack: chat.update takes 50 calls a minute for all
// notes together, and a response_url takes five messages.
func SlowNotes() NoteTiming {
	return NoteTiming{First: 2 * time.Second, Every: 3 * time.Second, Later: []time.Duration{20 * time.Second, 2 * time.Minute}}
}

// RemoveNote closes the task and deletes its note, as far as Slack allows.
func (t *Task) RemoveNote(ctx context.Context) {
	t.Close()
	posted, via, left := t.note()
	if left {
		if err := t.tasks.slack.Remove(ctx, via); err != nil {
			t.tasks.log.WithFields(nil).WithContext(ctx).Warnf("delete the note that another process left: %v", err)
		}
	}
	t.retract(ctx, posted)
}

// ShowStopped closes the task and says in place of its note that it was stopped.
func (t *Task) ShowStopped(ctx context.Context) error {
	t.Close()
	posted, via, left := t.note()
	says := stopped(t.line(), t.command.Lang)
	err := t.tasks.slack.Replace(ctx, via, render.Message(says, render.Options{Lang: t.command.Lang}))
	if left || err != nil {
		t.retract(ctx, posted)
	}
	return err
}

// retract deletes the note that this process posted, if it did.
func (t *Task) retract(ctx context.Context, posted post) {
	if (posted == post{}) {
		return
	}
	if err := t.tasks.slack.Retract(ctx, posted.channel, posted.ts); err != nil {
		t.tasks.log.WithFields(nil).WithContext(ctx).Warnf("delete the note about progress: %v", err)
	}
}

// HasNote reports whether a note may have to be deleted.
func (t *Task) HasNote() bool { return t.noted.Load() }

// note returns the note of this process, and how the one that was pressed can be
// changed; left says that another process left that one. All are zero at first.
func (t *Task) note() (posted post, via delivery.Address, left bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	left = t.via.ResponseURL != "" && (t.posted == post{} || t.pressed != "" && t.pressed != t.posted.ts)
	return t.posted, t.via, left
}

// notes shows the first note and what follows, until ctx ends.
func (t *Task) notes(ctx context.Context) {
	timing := t.tasks.timing
	if pace.Sleep(ctx, timing.First) != nil {
		return
	}
	t.noted.Store(true)
	shown := t.says()
	for tried := 0; !t.postNote(ctx); tried++ {
		t.whisper(ctx, t.says())
		if tried == len(timing.Later) || pace.Sleep(ctx, timing.Later[tried]) != nil {
			return
		}
	}
	for pace.Sleep(ctx, timing.Every) == nil {
		if now := t.says(); now != shown {
			shown = now
			t.updateNote(ctx)
		}
	}
}

// postNote posts the note in the conversation with the bot, which the caller alone
// reads, as a message, because a message can be deleted. Slack lets an app delete an
// ephemeral message only after somebody pressed a button of it, so one with a Stop
// button would outlive the work. In the channel of the command, the caller is told
// where the note is.
func (t *Task) postNote(ctx context.Context) bool {
	to := t.command.To
	places := []delivery.Address{{Channel: to.User}}
	if to.IsDirect() { // the conversation with the bot, or of two people
		places = slices.Insert(places, 0, delivery.Address{Channel: to.Channel, Thread: to.Thread})
	}
	for _, at := range places {
		if at.Channel == "" || ctx.Err() != nil {
			return false
		}
		channel, ts, err := t.tasks.slack.PostNote(ctx, at, t.message())
		if err != nil {
			continue
		}
		t.mu.Lock()
		t.posted = post{channel, ts}
		t.mu.Unlock()
		t.command.shown()
		if channel != to.Channel {
			t.whisper(ctx, texts.Bot.ProgressThere.In(t.command.Lang))
		}
		return true
	}
	return false
}

func (t *Task) updateNote(ctx context.Context) {
	posted, _, _ := t.note()
	if err := t.tasks.slack.Update(ctx, posted.channel, posted.ts, t.message()); err != nil && ctx.Err() == nil {
		t.tasks.log.WithFields(nil).WithContext(ctx).Warnf("update the note about progress: %v", err)
	}
}

// whisper tells the caller something where the command was typed, if nothing has to
// wait for that. It has no buttons, because it cannot be deleted.
func (t *Task) whisper(ctx context.Context, says string) {
	if ctx.Err() != nil || t.command.To.ResponseURL == "" && t.command.To.IsDirect() { // a message that stays
		return
	}
	m := render.Message(reply.Reply{Private: true, Body: says}, render.Options{Lang: t.command.Lang})
	err := t.tasks.slack.Note(ctx, t.command.To, m)
	switch {
	case err == nil:
		t.command.shown()
	case ctx.Err() == nil:
		t.tasks.log.WithFields(nil).WithContext(ctx).Warnf("show progress: %v", err)
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
