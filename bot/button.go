package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
)

const (
	// runAction begins the action id of a button whose value is a line to type.
	runAction = "run"
	// buttonsBlock is the block that holds them.
	buttonsBlock = "buttons"
)

// pressed is a button that somebody used, and the message it was in.
type pressed struct {
	action  string
	label   string
	message slack.Message
}

// pressedJob is what a pressed button asks for: its line, typed by whoever
// pressed it, answered in the thread of the message.
func pressedJob(in slack.InteractionCallback) (job, bool) {
	if in.Type != slack.InteractionTypeBlockActions || len(in.ActionCallback.BlockActions) != 1 {
		return job{}, false
	}
	action := in.ActionCallback.BlockActions[0]
	if !strings.HasPrefix(action.ActionID, runAction+"-") {
		return job{}, false
	}
	j := job{
		text: withoutSlash(action.Value), again: action.Value,
		to:      delivery.Address{Channel: in.Channel.ID, User: in.User.ID, ResponseURL: in.ResponseURL},
		pressed: &pressed{action: action.ActionID, label: action.Text.Text, message: in.Message},
	}
	if !in.Container.IsEphemeral {
		j.to.Thread = in.Container.MessageTs
		if in.Container.ThreadTs != "" {
			j.to.Thread = in.Container.ThreadTs
		}
	}
	return j, true
}

// markUsed replaces a pressed button by a line that says who pressed it, so that
// a file is not asked for twice. The response_url of the press may change the
// message whoever is a member.
func (b *Bot) markUsed(ctx context.Context, j job) {
	if j.pressed == nil || len(j.pressed.message.Blocks.BlockSet) == 0 {
		return // Slack does not say what stands in a message for one person alone
	}
	err := b.courier.Replace(ctx, j.to, delivery.Message{Text: j.pressed.message.Text, Blocks: j.pressed.used(j.to.User)})
	if err != nil {
		b.log.Warnf("replace a pressed button: %v", err)
	}
}

// used are the blocks of the message without the pressed button, with a record
// of who pressed it.
func (p *pressed) used(user string) []slack.Block {
	var out []slack.Block
	for _, block := range p.message.Blocks.BlockSet {
		row, ok := block.(*slack.ActionBlock)
		if !ok || row.BlockID != buttonsBlock {
			out = append(out, block)
			continue
		}
		var left []slack.BlockElement
		for _, e := range row.Elements.ElementSet {
			if button, ok := e.(*slack.ButtonBlockElement); !ok || button.ActionID != p.action {
				left = append(left, e)
			}
		}
		record := fmt.Sprintf("%s: <@%s>", escape.Replace(p.label), user)
		out = append(out, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, record, false, false)))
		if len(left) > 0 {
			out = append(out, slack.NewActionBlock(buttonsBlock, left...))
		}
	}
	return out
}
