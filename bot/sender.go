package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery"
	"logbot/bot/people"
	"logbot/bot/render"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

const (
	// inviteCommand is Slack's own.
	inviteCommand = "/invite "
	// maxLogged bounds text in a log line, in characters.
	maxLogged = 150
)

type sender struct {
	courier *delivery.Courier
	self    *self
	log     logrus.FieldLogger
}

// say posts a reply. ts is empty if the answer went through a response_url.
func (s sender) say(ctx context.Context, to delivery.Address, r reply.Reply, o render.Options) (ts string, err error) {
	return s.courier.Answer(ctx, to, render.Message(s.typeable(to, named(to, r)), o))
}

// named is the reply as it names who asked: not in a conversation with that person
// alone.
func named(to delivery.Address, r reply.Reply) reply.Reply {
	if to.IsDirect() {
		r.Asker = ""
	}
	return r
}

// whisper shows a reply to one person alone.
func (s sender) whisper(ctx context.Context, to delivery.Address, lang texts.Lang, r reply.Reply) error {
	r.Asker = ""
	if to.ResponseURL == "" { // with one it appears in the channel, not in the thread
		r = s.typeable(to, r)
	}
	return s.courier.Whisper(ctx, to, render.Message(r, render.Options{Lang: lang}))
}

// tell whispers; a failure is logged.
func (s sender) tell(ctx context.Context, to delivery.Address, lang texts.Lang, r reply.Reply) {
	if err := s.whisper(ctx, to, lang, r); err != nil {
		s.log.WithField("user", to.User).WithContext(ctx).Errorf("tell the caller %q: %v", lines.Shorten(r.Body, maxLogged), err)
	}
}

// replace replaces the message whose button was pressed.
func (s sender) replace(ctx context.Context, to delivery.Address, r reply.Reply, o render.Options) error {
	return s.courier.Replace(ctx, to, render.Message(named(to, r), o))
}

// typeable returns the reply with lines that can be typed where it is shown: Slack
// refuses slash commands in threads, but a mention works there. Before the bot knows
// its name the lines stay as they are.
func (s sender) typeable(to delivery.Address, r reply.Reply) reply.Reply {
	who, known := s.self.now()
	if to.Thread == "" || !known {
		return r
	}
	r.Try = slices.Clone(r.Try)
	for i, e := range r.Try {
		line := cmp.Or(e.Shown, e.Line)
		if (e.Button == "" || e.Listed) && strings.HasPrefix(line, "/") && !strings.HasPrefix(line, inviteCommand) {
			r.Try[i].Shown = who.mention(withoutSlash(line))
		}
	}
	return r
}

// invitation answers a job that the bot can only do as a member of the channel: invite
// it or, in a conversation to which nobody can be invited, ask elsewhere.
func invitation(j job, who identity, lang texts.Lang, invite, elsewhere texts.Text) reply.Reply {
	r := reply.Reply{Private: true, Refused: true, Body: elsewhere.In(lang), Try: []reply.Example{{Line: j.Again}}}
	if !j.Closed {
		r.Body = invite.In(lang)
		r.Try = []reply.Example{{Line: inviteCommand + "@" + who.name}, {Line: j.Again}}
	}
	return r
}

// identity is who the bot is in its workspace.
type identity struct {
	name   string // what people type after "/invite @"
	userID string // in mentions of the bot
	botID  string // in events about its own messages
	home   people.Home
}

// mention is what to type to ask the bot without a slash command.
func (who identity) mention(words string) string {
	return strings.TrimSpace("@" + who.name + " " + words)
}

// self is the bot's identity, which Slack reports once. It cannot be read before it is
// known. It is safe for concurrent use.
type self struct {
	known chan struct{} // closed once who is set
	who   identity
}

func newSelf() *self { return &self{known: make(chan struct{})} }

// set makes the identity known. It is called once.
func (s *self) set(who identity) {
	s.who = who
	close(s.known)
}

// now returns the identity if it is known.
func (s *self) now() (who identity, known bool) {
	select {
	case <-s.known:
		return s.who, true
	default:
		return identity{}, false
	}
}

// wait returns the identity once it is known; the error is why ctx ended before.
func (s *self) wait(ctx context.Context) (identity, error) {
	select {
	case <-s.known:
		return s.who, nil
	case <-ctx.Done():
		return identity{}, context.Cause(ctx)
	}
}
