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
	defer b.once.free(j.To.Channel, j.Press)
	ctx = patience.In(ctx, cmp.Or(j.patience, patience.New()))
	lang := b.people.language(j.To.User)
	log := b.log.WithFields(logrus.Fields{"channel": j.To.Channel, "user": j.To.User})
	if !j.Find { // what people write to each other is not for our log
		log = log.WithField("text", j.Text)
	}
	stoppable, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	b.guard(j, cancel)
	w := b.begin(stoppable, j, lang, cancel)
	defer w.close()
	defer func() {
		if p := recover(); p != nil {
			id := fmt.Sprintf("%08x", rand.Uint32())
			log.WithField("id", id).Errorf("panic: %v\n%s", p, debug.Stack())
			w.takeBack(ctx)
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
	case errors.Is(cause, errStopped):
		err = w.stopped(ctx)
	case errors.Is(cause, errRestarting):
		w.takeBack(ctx)
		log.Warn("gave a command up: logbot is stopping")
		switch {
		case b.intents == nil: // else another process answers
			b.tell(ctx, j.To, lang, reply.Reply{Private: true, Body: texts.Bot.Restarting.In(lang), Try: w.again()})
		case errors.Is(err, send.ErrOutcomeUnknown):
			b.leave(ctx, j)
		}
		return errRestarting
	case errors.Is(cause, errTaken), errors.Is(err, errTaken):
		w.takeBack(ctx)
		b.leave(ctx, j)
		log.Warn("gave a command up: another process answers it")
		return errTaken
	default:
		w.takeBack(ctx)
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
	if b.people.unknown(j.To.User) { // never before the first answer
		b.quickly(func(ctx context.Context) { b.people.learn(ctx, j.To.User) })
	}
	return err
}

// respond makes the reply and delivers it. Nothing is said any more once ctx has
// ended; then the error is why it did.
func (b *Bot) respond(ctx context.Context, j job, w *labour) error {
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
		if j, why, ok = b.found(running, j, w.lang, who); !ok {
			return b.whisper(ctx, j.To, w.lang, why)
		}
		w.setAgain(j.Again)
	}
	answer, ok := b.run(running, commands.Request{Text: j.Text, Channel: j.To.Channel, User: j.To.User, Lang: w.lang, Progress: w.read})
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
		answer.Source = strings.TrimSuffix(texts.Bot.Repeat.In(w.lang)+" · "+answer.Source, " · ")
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
func (b *Bot) deliver(ctx context.Context, j job, answer reply.Reply, w *labour) error {
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
		return b.renew(ctx, j, answer, w.lang)
	case answer.Private, place != reply.InChannel && (j.Alone || (pressed != nil && pressed.Alone)):
		return b.whisper(ctx, j.To, w.lang, answer)
	}
	s := setting{lang: w.lang, origin: origin{Asker: j.To.User}}
	if place == reply.InChannel { // the others did not see who asked
		s.records = []slack.Block{pressed.record(j.To.User)}
	}
	ts, err := b.courier.Say(ctx, j.To, b.dress(b.typeable(j.To, answer), s))
	if err != nil {
		return err
	}
	if pressed != nil || w.leavesNote() { // else the end of the intent follows at once
		b.posted(ctx, j, ts)
	}
	if place == reply.InChannel && pressed.Alone {
		return b.replace(ctx, j.To, w.lang, reply.Reply{Private: true, Body: texts.Bot.Shared.In(w.lang)})
	}
	made := change{}
	if ts != "" {
		made.posts = []string{ts}
	}
	b.markUsed(ctx, j, made)
	return nil
}

// renew puts a reply in the place of the message whose button was pressed. What
// the message knows of itself stays.
func (b *Bot) renew(ctx context.Context, j job, answer reply.Reply, lang texts.Lang) error {
	s := setting{lang: lang, open: true}
	if !j.Press.Alone {
		old := b.changes.forget(j.To.Channel, j.Press.TS, j.Press.Blocks.BlockSet)
		s.origin, s.records = originOf(old), append(lasting(records(old)), j.Press.record(j.To.User))
		if s.origin.Asker == "" {
			s.origin.Asker = j.To.User
		}
	}
	if err := b.courier.Replace(ctx, j.To, b.dress(answer, s)); err != nil {
		return err
	}
	b.once.free(j.To.Channel, j.Press) // the message has a button anew
	b.posted(ctx, j, j.Press.TS)
	return nil
}

// markUsed puts a line that says who pressed it in the place of the button that
// was used, so that a file is not asked for twice. The response_url of the press
// may change the message whoever is a member. It changes nothing where one
// person alone sees the message, for Slack does not say what stands in it.
func (b *Bot) markUsed(ctx context.Context, j job, made change) {
	p := j.Press
	if p == nil || p.Alone || len(p.Blocks.BlockSet) == 0 {
		return
	}
	made.action, made.record = p.Action, p.record(j.To.User)
	b.amend(ctx, j, made, b.people.language(j.To.User))
}

// amend makes a change to the message whose button was pressed. What stands in it
// otherwise comes back from Slack, which has turned emoji and links into elements
// of their own; a message that would break a rule now stays as it is.
func (b *Bot) amend(ctx context.Context, j job, made change, lang texts.Lang) {
	p := j.Press
	blocks := b.changes.add(j.To.Channel, p.TS, made, p.Blocks.BlockSet)
	text := escaped(lines.ShortenBytes(p.Text, maxTextBytes))
	m := delivery.Message{Text: text, Blocks: blocks, Plain: text, Lang: lang}
	if bad := faults(m); len(bad) > 0 {
		b.log.Errorf("a message with a record of its used button would break Slack's rules and stays as it is: %v", bad)
		return
	}
	if err := b.courier.Replace(ctx, j.To, m); err != nil {
		b.log.Warnf("replace a pressed button: %v", err)
	}
}

// dress is a reply as Slack shows it, checked.
func (b *Bot) dress(r reply.Reply, s setting) delivery.Message {
	return b.checked(message(r, s))
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

// inviteCommand is Slack's own.
const inviteCommand = "/invite "

// whisper shows a reply to one person alone.
func (b *Bot) whisper(ctx context.Context, to delivery.Address, lang texts.Lang, r reply.Reply) error {
	if to.ResponseURL == "" { // else it shows in the channel
		r = b.typeable(to, r)
	}
	return b.courier.Whisper(ctx, to, b.dress(r, setting{lang: lang}))
}

// tell is whisper where nothing can be done about a failure.
func (b *Bot) tell(ctx context.Context, to delivery.Address, lang texts.Lang, r reply.Reply) {
	if err := b.whisper(ctx, to, lang, r); err != nil {
		b.log.WithField("user", to.User).Errorf("tell the caller %q: %v", lines.Shorten(r.Body, roomPart), err)
	}
}

// replace puts a reply in the place of the message whose button was pressed.
func (b *Bot) replace(ctx context.Context, to delivery.Address, lang texts.Lang, r reply.Reply) error {
	return b.courier.Replace(ctx, to, b.dress(r, setting{lang: lang}))
}
