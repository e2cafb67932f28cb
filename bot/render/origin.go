package render

import (
	"encoding/json"
	"slices"

	"github.com/slack-go/slack"

	"logbot/commands/texts"
)

// trashIcon is the only icon that Slack offers for an icon button.
const trashIcon = "trash"

// Origin is who asked for a message and what its buttons produced. It is stored in
// the value of the message's Remove button, so that any process can delete
// everything, also after a restart, without a scope for reading messages.
type Origin struct {
	Asker string   `json:"u"`
	Files []string `json:"f,omitempty"` // ids of files
	Posts []string `json:"p,omitempty"` // ts of messages
}

// value is the origin's JSON. If it exceeds the size of a button's value, the oldest
// posts go first: they have Remove buttons themselves.
func (o Origin) value() string {
	for {
		raw, _ := json.Marshal(o) // strings only: cannot fail
		switch {
		case len(raw) <= maxValue:
			return string(raw)
		case len(o.Posts) > 0:
			o.Posts = o.Posts[1:]
		case len(o.Files) > 0:
			o.Files = o.Files[1:]
		default:
			return ""
		}
	}
}

// with is the origin with more files and posts, each listed once.
func (o Origin) with(files, posts []string) Origin {
	for _, f := range files {
		if !slices.Contains(o.Files, f) {
			o.Files = append(o.Files, f)
		}
	}
	for _, ts := range posts {
		if !slices.Contains(o.Posts, ts) {
			o.Posts = append(o.Posts, ts)
		}
	}
	return o
}

// readOrigin reads the value of a Remove button. Without a readable origin nobody
// but an admin may remove the message.
func readOrigin(value string) Origin {
	var o Origin
	_ = json.Unmarshal([]byte(value), &o) // zero if unreadable
	return o
}

// OriginOf reads the origin from the blocks of a message; it is zero if they have
// none.
func OriginOf(blocks []slack.Block) Origin {
	for _, block := range blocks {
		row, ok := block.(*slack.ContextActionsBlock)
		if !ok || row.BlockID != footBlock || row.Elements == nil {
			continue
		}
		for _, e := range row.Elements.ElementSet {
			if b, ok := e.(*slack.IconButtonBlockElement); ok && b.ActionID == RemoveAction {
				return readOrigin(b.Value)
			}
		}
	}
	return Origin{}
}

// removeButton is the button that deletes the message.
func (o Origin) removeButton(l texts.Lang) slack.BlockElement {
	t := texts.Bot
	ask := slack.NewConfirmationBlockObject(plain(t.RemoveTitle.In(l)), plain(t.RemoveText.In(l)), plain(t.Remove.In(l)), plain(t.RemoveNo.In(l)))
	return slack.NewIconButtonBlockElement(trashIcon, plain(t.Remove.In(l)), RemoveAction).WithValue(o.value()).WithConfirm(ask)
}
