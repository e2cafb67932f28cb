package bot

import (
	"context"

	"github.com/sirupsen/logrus"

	"logbot/bot/envelope"
	"logbot/bot/people"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// Admission decides whether a caller may use the bot at all; a *commands.Commands is
// one. It may be called concurrently.
type Admission interface {
	// Admit returns what to tell a caller who may not, and records the refusal. The reply
	// is empty for apps, which are told nothing.
	Admit(ctx context.Context, r commands.Request) (why reply.Reply, ok bool)
}

// admitter is the one step that every command and every press passes before anything
// else is done for it: it finds out who the caller is and who reads the channel, and
// asks the rules.
type admitter struct {
	rules  Admission
	lookup *people.Lookup
	self   *self
	log    logrus.FieldLogger
}

// arrival is who comes in, and where.
type arrival struct {
	from    envelope.Sender
	channel string
	lang    texts.Lang
	// text is the command; without one, verb is what they do. They are for the audit log.
	text, verb string
	// shared is what an event says about the channel; nil if it does not say.
	shared *bool
	// harmless says that the answer holds nothing of a log, so who reads the channel does
	// not matter.
	harmless bool
}

// admit returns the caller of an arrival, as the rules and the commands know them. refused
// is not nil if they may not use the bot: it is what to tell them, empty for nothing.
// The error is that ctx ended.
func (a *admitter) admit(ctx context.Context, in arrival) (caller access.Caller, refused *reply.Reply, err error) {
	who, err := a.self.wait(ctx)
	if err != nil {
		return caller, nil, err
	}
	caller, err = a.callerOf(ctx, who, in)
	if ctx.Err() != nil {
		return caller, nil, context.Cause(ctx)
	}
	log := a.log.WithFields(logrus.Fields{"channel": in.channel, "user": in.from.User}).WithContext(ctx)
	if err != nil {
		log.Errorf("refused, because it is not known who asks: %v", err)
		return caller, &reply.Reply{Private: true, Refused: true, Body: texts.Admission.Unchecked.In(in.lang)}, nil
	}
	request := commands.Request{
		Channel: caller.Channel, User: caller.User, Standing: caller.Standing, Bot: caller.Bot, Shared: caller.Shared, Lang: in.lang,
		Text: in.text, Verb: in.verb,
	}
	why, ok := a.rules.Admit(ctx, request)
	if ok {
		return caller, nil, nil
	}
	log.WithFields(logrus.Fields{"bot": caller.Bot, "team": in.from.Team, "shared": caller.Shared}).Warn("refused: no rule is for such a caller in this channel")
	return caller, &why, nil
}

// callerOf finds out who the caller is, and at the same time who reads the channel.
func (a *admitter) callerOf(ctx context.Context, who identity, in arrival) (access.Caller, error) {
	c := access.Caller{Channel: in.channel, User: in.from.User, Bot: in.from.Bot}
	seen := make(chan bool, 1)
	go func() { seen <- !in.harmless && a.lookup.Shared(ctx, in.channel, in.shared) }()
	var err error
	c.Standing, err = a.lookup.Standing(ctx, who.home, in.from, in.shared != nil && *in.shared)
	c.Shared = <-seen
	return c, err
}

// Caller completes a caller by what Slack says now, for work that goes on later.
func (b *Bot) Caller(ctx context.Context, c access.Caller) (access.Caller, error) {
	who, err := b.sender.self.wait(ctx)
	if err != nil {
		return c, err
	}
	from := envelope.Sender{User: c.User, Bot: c.Bot, App: c.Standing == access.App}
	return b.admitter.callerOf(ctx, who, arrival{from: from, channel: c.Channel})
}

// admit admits the caller of a job.
func (a *answerer) admit(ctx context.Context, j job, lang texts.Lang) (job, *reply.Reply, error) {
	in := arrival{from: j.From, channel: j.To.Channel, shared: j.Shared, lang: lang, text: j.Text}
	if j.Find { // the text is somebody's message
		in.text, in.verb = "", "explain"
	}
	if in.from == (envelope.Sender{}) { // stored by an older version
		in.from.User = j.To.User
	}
	var refused *reply.Reply
	var err error
	j.caller, refused, err = a.admitter.admit(ctx, in)
	return j, refused, err
}

// saysNothing reports whether a reply is the refusal of an app, which is not answered.
func saysNothing(r reply.Reply) bool { return r.Refused && r.Heading == "" && r.Body == "" }
