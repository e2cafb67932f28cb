package delivery

import (
	"slices"

	"github.com/slack-go/slack"

	"logbot/commands/texts"
)

// maxBlocks is how many blocks Slack takes in one message (reference/block-kit).
const maxBlocks = 50

// form is a message in the dress that Slack takes: with its blocks, and as plain
// text once they were refused. An answer in a plain dress is better than none.
type form struct {
	Message
	plain bool
}

// send sends the message. again says that an earlier try may have arrived.
func (f *form) send(c *Courier, again bool, send func(slack.MsgOption) error) error {
	err := send(f.option(again))
	if f.plain || f.Plain == "" || !unfit(err) {
		return err
	}
	c.log.Errorf("Slack refused the blocks of an answer: %v", explained(err))
	f.plain = true
	return send(f.option(again))
}

func (f *form) option(again bool) slack.MsgOption {
	quiet := slack.MsgOptionCompose(slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	text, blocks := f.Text, f.Blocks
	if f.plain || (again && len(blocks) >= maxBlocks && f.Plain != "") { // no room for the note
		text, blocks = f.Plain, nil
	}
	if again {
		text, blocks = noted(text, blocks, texts.SentAgain.In(f.Lang))
	}
	options := []slack.MsgOption{slack.MsgOptionText(text, false), quiet}
	if len(blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(blocks...))
	}
	return slack.MsgOptionCompose(options...)
}

// noted is a message with a note under it.
func noted(text string, blocks []slack.Block, note string) (string, []slack.Block) {
	if len(blocks) > 0 && len(blocks) < maxBlocks {
		words := slack.NewTextBlockObject(slack.PlainTextType, note, false, false)
		blocks = append(slices.Clone(blocks), slack.NewContextBlock("", words))
	}
	return text + "\n" + note, blocks
}
