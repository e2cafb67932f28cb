package bot

import (
	"context"
	"encoding/json"

	"logbot/bot/delivery"
	"logbot/bot/render"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// Post posts a reply that nobody waits for: what a watch tells, or a message that
// grows. It returns its ts. See send.IsChannelClosed and send.IsUneditable for errors that stay.
func (b *Bot) Post(ctx context.Context, channel, thread string, r reply.Reply) (ts string, err error) {
	if _, err := b.self.wait(ctx); err != nil {
		return "", err
	}
	to := delivery.Address{Channel: channel, Thread: thread}
	return b.courier.Say(ctx, to, render.Message(b.typeable(to, r), render.Options{Lang: r.Lang}))
}

// Update puts a reply in the place of one that Post posted.
func (b *Bot) Update(ctx context.Context, channel, ts string, r reply.Reply) error {
	return b.courier.Update(ctx, channel, ts, render.Message(r, render.Options{Lang: r.Lang}))
}

// Left reports whether a user's account was deactivated (users.info, scope
// users:read).
func (b *Bot) Left(ctx context.Context, user string) (bool, error) {
	return b.people.Left(ctx, user)
}

// grow begins the message of a reply that grows; then nothing is left to post.
// Else the reply that comes back is the answer.
func (b *Bot) grow(ctx context.Context, j job, r reply.Reply) (instead reply.Reply, posted bool) {
	if r.Follow == nil || b.follow == nil {
		return r, false
	}
	asked := j
	asked.Press = nil // what it was pressed on is large, and not needed
	if caller, err := json.Marshal(asked); err == nil {
		begun := *r.Follow
		begun.Caller = caller
		r.Follow = &begun
	}
	return b.follow(ctx, j.To.Channel, j.To.Thread, r)
}

// Uninvited tells whoever asked for a message that grows that the bot is no member
// where they asked; caller is the FollowState's.
func (b *Bot) Uninvited(ctx context.Context, caller []byte) error {
	j, err := readJob(caller)
	if err != nil {
		return err
	}
	who, err := b.self.wait(ctx)
	if err != nil {
		return err
	}
	lang := b.people.Language(j.To.User)
	return b.whisper(ctx, j.To, lang, uninvited(j, who, lang, texts.Bot.InviteToGrow, texts.Bot.NoGrowing))
}

// uninvited is the answer to a job that the bot cannot do where it is no member:
// invite it, or, in a conversation that takes no bot, ask elsewhere.
func uninvited(j job, who identity, lang texts.Lang, invite, elsewhere texts.Text) reply.Reply {
	r := reply.Reply{Private: true, Refused: true, Body: elsewhere.In(lang), Try: []reply.Example{{Line: j.Again}}}
	if !j.Closed {
		r.Body = invite.In(lang)
		r.Try = []reply.Example{{Line: inviteCommand + "@" + who.name}, {Line: j.Again}}
	}
	return r
}
