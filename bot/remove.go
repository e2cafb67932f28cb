package bot

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/commands/reply"
	"logbot/commands/texts"
)

// trashIcon is the one icon that Slack knows for an icon button.
const trashIcon = "trash"

// origin is what a message knows of how it came about. It stands in the value of
// the message's Remove button, so that any process can take the message away,
// also after a restart, and needs no scope to read messages.
type origin struct {
	Asker string   `json:"u"`
	Files []string `json:"f,omitempty"` // ids of files that its buttons sent
	Posts []string `json:"p,omitempty"` // ts of messages that its buttons made
}

// value is the origin as it stands in the button. Where there is no room for all
// files and posts the oldest posts go first: they have a Remove of their own.
func (o origin) value() string {
	for {
		raw, _ := json.Marshal(o) // strings only: cannot fail
		switch {
		case len(raw) <= maxValue:
			return string(raw)
		case len(o.Posts) > 0:
			o.Posts = o.Posts[1:]
		case len(o.Files) > 0:
			o.Files = o.Files[1:]
		default:
			return ""
		}
	}
}

// readOrigin reads the value of a Remove button.
func readOrigin(value string) origin {
	var o origin
	_ = json.Unmarshal([]byte(value), &o) // what cannot be read is nobody's
	return o
}

// originOf finds the origin in the blocks of a message; it is zero where there
// is none.
func originOf(blocks []slack.Block) origin {
	for _, block := range blocks {
		row, ok := block.(*slack.ContextActionsBlock)
		if !ok || row.BlockID != footBlock || row.Elements == nil {
			continue
		}
		for _, e := range row.Elements.ElementSet {
			if b, ok := e.(*slack.IconButtonBlockElement); ok && b.ActionID == removeAction {
				return readOrigin(b.Value)
			}
		}
	}
	return origin{}
}

// button is the Remove button.
func (o origin) button(l texts.Lang) slack.BlockElement {
	t := texts.Bot
	ask := slack.NewConfirmationBlockObject(plain(t.RemoveTitle.In(l)), plain(t.RemoveText.In(l)), plain(t.Remove.In(l)), plain(t.RemoveNo.In(l)))
	return slack.NewIconButtonBlockElement(trashIcon, plain(t.Remove.In(l)), removeAction).WithValue(o.value()).WithConfirm(ask)
}

// remove takes a message away with everything that its buttons sent, when
// whoever asked for it wants so, or an admin.
func (b *Bot) remove(ctx context.Context, in slack.InteractionCallback, p *press) {
	to := beside(in)
	lang := b.people.language(to.User)
	o := originOf(b.changes.all(to.Channel, p.TS, p.Blocks.BlockSet))
	log := b.log.WithFields(logrus.Fields{"channel": to.Channel, "message": p.TS, "user": to.User, "asker": o.Asker, "files": o.Files, "posts": o.Posts})
	if o.Asker == "" || (o.Asker != to.User && !b.isAdmin(ctx, to.User)) {
		log.Warn("refused to remove a message: neither the asker nor an admin")
		b.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.RemoveNotYours.In(lang)})
		return
	}
	var failed error
	for _, f := range o.Files {
		failed = errors.Join(failed, b.courier.RemoveFile(ctx, f))
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
	if b.admins != nil && b.admins(user) {
		return true
	}
	who, err := b.api.GetUserInfoContext(ctx, user)
	if err != nil {
		b.log.Warnf("ask Slack whether %s is an admin (users.info, scope users:read): %v", user, err)
		return false
	}
	return who.IsAdmin || who.IsOwner
}
