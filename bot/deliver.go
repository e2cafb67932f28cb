package bot

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/delivery/spool"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// deliverer sends the reply to a job where it belongs: as a message in the channel or
// a thread, to the caller alone, in place of the message whose button was pressed, or
// as a file.
type deliverer struct {
	sender sender
	leases leases
	edits  *work.Edits
	busy   *work.BusyButtons
	log    logrus.FieldLogger

	observer Observer

	shown *shownFiles // may be nil

	amendments *amendments

	// follow is Options.Follow.
	follow func(ctx context.Context, channel, thread string, r reply.Reply) (instead reply.Reply, posted bool)
}

func (d *deliverer) deliver(ctx context.Context, j job, answer reply.Reply, t *work.Task) error {
	answer, posted := d.startFollow(ctx, j, answer, t.Lang())
	if posted {
		return nil
	}
	answer.Asker = j.To.User
	pressed, place := j.Press, reply.InThread
	if pressed != nil {
		place = pressed.Place
	}
	switch {
	case answer.Direct && !j.To.IsDirect():
		return d.direct(ctx, j, answer, t)
	case answer.Undo != nil && !answer.Private:
		return d.promise(ctx, j, answer, t.Lang())
	case answer.File != nil:
		return d.sendFile(ctx, j, answer, t)
	case place == reply.InPlace && !answer.Refused && (!answer.Private || pressed.Alone):
		return d.replaceMessage(ctx, j, answer, t.Lang())
	case answer.Private, place != reply.InChannel && (j.Alone || (pressed != nil && pressed.Alone)):
		return d.sender.whisper(ctx, j.To.Aside(), t.Lang(), answer)
	}
	o := render.Options{Lang: t.Lang(), Origin: render.Origin{Asker: j.To.User}}
	if place == reply.InChannel {
		answer.Asker, o.Records = "", []slack.Block{pressed.record(j.To.User)} // names who asked
	}
	ts, err := d.sender.say(ctx, j.To, answer, o)
	if err != nil {
		return err
	}
	if ts != "" && answer.Amend != nil && !j.Repeat {
		d.amendments.add(amendment{to: j.To, ts: ts, o: o, asker: answer.Asker, edit: answer.Amend})
	}
	if pressed != nil || t.HasNote() { // otherwise the lease is finished at once
		d.leases.posted(ctx, j, ts)
	}
	if place == reply.InChannel && pressed.Alone {
		return d.sender.replace(ctx, j.To, reply.Reply{Private: true, Body: texts.Bot.Shared.In(t.Lang())}, render.Options{Lang: t.Lang()})
	}
	edit := render.Edit{}
	if ts != "" {
		edit.Posts = []string{ts}
	}
	d.markUsed(ctx, j, edit, t.Lang())
	return nil
}

// promise posts a reply that promises later messages in the channel. If Slack does not
// take it there, the promise is taken back, and the caller learns why.
func (d *deliverer) promise(ctx context.Context, j job, answer reply.Reply, lang texts.Lang) error {
	waiting := delivery.ForCaller(ctx, delivery.Caller{To: j.To, Lang: lang})
	m := render.Message(d.sender.typeable(j.To, answer), render.Options{Lang: lang, Origin: render.Origin{Asker: j.To.User}})
	ts, err := d.sender.courier.Say(waiting, j.To, m)
	if err == nil || ctx.Err() != nil {
		if err == nil {
			d.leases.posted(ctx, j, ts)
		}
		return err
	}
	if send.Explain(err).Cause == send.NoThread { // the channel itself may take messages
		_, err := d.sender.say(ctx, j.To, answer, render.Options{Lang: lang})
		return err
	}
	log := d.log.WithFields(logrus.Fields{"channel": j.To.Channel, "user": j.To.User}).WithContext(ctx)
	if undone := answer.Undo(ctx); undone != nil {
		log.Errorf("take back what the channel cannot be told: %v", undone)
	}
	r := reply.Reply{Private: true, Refused: true}
	if send.IsNotInChannel(err) {
		who, unknown := d.sender.self.wait(ctx)
		if unknown != nil {
			return errors.Join(err, unknown)
		}
		r = invitation(j, who, lang, texts.Bot.InviteToTell, texts.Bot.NoTelling)
	} else {
		r.Body = texts.Refused.NotPromised.With(d.sender.courier.WhyRefused(err, lang)).In(lang)
	}
	if untold := d.sender.whisper(ctx, j.To, lang, r); untold != nil {
		return errors.Join(err, untold)
	}
	d.observer.Told(ctx, err)
	log.Warnf("nothing was set up, as the channel takes no message: %s", send.Details(err))
	return nil
}

// startFollow starts the message of a reply that follows a build. If it is posted,
// nothing is left to deliver; otherwise instead is the reply to deliver.
func (d *deliverer) startFollow(ctx context.Context, j job, r reply.Reply, lang texts.Lang) (instead reply.Reply, posted bool) {
	if r.Follow == nil {
		return r, false
	}
	caller := j
	caller.Press = nil // large, and not needed
	if stored, err := json.Marshal(caller); err == nil {
		follow := *r.Follow
		follow.Caller = stored
		r.Follow = &follow
	}
	ctx = delivery.ForCaller(ctx, delivery.Caller{To: j.To, Lang: lang})
	return d.follow(ctx, j.To.Channel, j.To.Thread, r)
}

// replaceMessage replaces the message whose button was pressed. Its origin and the
// records of its used buttons stay.
func (d *deliverer) replaceMessage(ctx context.Context, j job, answer reply.Reply, lang texts.Lang) error {
	o := render.Options{Lang: lang}
	answer.Asker = ""
	if !j.Press.Alone {
		old := d.edits.Apply(j.To.Channel, j.Press.TS, j.Press.Blocks.BlockSet)
		d.edits.Forget(j.To.Channel, j.Press.TS)
		o.Origin, o.Records = render.OriginOf(old), append(render.KeptRecords(old), j.Press.record(j.To.User))
		if o.Origin.Asker == "" {
			o.Origin.Asker = j.To.User
		}
		answer.Asker = o.Origin.Asker // who pressed is in the record
	}
	if err := d.sender.replace(ctx, j.To, answer, o); err != nil {
		return d.besideMessage(ctx, j, answer, lang, err)
	}
	j.finishPress(d.busy) // the new message has the button again
	d.leases.posted(ctx, j, j.Press.TS)
	return nil
}

// besideMessage sends an answer whose message could not be replaced. The button stays.
func (d *deliverer) besideMessage(ctx context.Context, j job, answer reply.Reply, lang texts.Lang, why error) error {
	if ctx.Err() != nil {
		return why
	}
	if !errors.Is(why, send.ErrURLSpent) {
		d.observer.Told(ctx, why)
		d.log.WithFields(nil).WithContext(ctx).Warnf("replace a message: %s; the answer is sent beside it", send.Details(why))
	}
	j.finishPress(d.busy)
	if j.Press.Alone {
		return d.sender.whisper(ctx, j.To, lang, answer)
	}
	ts, err := d.sender.say(ctx, j.To, answer, render.Options{Lang: lang, Origin: render.Origin{Asker: j.To.User}})
	if err == nil {
		d.leases.posted(ctx, j, ts)
	}
	return err
}

// markUsed replaces the button that was used with a line that says who pressed it,
// so that nobody asks for a file twice. The response_url of the press may change the
// message even if the bot is not a member. A message that one person alone sees stays
// as it is, because Slack does not return its blocks.
func (d *deliverer) markUsed(ctx context.Context, j job, edit render.Edit, lang texts.Lang) {
	p := j.Press
	if p == nil || p.Alone || len(p.Blocks.BlockSet) == 0 {
		return
	}
	edit.Action, edit.Record, edit.Lang = p.Action, p.record(j.To.User), lang
	blocks := d.edits.Add(j.To.Channel, p.TS, edit, p.Blocks.BlockSet)
	if err := d.sender.courier.Replace(ctx, j.To, render.Edited(p.Text, blocks, lang)); err != nil {
		d.log.WithFields(nil).WithContext(ctx).Warnf("mark a button as used: %v", err)
	}
}

// sendFile sends the reply's file to the channel, with the reply's texts above it. If
// it cannot, it says what to do.
func (d *deliverer) sendFile(ctx context.Context, j job, answer reply.Reply, t *work.Task) error {
	sending, done := context.WithTimeout(ctx, answerWithin)
	defer done()
	var content *reply.Body
	sent, err := d.sender.courier.SendFile(sending, j.To, delivery.File{
		Name: answer.File.Name,
		Open: func(ctx context.Context) (io.ReadCloser, func() int, error) {
			body, err := answer.File.Open(ctx)
			if err != nil {
				return nil, nil, err
			}
			content = body
			return body, body.Hidden, nil
		},
		Renamed: func() string {
			got := content.Delivered(answer.File)
			if got.Note != "" && answer.Source != "" {
				answer.Source += " · "
			}
			answer.Source += got.Note
			if got.Failure != nil { // an operator finds the rest under it
				answer.Source += " · " + reference(j, t.Lang())
			}
			return got.Name
		},
		Progress: t.FileProgress,
		Lang:     t.Lang(),
		// The message knows its file before anybody sees it.
		Message: func(s delivery.Sent) delivery.Message {
			return render.FileMessage(named(j.To, answer), s, j.To.User, t.Lang())
		},
	})
	if err == nil {
		d.leases.posted(ctx, j, "")
		if !d.shown.check(j, sent, t.Lang()) {
			d.markUsed(ctx, j, render.Edit{Files: []string{sent.ID}}, t.Lang())
		}
		return nil
	}
	if ctx.Err() != nil {
		return err // stopped, which is answered elsewhere
	}
	return d.withoutFile(ctx, j, answer, t, err)
}

// withoutFile delivers a reply whose file could not be sent: what it says besides the
// file, and what to do about the file.
func (d *deliverer) withoutFile(ctx context.Context, j job, answer reply.Reply, t *work.Task, cause error) error {
	name, says, lang := answer.File.Name, texts.Bot, t.Lang()
	if len(answer.Lines) > 0 {
		rest := answer
		rest.File = nil
		if err := d.deliver(ctx, j, rest, t); err != nil {
			cause = errors.Join(cause, err)
		}
	}
	j.finishPress(d.busy) // before anybody reads the answer and presses again
	why := reply.Reply{Private: true, Refused: true}
	unread, isUnread := errors.AsType[*delivery.ReadError](cause)
	refusal := send.Explain(cause)
	if _, tooLarge := errors.AsType[*spool.TooLargeError](cause); tooLarge {
		refusal.Cause, refusal.Code = send.FileSize, "1 GB at most"
	}
	switch {
	case isUnread:
		why.Body, why.Try, why.Source = says.Unreadable.With(name, unread).In(lang), t.Retry(), reference(j, lang)
	case errors.Is(cause, delivery.ErrEmpty):
		why.Body = says.EmptyFile.With(name).In(lang)
		cause = nil
	case refusal.Cause == send.NotMember:
		who, err := d.sender.self.wait(ctx)
		if err != nil {
			return errors.Join(cause, err)
		}
		why = invitation(j, who, lang, says.Invite, says.NoFileHere)
		cause = nil
	case refusal.Cause == send.FileSize:
		why.Body = texts.Refused.NotSent.With(name, texts.Refused.FileSize.With(refusal.Code)).In(lang)
	case refusal.Cause != send.Trouble:
		why.Body = texts.Refused.NotSent.With(name, d.sender.courier.WhyRefused(cause, lang)).In(lang)
	default:
		why.Body, why.Try, why.Source = says.NotSent.With(name).In(lang), []reply.Example{{Line: j.Again}}, reference(j, lang)
	}
	if err := d.sender.whisper(ctx, j.To.Aside(), lang, why); err != nil {
		return errors.Join(cause, err)
	}
	if cause != nil { // the caller was told; a retry would read the log again
		d.observer.Told(ctx, cause)
		d.log.WithFields(logrus.Fields{"channel": j.To.Channel, "user": j.To.User}).WithContext(ctx).Warnf("send %s: %s", name, send.Details(cause))
	}
	return nil
}
