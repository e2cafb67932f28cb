package bot

import (
	"context"
	"errors"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/people"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// buttons answers the buttons that run no command: ratings and Remove.
type buttons struct {
	sender sender
	people *people.Directory
	edits  *work.Edits
	admins func(user string) bool                           // may be nil
	rated  func(about reply.About, user string, right bool) // may be nil
	log    logrus.FieldLogger
}

// rate records a vote on the lines of a message, and thanks.
func (b *buttons) rate(ctx context.Context, in slack.InteractionCallback, value string) {
	r, err := render.ReadRating(value)
	if err != nil {
		b.log.Warn(err)
		return
	}
	to := beside(in)
	b.log.WithFields(logrus.Fields{
		"channel": to.Channel, "user": to.User, "task": r.About.Task, "name": r.About.Name, "build": r.About.Build, "right": r.Right,
	}).Info("the lines of an excerpt were rated")
	if b.rated != nil {
		b.rated(r.About, to.User, r.Right)
	}
	lang := b.people.Language(to.User)
	thanks := texts.Bot.ThanksWrong
	if r.Right {
		thanks = texts.Bot.ThanksRight
	}
	b.sender.tell(ctx, to, lang, reply.Reply{Private: true, Body: thanks.In(lang)})
}

// remove deletes a message, with everything that its buttons sent, for the person who
// asked for it or an admin.
func (b *buttons) remove(ctx context.Context, in slack.InteractionCallback, p *press) {
	to := beside(in)
	lang := b.people.Language(to.User)
	o := render.OriginOf(b.edits.Apply(to.Channel, p.TS, p.Blocks.BlockSet))
	log := b.log.WithFields(logrus.Fields{"channel": to.Channel, "message": p.TS, "user": to.User, "asker": o.Asker, "files": o.Files, "posts": o.Posts})
	if o.Asker == "" || (o.Asker != to.User && !b.isAdmin(ctx, to.User)) {
		log.Warn("refused to remove a message: neither the asker nor an admin")
		b.sender.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.RemoveNotYours.In(lang)})
		return
	}
	var failed error
	for _, f := range o.Files {
		if err := b.sender.courier.RemoveFile(ctx, f); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	for _, ts := range o.Posts {
		failed = errors.Join(failed, b.sender.courier.Retract(ctx, to.Channel, ts))
	}
	if failed == nil {
		failed = b.sender.courier.Remove(ctx, to) // last, because it holds the list of the others
	}
	if failed != nil {
		log.Errorf("remove a message: %v", failed)
		b.sender.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.RemoveFailed.In(lang)})
		return
	}
	log.Info("removed a message")
}

// isAdmin asks the configuration, then Slack.
func (b *buttons) isAdmin(ctx context.Context, user string) bool {
	return (b.admins != nil && b.admins(user)) || b.people.IsAdmin(ctx, user)
}
