package delivery

import (
	"strings"

	"github.com/slack-go/slack"

	"logbot/commands/texts"
)

// Message is one message in Slack's form. Its texts are escaped and keep Slack's
// limits.
type Message struct {
	Text   string        // replaces the blocks in notifications and for screen readers
	Blocks []slack.Block // may be empty
	Plain  string        // sent alone if Slack refuses the blocks

	// Lang is the language of the note under a message that was sent again because
	// an earlier attempt may have arrived.
	Lang texts.Lang
}

// Address is where an answer goes.
type Address struct {
	Channel string
	Thread  string // ts of the message to answer under; empty for the channel
	User    string // who alone sees a whisper

	// ResponseURL answers in any channel, five times within 30 minutes; empty for
	// mentions and direct messages.
	ResponseURL string
}

// inThread is the option that puts a message under the question.
func (a Address) inThread() slack.MsgOption { return slack.MsgOptionTS(a.Thread) }

// isDirect reports whether the address is a conversation with the caller alone.
func (a Address) isDirect() bool { return strings.HasPrefix(a.Channel, "D") }
