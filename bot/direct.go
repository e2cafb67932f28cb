package bot

import (
	"context"
	"errors"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// direct sends a reply into the direct messages between the caller and the bot, and
// says so to the caller where they asked. If Slack does not take it, what the reply
// promised is taken back, and the caller learns why.
func (d *deliverer) direct(ctx context.Context, j job, answer reply.Reply, t *work.Task) error {
	answer.Direct = false
	var err error
	if answer.File != nil {
		err = d.directFile(ctx, j, answer, t)
	} else {
		m := render.Message(answer, render.Options{Lang: t.Lang(), Origin: render.Origin{Asker: j.To.User}})
		var ts string
		if ts, err = d.sender.courier.Say(ctx, delivery.Address{Channel: j.To.User, User: j.To.User}, m); err == nil {
			d.leases.posted(ctx, j, ts)
		}
	}
	if err != nil {
		return d.notDirect(ctx, j, answer, t, err)
	}
	return d.sender.whisper(ctx, j.To.Aside(), t.Lang(), reply.Reply{Private: true, Body: texts.Bot.InDirect.In(t.Lang())})
}

// directFile sends a file as a direct message. Slack takes a file only by the id of the
// conversation, which it tells of a message that is posted there: a note, which goes
// when the file is there. What is wrong with the file is told there, too.
func (d *deliverer) directFile(ctx context.Context, j job, answer reply.Reply, t *work.Task) error {
	says := reply.Reply{Body: texts.Bot.FileComes.With(answer.File.Name).In(t.Lang())}
	channel, ts, err := d.sender.courier.PostNote(ctx, delivery.Address{Channel: j.To.User}, render.Message(says, render.Options{Lang: t.Lang()}))
	if err != nil {
		return err
	}
	there := j
	there.To, there.Press, there.Alone = delivery.Address{Channel: channel, User: j.To.User}, nil, false
	err = d.sendFile(ctx, there, answer, t)
	if gone := d.sender.courier.Retract(context.WithoutCancel(ctx), channel, ts); gone != nil {
		d.log.WithField("user", j.To.User).Warnf("delete the note about a file: %v", gone)
	}
	return err
}

// notDirect tells the caller why Slack takes no direct message for them.
func (d *deliverer) notDirect(ctx context.Context, j job, answer reply.Reply, t *work.Task, cause error) error {
	if ctx.Err() != nil {
		return cause
	}
	log := d.log.WithFields(logrus.Fields{"channel": j.To.Channel, "user": j.To.User})
	why := d.sender.courier.WhyRefused(cause, t.Lang())
	r := reply.Reply{Private: true, Refused: true, Body: texts.Refused.NotDirect.With(why).In(t.Lang())}
	if answer.Undo != nil {
		if undone := answer.Undo(ctx); undone != nil {
			log.Errorf("take back what the caller cannot be told: %v", undone)
		}
		r.Body = texts.Refused.NotPromisedMe.With(why).In(t.Lang())
	}
	if untold := d.sender.whisper(ctx, j.To.Aside(), t.Lang(), r); untold != nil {
		return errors.Join(cause, untold)
	}
	log.Errorf("send a direct message: %s", send.Details(cause))
	return nil
}
