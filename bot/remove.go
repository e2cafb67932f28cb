package bot

import (
	"context"
	"errors"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/render"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// remove takes a message away with everything that its buttons sent, when
// whoever asked for it wants so, or an admin.
func (b *Bot) remove(ctx context.Context, in slack.InteractionCallback, p *press) {
	to := beside(in)
	lang := b.people.Language(to.User)
	o := render.OriginOf(b.edits.all(to.Channel, p.TS, p.Blocks.BlockSet))
	log := b.log.WithFields(logrus.Fields{"channel": to.Channel, "message": p.TS, "user": to.User, "asker": o.Asker, "files": o.Files, "posts": o.Posts})
	if o.Asker == "" || (o.Asker != to.User && !b.isAdmin(ctx, to.User)) {
		log.Warn("refused to remove a message: neither the asker nor an admin")
		b.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.RemoveNotYours.In(lang)})
		return
	}
	var failed error
	for _, f := range o.Files {
		if err := b.courier.RemoveFile(ctx, f); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	for _, ts := range o.Posts {
		failed = errors.Join(failed, b.courier.Retract(ctx, to.Channel, ts))
	}
	if failed == nil {
		failed = b.courier.Remove(ctx, to) // last, for the list of the rest stands in it
	}
	if failed != nil {
		log.Errorf("remove a message: %v", failed)
		b.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.RemoveFailed.In(lang)})
		return
	}
	log.Info("removed a message")
}

// isAdmin asks the configuration, and then Slack.
func (b *Bot) isAdmin(ctx context.Context, user string) bool {
	return (b.admins != nil && b.admins(user)) || b.people.IsAdmin(ctx, user)
}
