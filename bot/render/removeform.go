package render

import (
	"github.com/slack-go/slack"

	"logbot/commands/texts"
)

// RemoveForm is the callback id of the form that asks whether to delete a message. A
// menu has one confirmation for all its choices, so this is not one of Slack's own.
const RemoveForm = "remove"

// RemoveView is the form. metadata comes back when it is submitted.
func RemoveView(metadata string, l texts.Lang) slack.ModalViewRequest {
	t := texts.Bot
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: RemoveForm, PrivateMetadata: metadata,
		Title: plain(t.RemoveTitle.In(l)), Submit: plain(t.Remove.In(l)), Close: plain(t.RemoveNo.In(l)),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(plain(t.RemoveText.In(l)), nil, nil)}},
	}
}
