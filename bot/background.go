package bot

import (
	"context"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/jobs/lease"
	"logbot/bot/notice"
	"logbot/bot/render"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// What jobs that outlive a request ask of a running bot. Each method that may name the
// bot waits until Slack has reported its name.

// Known is closed once the bot knows its name.
func (b *Bot) Known() <-chan struct{} { return b.sender.self.known }

// Post posts a reply of a job, such as that of a watch, and returns its ts. See
// send.Explain for its errors.
func (b *Bot) Post(ctx context.Context, channel, thread string, r reply.Reply) (ts string, err error) {
	if _, err := b.sender.self.wait(ctx); err != nil {
		return "", err
	}
	to := delivery.Address{Channel: channel, Thread: thread}
	return b.sender.courier.Say(ctx, to, render.Message(b.sender.typeable(to, r), render.Options{Lang: r.Lang}))
}

// Update replaces a message that Post posted.
func (b *Bot) Update(ctx context.Context, channel, ts string, r reply.Reply) error {
	return b.sender.courier.Update(ctx, channel, ts, render.Message(named(delivery.Address{Channel: channel}, r), render.Options{Lang: r.Lang}))
}

// UnknownIDs has a line for each of these ids that Slack does not know; see
// people.Lookup.Unknown.
func (b *Bot) UnknownIDs(ctx context.Context, channels, users, groups []string) []string {
	return b.admitter.lookup.Unknown(ctx, channels, users, groups)
}

// Left reports whether a user's account was deactivated.
func (b *Bot) Left(ctx context.Context, user string) (bool, error) { return b.people.Left(ctx, user) }

// PersonName is the name by which the workspace shows a user.
func (b *Bot) PersonName(ctx context.Context, user string) string { return b.people.Name(ctx, user) }

// Notify tells a user in a direct message that a log shows a credential, once a day for
// each task over all replicas. It is called after the message that it is about was posted.
func (b *Bot) Notify(ctx context.Context, user string, lang texts.Lang, n *reply.Notice) {
	if user == "" {
		return
	}
	b.notices().Tell(ctx, n, lang, func(ctx context.Context, r reply.Reply) error {
		_, err := b.Post(ctx, user, "", r)
		return err
	})
}

func (b *Bot) notices() notice.Teller {
	return notice.Teller{Claims: b.options.Notices, Log: b.options.Log}
}

// Refused tells the caller of a follow why Slack does not take its message; caller is
// the FollowState's.
func (b *Bot) Refused(ctx context.Context, caller []byte, why error) error {
	return b.tellCaller(ctx, caller, func(j job, who identity, lang texts.Lang) reply.Reply {
		if send.IsNotInChannel(why) {
			return invitation(j, who, lang, texts.Bot.InviteToGrow, texts.Bot.NoGrowing)
		}
		return reply.Reply{Private: true, Refused: true, Body: texts.Refused.NotPromised.With(b.sender.courier.WhyRefused(why, lang)).In(lang)}
	})
}

// Resume answers a command of a process that died, under the lease that its caller
// holds and finishes. payload is what Begin stored, and repeat says that the answer may
// have been posted.
func (b *Bot) Resume(ctx context.Context, l *lease.Lease, payload []byte, repeat bool) error {
	j, err := readJob(payload)
	if err != nil {
		return err
	}
	if j.Recorded {
		return nil
	}
	j.lease, j.Repeat, j.resumed = l, repeat, true
	return b.answerer.answer(ctx, j)
}

// Apologise tells the caller of a command that no process could answer it.
func (b *Bot) Apologise(ctx context.Context, payload []byte) error {
	return b.tellCaller(ctx, payload, func(j job, _ identity, lang texts.Lang) reply.Reply {
		r := reply.Reply{Private: true, Refused: true, Body: texts.Bot.NotAnswered.In(lang)}
		if j.Again != "" {
			r.Try = []reply.Example{{Line: j.Again}}
		}
		return r
	})
}

// tellCaller whispers to the caller of a stored command.
func (b *Bot) tellCaller(ctx context.Context, payload []byte, says func(j job, who identity, lang texts.Lang) reply.Reply) error {
	j, err := readJob(payload)
	if err != nil || j.Recorded {
		return err
	}
	who, err := b.sender.self.wait(ctx)
	if err != nil {
		return err
	}
	b.people.Learn(ctx, j.To.User)
	lang := b.people.Await(ctx, j.To.User)
	return b.sender.whisper(ctx, j.To.Aside(), lang, says(j, who, lang))
}
