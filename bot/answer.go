package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/cache/patience"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// answer runs one command and posts the reply. A panic costs this one answer:
// the caller gets an apology with the id that stands in our log. ctx ends when
// the process gives up. The error is logged already.
func (b *Bot) answer(ctx context.Context, j job) (err error) {
	if j.envelope != "" {
		defer b.answered(j.envelope)
	}
	defer b.finishPress(j)
	ctx = patience.In(ctx, cmp.Or(j.patience, patience.New()))
	lang := b.people.Language(j.To.User)
	log := b.log.WithFields(logrus.Fields{"channel": j.To.Channel, "user": j.To.User})
	if !j.Find { // what people write to each other is not for our log
		log = log.WithField("text", j.Text)
	}
	stoppable, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	b.guard(j, cancel)
	w := b.tasks.Begin(stoppable, work.Command{ID: j.ID, To: j.To, Again: j.Again, Lang: lang, Resumed: j.resumed}, cancel)
	defer w.Close()
	defer func() {
		if p := recover(); p != nil {
			id := fmt.Sprintf("%08x", rand.Uint32())
			log.WithField("id", id).Errorf("panic: %v\n%s", p, debug.Stack())
			w.RemoveNote(ctx)
			b.tell(ctx, j.To, lang, reply.Reply{Private: true, Body: texts.Bot.Broken.With(id).In(lang)})
			b.ended(ctx, j)
			err = nil // said, if not as it was meant
		}
	}()
	if b.leaving.Load() {
		cancel(errRestarting)
	}
	err = b.respond(stoppable, j, w)
	switch cause := context.Cause(stoppable); {
	case errors.Is(cause, work.ErrStopped):
		err = w.ShowStopped(ctx)
	case errors.Is(cause, errRestarting):
		w.RemoveNote(ctx)
		log.Warn("gave a command up: logbot is stopping")
		switch {
		case j.lease == nil: // else another process answers
			b.tell(ctx, j.To, lang, reply.Reply{Private: true, Body: texts.Bot.Restarting.In(lang), Try: w.Retry()})
		case errors.Is(err, send.ErrOutcomeUnknown):
			b.leave(j)
		}
		return errRestarting
	case errors.Is(cause, errTaken), errors.Is(err, errTaken):
		w.RemoveNote(ctx)
		b.leave(j)
		log.Warn("gave a command up: another process answers it")
		return errTaken
	default:
		w.RemoveNote(ctx)
	}
	log = log.WithField("took", time.Since(j.Received).Round(time.Millisecond))
	if waited := patience.Of(ctx).Spent(); waited >= time.Millisecond {
		log = log.WithField("waited_for_stores", waited.Round(time.Millisecond))
	}
	if err != nil {
		b.left(ctx, j, err)
		log.Errorf("answer: %v", err)
	} else {
		b.ended(ctx, j)
		log.Info("answered")
	}
	if b.people.NeedsLanguage(j.To.User) { // never before the first answer
		b.urgent.Submit(func(ctx context.Context) { b.people.LearnLanguage(ctx, j.To.User) })
	}
	return err
}

// respond makes the reply and delivers it. Nothing is said any more once ctx has
// ended; then the error is why it did.
func (b *Bot) respond(ctx context.Context, j job, w *work.Task) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	who, err := b.self.wait(ctx)
	if err != nil {
		return err
	}
	running, done := context.WithTimeout(ctx, answerWithin)
	defer done()
	if j.Find {
		var why reply.Reply
		var ok bool
		if j, why, ok = b.found(running, j, w.Lang(), who); !ok {
			return b.whisper(ctx, j.To, w.Lang(), why)
		}
		w.SetAgain(j.Again)
	}
	answer, ok := b.run(running, commands.Request{Text: j.Text, Channel: j.To.Channel, User: j.To.User, Lang: w.Lang(), Progress: w.Progress})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !ok {
		return running.Err()
	}
	if err := b.confirm(ctx, j); err != nil {
		return err
	}
	if j.Repeat && !answer.Refused {
		answer.Source = strings.TrimSuffix(texts.Bot.Repeat.In(w.Lang())+" · "+answer.Source, " · ")
	}
	return b.deliver(ctx, j, answer, w)
}

// run runs a command once there is a slot for it; false where ctx ends before.
// What waits for Slack's pace afterwards holds none, so that a busy channel does
// not keep the others waiting.
func (b *Bot) run(ctx context.Context, r commands.Request) (reply.Reply, bool) {
	select {
	case b.slots <- struct{}{}:
	case <-ctx.Done():
		return reply.Reply{}, false
	}
	defer func() { <-b.slots }()
	return b.commands.Run(ctx, r), true
}

// deliver brings a reply where it belongs.
func (b *Bot) deliver(ctx context.Context, j job, answer reply.Reply, w *work.Task) error {
	answer, grows := b.grow(ctx, j, answer)
	if grows {
		return nil
	}
	pressed, place := j.Press, reply.InThread
	if pressed != nil {
		place = pressed.Place
	}
	switch {
	case answer.File != nil:
		return b.sendFile(ctx, j, answer, w)
	case place == reply.InPlace && !answer.Refused && (!answer.Private || pressed.Alone):
		return b.renew(ctx, j, answer, w.Lang())
	case answer.Private, place != reply.InChannel && (j.Alone || (pressed != nil && pressed.Alone)):
		return b.whisper(ctx, j.To, w.Lang(), answer)
	}
	o := render.Options{Lang: w.Lang(), Origin: render.Origin{Asker: j.To.User}}
	if place == reply.InChannel { // the others did not see who asked
		o.Records = []slack.Block{pressed.record(j.To.User)}
	}
	ts, err := b.courier.Say(ctx, j.To, render.Message(b.typeable(j.To, answer), o))
	if err != nil {
		return err
	}
	if pressed != nil || w.HasNote() { // else the end of the intent follows at once
		b.posted(ctx, j, ts)
	}
	if place == reply.InChannel && pressed.Alone {
		return b.replace(ctx, j.To, w.Lang(), reply.Reply{Private: true, Body: texts.Bot.Shared.In(w.Lang())})
	}
	edit := render.Edit{}
	if ts != "" {
		edit.Posts = []string{ts}
	}
	b.markUsed(ctx, j, edit)
	return nil
}

// renew puts a reply in the place of the message whose button was pressed. What
// the message knows of itself stays.
func (b *Bot) renew(ctx context.Context, j job, answer reply.Reply, lang texts.Lang) error {
	o := render.Options{Lang: lang, Open: true}
	if !j.Press.Alone {
		old := b.edits.forget(j.To.Channel, j.Press.TS, j.Press.Blocks.BlockSet)
		o.Origin, o.Records = render.OriginOf(old), append(render.KeptRecords(old), j.Press.record(j.To.User))
		if o.Origin.Asker == "" {
			o.Origin.Asker = j.To.User
		}
	}
	if err := b.courier.Replace(ctx, j.To, render.Message(answer, o)); err != nil {
		return err
	}
	b.finishPress(j) // the message has a button anew
	b.posted(ctx, j, j.Press.TS)
	return nil
}

// markUsed replaces the button that was used with a line that says who pressed it,
// so that nobody asks for a file twice. The response_url of the press may change the
// message even if the bot is not a member. A message that one person alone sees stays
// as it is, because Slack does not return its blocks.
func (b *Bot) markUsed(ctx context.Context, j job, edit render.Edit) {
	p := j.Press
	if p == nil || p.Alone || len(p.Blocks.BlockSet) == 0 {
		return
	}
	edit.Action, edit.Record = p.Action, p.record(j.To.User)
	blocks := b.edits.add(j.To.Channel, p.TS, edit, p.Blocks.BlockSet)
	if err := b.courier.Replace(ctx, j.To, render.Edited(p.Text, blocks, b.people.Language(j.To.User))); err != nil {
		b.log.Warnf("replace a pressed button: %v", err)
	}
}

// typeable is a reply whose lines can be typed where it stands: Slack refuses
// commands in threads, where a mention does the same. A bot that does not know its
// name yet leaves the lines as they are.
func (b *Bot) typeable(to delivery.Address, r reply.Reply) reply.Reply {
	who, known := b.self.now()
	if to.Thread == "" || !known {
		return r
	}
	r.Try = slices.Clone(r.Try)
	for i, e := range r.Try {
		if e.Button == "" && strings.HasPrefix(e.Line, "/") && !strings.HasPrefix(e.Line, inviteCommand) {
			r.Try[i].Line = who.mention(withoutSlash(e.Line))
		}
	}
	return r
}

// maxLogged bounds text in a log line, in characters.
const maxLogged = 150

// inviteCommand is Slack's own.
const inviteCommand = "/invite "

// whisper shows a reply to one person alone.
func (b *Bot) whisper(ctx context.Context, to delivery.Address, lang texts.Lang, r reply.Reply) error {
	if to.ResponseURL == "" { // else it shows in the channel
		r = b.typeable(to, r)
	}
	return b.courier.Whisper(ctx, to, render.Message(r, render.Options{Lang: lang}))
}

// tell is whisper where nothing can be done about a failure.
func (b *Bot) tell(ctx context.Context, to delivery.Address, lang texts.Lang, r reply.Reply) {
	if err := b.whisper(ctx, to, lang, r); err != nil {
		b.log.WithField("user", to.User).Errorf("tell the caller %q: %v", lines.Shorten(r.Body, maxLogged), err)
	}
}

// replace puts a reply in the place of the message whose button was pressed.
func (b *Bot) replace(ctx context.Context, to delivery.Address, lang texts.Lang, r reply.Reply) error {
	return b.courier.Replace(ctx, to, render.Message(r, render.Options{Lang: lang}))
}
