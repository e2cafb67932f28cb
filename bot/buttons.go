package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/people"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// buttons answers the buttons that run no command: ratings, Remove, and Search, which
// opens a form.
type buttons struct {
	sender sender
	people *people.Directory
	edits  *work.Edits
	admins func(user string) bool
	forms  forms
	rated  func(about reply.About, user string, right bool)
	audit  func(ctx context.Context, e commands.AuditEvent)
	log    logrus.FieldLogger
}

// record tells the audit log what somebody did by a button that runs no command.
func (b *buttons) record(ctx context.Context, to delivery.Address, e commands.AuditEvent) {
	e.At, e.User, e.Channel = time.Now(), to.User, to.Channel
	b.audit(ctx, e)
}

// rate records a vote on the lines of a message, and thanks.
func (b *buttons) rate(ctx context.Context, to delivery.Address, value string) {
	r, err := render.ReadRating(value)
	if err != nil {
		b.log.Warn(err)
		return
	}
	b.log.WithFields(logrus.Fields{
		"channel": to.Channel, "user": to.User, "task": r.About.Task, "name": r.About.Name, "build": r.About.Build, "right": r.Right,
	}).Info("the lines of an excerpt were rated")
	b.rated(r.About, to.User, r.Right)
	b.people.Learn(ctx, to.User)
	lang := b.people.Await(ctx, to.User)
	thanks := texts.Bot.ThanksWrong
	if r.Right {
		thanks = texts.Bot.ThanksRight
	}
	b.sender.tell(ctx, to, lang, reply.Reply{Private: true, Body: thanks.In(lang)})
}

// removal is a message that somebody wants to delete.
type removal struct {
	TS     string        `json:"m"` // of the message
	At     string        `json:"p"` // of the press
	Origin render.Origin `json:"o"`
}

// removalOf is the removal of the message of a press.
func (b *buttons) removalOf(to delivery.Address, p *press) removal {
	return removal{TS: p.TS, At: p.At, Origin: render.OriginOf(b.edits.Apply(to.Channel, p.TS, p.Blocks.BlockSet))}
}

// askRemove opens the form that asks whether to delete a message. It must be the first
// call to Slack after the press, because the trigger expires after 3 s.
func (b *buttons) askRemove(ctx context.Context, to delivery.Address, p *press) {
	lang, r := b.people.Language(to.User), b.removalOf(to, p)
	metadata, err := b.forms.metadata(formOrigin{To: to, Lang: lang, Opened: time.Now(), Removes: &r})
	if err == nil {
		_, err = b.sender.courier.OpenView(ctx, p.trigger, render.RemoveView(metadata, lang))
	}
	if err != nil {
		says := reply.Reply{Private: true, Body: texts.Bot.RemoveLate.In(lang)}
		if refused := send.Explain(err); refused.Remedy == send.Fix {
			says.Body = b.sender.courier.WhyRefused(err, lang)
		}
		b.tellFailed(ctx, to, lang, "open the form of Remove", err, says)
	}
}

// remove deletes a message, with everything that its buttons sent, for the person who
// asked for it or an admin.
func (b *buttons) remove(ctx context.Context, to delivery.Address, r removal) {
	o := r.Origin
	b.people.Learn(ctx, to.User)
	lang := b.people.Await(ctx, to.User)
	log := b.log.WithFields(logrus.Fields{"channel": to.Channel, "message": r.TS, "user": to.User, "asker": o.Asker, "files": o.Files, "posts": o.Posts})
	if o.Asker == "" || (o.Asker != to.User && !b.admins(to.User) && !b.people.IsAdmin(ctx, to.User)) {
		log.Warn("refused to remove a message: neither the asker nor an admin")
		b.record(ctx, to, commands.AuditEvent{Verb: "remove", Name: r.TS, Result: commands.Refused, Reason: "neither the asker nor an admin"})
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
		b.record(ctx, to, commands.AuditEvent{Verb: "remove", Name: r.TS, Result: commands.Failed, Reason: "Slack: " + string(send.Explain(failed).Code)})
		says := texts.Bot.RemoveFailed.In(lang)
		if r := send.Explain(failed); r.Remedy == send.Fix {
			says = b.sender.courier.WhyRefused(failed, lang)
		}
		b.tellFailed(ctx, to, lang, "remove a message", failed, reply.Reply{Private: true, Body: says})
		return
	}
	b.record(ctx, to, commands.AuditEvent{Verb: "remove", Name: r.TS, Result: commands.Answered, Reason: "asked by " + o.Asker})
	log.Info("removed a message")
}

// tellFailed tells a person that what a button was to do has failed, and logs it.
func (b *buttons) tellFailed(ctx context.Context, to delivery.Address, lang texts.Lang, what string, failed error, says reply.Reply) {
	log := b.log.WithFields(logrus.Fields{"channel": to.Channel, "user": to.User})
	if err := b.sender.whisper(ctx, to, lang, says); err != nil {
		log.Errorf("%s: %s; nor could the person be told: %v", what, send.Details(failed), err)
		return
	}
	log.Errorf("%s: %s", what, send.Details(failed))
}

// openForm opens the form of the Search button. It must be the first call to Slack after the press, because the
// trigger expires after 3 s.
func (b *buttons) openForm(ctx context.Context, to delivery.Address, p *press, line string) {
	lang := b.people.Language(to.User)
	metadata, err := b.forms.metadata(formOrigin{Line: line, To: to, Alone: p.Alone, Lang: lang, Opened: time.Now()})
	if err == nil {
		_, err = b.sender.courier.OpenView(ctx, p.trigger, render.SearchView(metadata, !render.HasNoSteps(p.Action), lang))
	}
	if err != nil {
		says := reply.Reply{Private: true, Body: texts.Bot.SearchLate.In(lang), Try: []reply.Example{{Line: withoutGrep(line) + searchEnd + " error"}}}
		if r := send.Explain(err); r.Remedy == send.Fix {
			says.Body = b.sender.courier.WhyRefused(err, lang)
		}
		b.tellFailed(ctx, to, lang, "open the form of Search", err, says)
	}
}

// searchEnd may end the line of a Search button, which the form completes.
const searchEnd = " --grep"

func withoutGrep(line string) string { return strings.TrimSuffix(line, searchEnd) }
