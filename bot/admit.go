package bot

import (
	"cmp"
	"context"
	"math"
	"sync"
	"time"

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
	// Groups are the ids of the user groups that the rules name.
	Groups() []string
}

// Quota limits how many commands one person may send. It may be called concurrently.
type Quota interface {
	// Take counts a command of somebody, a user or a bot. wait is zero, or how long until
	// their next command is taken; this one is refused then.
	Take(ctx context.Context, who string) (wait time.Duration, err error)
}

// admitter is the one step that every command and every press passes before anything
// else is done for it: it finds out who the caller is and who reads the channel, and
// asks the rules.
type admitter struct {
	rules  Admission
	quota  Quota // may be nil
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
	// direct says that the channel is the bot's own conversation with the caller.
	direct bool
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
		Channel: caller.Channel, User: caller.User, Standing: caller.Standing, Bot: caller.Bot, Shared: caller.Shared,
		Groups: caller.Groups, Direct: caller.Direct, Lang: in.lang, Text: in.text, Verb: in.verb,
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
	c := access.Caller{Channel: in.channel, User: in.from.User, Bot: in.from.Bot, Direct: in.direct}
	var asked sync.WaitGroup
	asked.Go(func() { c.Shared = !in.harmless && a.lookup.Shared(ctx, in.channel, in.shared) })
	asked.Go(func() { c.Groups = a.lookup.Groups(ctx, in.from.User, a.rules.Groups()) })
	standing, err := a.lookup.Standing(ctx, who.home, in.from, in.shared != nil && *in.shared)
	asked.Wait()
	c.Standing = standing
	return c, err
}

// Caller completes a caller by what Slack says now, for work that goes on later.
func (b *Bot) Caller(ctx context.Context, c access.Caller) (access.Caller, error) {
	who, err := b.sender.self.wait(ctx)
	if err != nil {
		return c, err
	}
	from := envelope.Sender{User: c.User, Bot: c.Bot, App: c.Standing == access.App}
	return b.admitter.callerOf(ctx, who, arrival{from: from, channel: c.Channel, direct: c.Direct})
}

// admit admits a job: its caller, the channel of a form, and one more command of the
// caller's.
func (a *answerer) admit(ctx context.Context, j job, lang texts.Lang) (job, *reply.Reply, error) {
	in := arrival{from: j.From, channel: j.To.Channel, shared: j.Shared, direct: j.Direct, lang: lang, text: j.Text}
	if j.Find { // the text is somebody's message
		in.text, in.verb = "", "explain"
	}
	if in.from == (envelope.Sender{}) { // stored by an older version
		in.from.User = j.To.User
	}
	var refused *reply.Reply
	var err error
	j.caller, refused, err = a.admitter.admit(ctx, in)
	if err == nil && refused == nil && !j.Opened.IsZero() {
		refused = a.admitter.admitForm(ctx, j, lang)
	}
	if err == nil && refused == nil && !j.resumed {
		refused = a.admitter.admitNext(ctx, j, lang)
	}
	return j, refused, err
}

// admitForm refuses a form whose sender does not see its channel any more: it may have
// been open for long.
func (a *admitter) admitForm(ctx context.Context, j job, lang texts.Lang) *reply.Reply {
	sees, known := a.lookup.Sees(ctx, j.caller.User, j.caller.Standing, j.To.Channel)
	says := texts.Bot.FormOld
	switch {
	case sees, !known && time.Since(j.Opened) < formLives:
		return nil
	case known:
		says = texts.Bot.FormElsewhere
	}
	a.log.WithFields(logrus.Fields{"channel": j.To.Channel, "user": j.caller.User, "known": known}).Warn("refused a form: its sender may not see its channel any more")
	return &reply.Reply{Private: true, Refused: true, Body: says.In(lang)}
}

// admitNext counts one more command of the caller's.
func (a *admitter) admitNext(ctx context.Context, j job, lang texts.Lang) *reply.Reply {
	who := cmp.Or(j.caller.User, j.caller.Bot)
	if a.quota == nil || who == "" {
		return nil
	}
	wait, err := a.quota.Take(ctx, who)
	switch {
	case err != nil:
		a.log.WithField("user", who).Warnf("count the commands of one person: %v; this one is answered", err)
		return nil
	case wait <= 0:
		return nil
	}
	a.log.WithField("user", who).Warn("refused a command: the person has sent too many")
	seconds := int(math.Ceil(wait.Seconds()))
	return &reply.Reply{Private: true, Refused: true, Body: texts.Admission.TooMany.With(seconds).In(lang), Try: []reply.Example{{Line: j.Again}}}
}

// saysNothing reports whether a reply is the refusal of an app, which is not answered.
func saysNothing(r reply.Reply) bool { return r.Refused && r.Heading == "" && r.Body == "" }
