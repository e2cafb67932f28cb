package bot

import (
	"context"
	"encoding/json"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// rate notes what somebody thinks of the lines of a message, and thanks.
func (b *Bot) rate(ctx context.Context, in slack.InteractionCallback, value string) {
	var r rating
	if err := json.Unmarshal([]byte(value), &r); err != nil {
		b.log.Warnf("a feedback button says %q: %v", lines.Shorten(value, roomPart), err)
		return
	}
	to := beside(in)
	b.log.WithFields(logrus.Fields{
		"channel": to.Channel, "user": to.User, "task": r.About.Task, "name": r.About.Name, "build": r.About.Build, "right": r.Right,
	}).Info("the lines of an excerpt were rated")
	if b.rated != nil {
		b.rated(r.About, to.User, r.Right)
	}
	lang := b.people.language(to.User)
	thanks := texts.Bot.ThanksWrong
	if r.Right {
		thanks = texts.Bot.ThanksRight
	}
	b.tell(ctx, to, lang, reply.Reply{Private: true, Body: thanks.In(lang)})
}
