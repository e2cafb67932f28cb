package delivery

import (
	"slices"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
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

// isDirect reports whether the address is a conversation with the caller alone.
func (a Address) isDirect() bool { return strings.HasPrefix(a.Channel, "D") }

// maxBlocks is how many blocks Slack takes in one message (reference/block-kit).
const maxBlocks = 50

// noted returns the message with a note under it.
func (m Message) noted(note string) Message {
	m.Text, m.Blocks = withNote(m.Text, m.Blocks, note)
	if m.Plain != "" {
		m.Plain += "\n" + note
	}
	return m
}

// form is a message in the form that Slack accepts: with its blocks, or as plain
// text once they were refused. A plain answer is better than none.
type form struct {
	Message
	log   logrus.FieldLogger
	plain bool
}

// pass hands the message to call, and does so again as plain text if Slack refuses
// the blocks. marked says that the message may be in the channel already.
func (f *form) pass(marked bool, call func(slack.MsgOption) error) error {
	err := call(f.option(marked))
	if f.plain || f.Plain == "" || !send.IsFormRefused(err) {
		return err
	}
	f.log.Errorf("Slack refused the blocks of an answer: %v", send.Details(err))
	f.plain = true
	return call(f.option(marked))
}

func (f *form) option(marked bool) slack.MsgOption {
	quiet := slack.MsgOptionCompose(slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	text, blocks := f.Text, f.Blocks
	if f.plain || (marked && len(blocks) >= maxBlocks && f.Plain != "") { // no room for the note
		text, blocks = f.Plain, nil
	}
	if marked {
		text, blocks = withNote(text, blocks, texts.SentAgain.In(f.Lang))
	}
	options := []slack.MsgOption{slack.MsgOptionText(text, false), quiet}
	if len(blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(blocks...))
	}
	return slack.MsgOptionCompose(options...)
}

func withNote(text string, blocks []slack.Block, note string) (string, []slack.Block) {
	if len(blocks) > 0 && len(blocks) < maxBlocks {
		element := slack.NewTextBlockObject(slack.PlainTextType, note, false, false)
		blocks = append(slices.Clone(blocks), slack.NewContextBlock("", element))
	}
	return text + "\n" + note, blocks
}
