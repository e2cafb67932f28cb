package delivery

import (
	"slices"
	"strings"
	"sync/atomic"

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
	Title  string        // of the file that the message shows, for notifications; empty is its name

	// Lang is the language of the note under a message that was sent again because
	// an earlier attempt may have arrived.
	Lang texts.Lang
}

// Address is where an answer goes.
type Address struct {
	Channel string
	Thread  string // ts of the message to answer under; empty for the channel
	User    string // who alone sees a whisper
	// Apart says that the thread begins with the answer. A whisper goes beside it: Slack
	// shows one in a thread only while that thread is open.
	Apart bool `json:",omitempty"`

	// ResponseURL answers in any channel, five times within 30 minutes; empty for
	// mentions and direct messages.
	ResponseURL string
}

// Aside is the address for what the caller alone is told.
func (a Address) Aside() Address {
	if a.Apart {
		a.Thread = ""
	}
	return a
}

// IsDirect reports whether the address is a conversation with the caller alone.
func (a Address) IsDirect() bool { return strings.HasPrefix(a.Channel, "D") }

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

// form is a message in the form that Slack accepts: as it is, without folding, or as
// plain text. Each refusal moves it one step on; a plain answer is better than none.
type form struct {
	Message
	folds *folds
	log   logrus.FieldLogger
	plain bool
}

// newForm returns the form of a message to begin with: without folding if Slack has
// refused that before.
func newForm(m Message, known *folds, log logrus.FieldLogger) *form {
	if known.refused.Load() {
		m.Blocks, _ = unfolded(m.Blocks)
	}
	return &form{Message: m, folds: known, log: log}
}

// pass hands the text and blocks to call, and does so again if Slack refuses the
// blocks: first without folding, then as plain text. marked says that the message may
// be in the channel already.
func (f *form) pass(marked bool, call func(text string, blocks []slack.Block) error) error {
	err := call(f.content(marked))
	if flat, folded := unfolded(f.Blocks); folded && !f.plain && send.IsFormRefused(err) {
		f.log.Warnf("Slack refused a message with folded lines; sending it unfolded: %v", send.Details(err))
		f.Blocks = flat
		if err = call(f.content(marked)); err == nil {
			f.folds.refused.Store(true)
		}
	}
	if f.plain || f.Plain == "" || !send.IsFormRefused(err) {
		return err
	}
	f.log.Errorf("Slack refused the blocks of an answer: %v", send.Details(err))
	f.plain = true
	return call(f.content(marked))
}

// folds remembers whether Slack refuses folded lines but accepts the same lines
// unfolded. Its documentation allows rich_text inside a container; others report that
// the live service does not. It is safe for concurrent use.
type folds struct{ refused atomic.Bool }

// unfolded returns blocks with the children of every container in its place. folded
// reports whether there was one.
func unfolded(blocks []slack.Block) (flat []slack.Block, folded bool) {
	for _, b := range blocks {
		if c, ok := b.(*slack.ContainerBlock); ok {
			folded = true
			flat = append(flat, c.ChildBlocks.BlockSet...)
			continue
		}
		flat = append(flat, b)
	}
	if !folded || len(flat) > maxBlocks {
		return blocks, false
	}
	return flat, true
}

// content is what to send now.
func (f *form) content(marked bool) (text string, blocks []slack.Block) {
	text, blocks = f.Text, f.Blocks
	if f.plain || (marked && len(blocks) >= maxBlocks && f.Plain != "") { // no room for the note
		text, blocks = f.Plain, nil
	}
	if marked {
		text, blocks = withNote(text, blocks, texts.SentAgain.In(f.Lang))
	}
	return text, blocks
}

// option is a text and blocks as slack-go wants them.
func option(text string, blocks []slack.Block) slack.MsgOption {
	options := []slack.MsgOption{slack.MsgOptionText(text, false), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
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
