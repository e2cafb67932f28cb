package render

import (
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// ProgressNote is the note about a command in progress, with its buttons. id is that
// of the command; a press of a button carries it.
func ProgressNote(id, says string, l texts.Lang) delivery.Message {
	t := texts.Bot
	id = lines.Shorten(id, maxValue)
	return delivery.Message{Text: escape.Replace(says), Plain: escape.Replace(says), Lang: l, Blocks: []slack.Block{
		slack.NewContextBlock("", plain(says)),
		slack.NewActionBlock(buttonsBlock,
			slack.NewButtonBlockElement(StopAction, id, plain(t.Stop.In(l))),
			slack.NewButtonBlockElement(ProgressAction, id, plain(t.HowFar.In(l)))),
	}}
}
