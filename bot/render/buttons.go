package render

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// Action ids of buttons. Those that run a command have the index of the example
// behind them: run-0.
const (
	runAction      = "run"      // answered in the thread
	moreAction     = "more"     // answered in place of the message
	shareAction    = "share"    // answered as a message of its own
	askAction      = "ask"      // a form asks for the rest of the command
	askWholeAction = "askwhole" // the same for a log without steps
	openAction     = "open"     // opens a URL; Slack reports the press, nothing follows

	RateAction     = "rate"   // right lines, wrong lines
	RemoveAction   = "remove" // deletes the message
	StopAction     = "stop"   // ends a command in progress
	ProgressAction = "far"    // shows the progress of a command
)

// Ids of the blocks that hold buttons, and of the rows that replace used buttons.
const (
	buttonsBlock = "buttons"
	footBlock    = "foot"
	usedBlock    = "used-" // followed by the action id and the time of the press
)

// actionID is the action id of the button for the i-th example of a reply.
func actionID(p reply.Place, about reply.About, i int) string {
	kind := runAction
	switch p {
	case reply.InPlace:
		kind = moreAction
	case reply.InChannel:
		kind = shareAction
	case reply.AskFirst:
		kind = askAction
		if about.Task != "" && about.Build == 0 {
			kind = askWholeAction
		}
	}
	return fmt.Sprintf("%s-%d", kind, i)
}

// PlaceOf returns where the answer to a button goes; ok is false if the button runs
// no command.
func PlaceOf(action string) (p reply.Place, ok bool) {
	kind, _, _ := strings.Cut(action, "-")
	switch kind {
	case runAction:
		return reply.InThread, true
	case moreAction:
		return reply.InPlace, true
	case shareAction:
		return reply.InChannel, true
	case askAction, askWholeAction:
		return reply.AskFirst, true
	}
	return 0, false
}

// HasNoSteps reports whether a button's form is about a log without steps.
func HasNoSteps(action string) bool { return strings.HasPrefix(action, askWholeAction) }

// Rating is a vote on the lines of an answer, as it stands in a feedback button.
type Rating struct {
	About reply.About `json:"a"`
	Right bool        `json:"r"`
}

// Value is the value of the feedback button.
func (r Rating) Value() string {
	// A character takes up to six in JSON, a task's id has 32.
	r.About.Task, r.About.Name = lines.Shorten(r.About.Task, 64), lines.Shorten(r.About.Name, roomPart)
	raw, _ := json.Marshal(r) // plain fields: cannot fail
	return string(raw)
}

// ReadRating reads the value of a feedback button.
func ReadRating(value string) (Rating, error) {
	var r Rating
	if err := json.Unmarshal([]byte(value), &r); err != nil {
		return Rating{}, fmt.Errorf("read feedback %q: %w", lines.Shorten(value, roomPart), err)
	}
	return r, nil
}

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

func (o Origin) removeButton(l texts.Lang) *slack.IconButtonBlockElement {
	t := texts.Bot
	ask := slack.NewConfirmationBlockObject(plain(t.RemoveTitle.In(l)), plain(t.RemoveText.In(l)), plain(t.Remove.In(l)), plain(t.RemoveNo.In(l)))
	return slack.NewIconButtonBlockElement(trashIcon, plain(t.Remove.In(l)), RemoveAction).WithValue(o.value()).WithConfirm(ask)
}
