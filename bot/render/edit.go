package render

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// Edit is what the use of a button changes in its message.
type Edit struct {
	Action string      // id of the button to take out; empty for none
	Record slack.Block // says who used it, in its place; nil for none
	Files  []string    // ids of files that the button sent
	Posts  []string    // ts of messages that the button posted
	Lang   texts.Lang  // of the message
}

// Apply edits the blocks of a message. Applied twice it changes nothing more.
func (e Edit) Apply(blocks []slack.Block) []slack.Block {
	var out []slack.Block
	recorded := e.Record == nil || slices.ContainsFunc(blocks, func(b slack.Block) bool { return b.ID() == e.Record.ID() })
	for _, block := range blocks {
		switch row := block.(type) {
		case *slack.ActionBlock:
			origin, ours := originIn(row.BlockID)
			if !ours {
				break
			}
			if !recorded {
				out = append(out, e.Record)
			}
			var left []slack.BlockElement
			for _, element := range row.Elements.ElementSet {
				if element = without(element, e.Action, e.Lang); element != nil {
					left = append(left, element)
				}
			}
			if len(left) == 0 {
				continue
			}
			block = slack.NewActionBlock(origin.with(e.Files, e.Posts).block(), left...)
		case *slack.ContextActionsBlock:
			if origin, ours := oldOrigin(row); ours {
				block = editedFoot(row, origin.with(e.Files, e.Posts))
			}
		}
		out = append(out, block)
	}
	return out
}

// editedFoot is the row of small buttons of an older message, with another origin.
func editedFoot(row *slack.ContextActionsBlock, o Origin) slack.Block {
	elements := slices.Clone(row.Elements.ElementSet)
	for i, element := range elements {
		if b, ok := element.(*slack.IconButtonBlockElement); ok && b.ActionID == RemoveAction {
			edited := *b
			if raw, err := json.Marshal(o); err == nil && len(raw) <= maxValue {
				edited.Value = string(raw)
			}
			elements[i] = &edited
		}
	}
	return slack.NewContextActionsBlock(footBlock, elements...)
}

// UsedRecord is the row that says who used a button. pressedAt is Slack's action_ts:
// it makes the block id unique, so that the row is added once.
func UsedRecord(action, pressedAt, label, user string) slack.Block {
	return slack.NewContextBlock(usedBlock+action+"-"+pressedAt, byline(lines.Shorten(label, maxButton), user))
}

// KeptRecords are the records in the blocks of a message that is about to be
// replaced. Of the buttons that replace their message only the last use is recorded,
// so theirs are left out.
func KeptRecords(blocks []slack.Block) []slack.Block {
	var out []slack.Block
	for _, b := range blocks {
		if strings.HasPrefix(b.ID(), usedBlock) && !strings.HasPrefix(b.ID(), usedBlock+moreAction+"-") {
			out = append(out, b)
		}
	}
	return out
}

// Edited is a message with edited blocks; text is the one that Slack returned with
// the blocks. It has no plain form: if Slack refuses the blocks, which it returned
// with emoji and links as elements, the message must stay as it is.
func Edited(text string, blocks []slack.Block, l texts.Lang) delivery.Message {
	return delivery.Message{Text: escapeOthers(lines.ShortenBytes(text, maxTextBytes)), Blocks: blocks, Lang: l}
}

// byline says who did something.
func byline(label, user string) *slack.TextBlockObject {
	return markup(escape.Replace(label) + " · <@" + user + ">")
}
