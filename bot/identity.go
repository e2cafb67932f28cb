package bot

import (
	"context"
	"strings"
)

// identity is who the bot is in its workspace.
type identity struct {
	name   string // what people type after "/invite @"
	userID string // in mentions of the bot
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
