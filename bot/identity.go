package bot

import (
	"context"
	"strings"

	"github.com/sirupsen/logrus"
)

// identity is who the bot is in its workspace.
type identity struct {
	name   string // what people type after "/invite @"
	userID string // how a mention of the bot begins
}

// mention is what to type to ask the bot for words without a slash command.
func (who identity) mention(words string) string {
	return strings.TrimSpace("@" + who.name + " " + words)
}

// self is the bot's identity, which Slack tells once. It is safe for concurrent
// use, and no identity can be read before it is known.
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

// identify asks Slack who the bot is, until Slack tells or refuses the token.
func (b *Bot) identify(ctx context.Context) error {
	who, err := b.courier.Identify(ctx)
	if err != nil {
		return err
	}
	b.log.WithFields(logrus.Fields{"workspace": who.Team, "bot": who.User}).Info("Slack accepts the bot token")
	b.self.set(identity{name: who.User, userID: who.UserID})
	return nil
}

// Known is closed once the bot knows who it is. Work that posts without being
// asked should not begin before.
func (b *Bot) Known() <-chan struct{} { return b.self.known }
