package render

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"logbot/commands/reply"
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

	RateAction      = "rate"      // right lines, wrong lines
	AskRemoveAction = "askremove" // opens a form that asks whether to delete the message
	RemoveAction    = "remove"    // deletes the message; of messages that older versions posted
	StopAction      = "stop"      // ends a command in progress
	ProgressAction  = "far"       // shows the progress of a command
)

// Ids of the blocks that hold buttons, and of the rows that replace used buttons.
const (
	buttonsBlock = "buttons" // may be followed by the origin of the message
	footBlock    = "foot"    // of messages that older versions posted
	usedBlock    = "used-"   // followed by the action id and the time of the press
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

// short is the value of the rating in a menu: of a long name the beginning is kept, and
// none of an id that is none.
func (r Rating) short() string {
	for {
		value := r.Value()
		switch fits := (choice{action: RateAction, value: value}).fits(); {
		case fits:
			return value
		case r.About.Name != "":
			r.About.Name = lines.Head(r.About.Name, len(r.About.Name)-1)
		default:
			r.About.Task = ""
		}
	}
}

// Origin is who asked for a message and what its buttons produced. It is stored in the
// id of the block that holds the message's buttons, so that any process can delete
// everything, also after a restart, without a scope for reading messages.
type Origin struct {
	Asker string   `json:"u"`
	Files []string `json:"f,omitempty"` // ids of files
	Posts []string `json:"p,omitempty"` // ts of messages
}

// maxBlockID is how long the id of a block may be (reference/block-kit/blocks).
const maxBlockID = 255

// block is the id of the block with the buttons: "buttons:U0ANN:F0LOG:1795154528.000100".
// If the id would be too long, the oldest posts go first: they have a Remove button
// themselves.
func (o Origin) block() string {
	if o.Asker == "" {
		return buttonsBlock
	}
	for {
		id := strings.Join(slices.Concat([]string{buttonsBlock, o.Asker}, o.Files, o.Posts), ":")
		switch {
		case len(id) <= maxBlockID:
			return id
		case len(o.Posts) > 0:
			o.Posts = o.Posts[1:]
		case len(o.Files) > 0:
			o.Files = o.Files[1:]
		default:
			return buttonsBlock
		}
	}
}

// originIn reads the id of a block; ok is false if it holds no buttons of the bot's.
func originIn(block string) (o Origin, ok bool) {
	parts := strings.Split(block, ":")
	if parts[0] != buttonsBlock {
		return Origin{}, false
	}
	for i, part := range parts[1:] {
		switch {
		case i == 0:
			o.Asker = part
		case strings.HasPrefix(part, "F"):
			o.Files = append(o.Files, part)
		case part != "":
			o.Posts = append(o.Posts, part)
		}
	}
	return o, true
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

// OriginOf reads the origin from the blocks of a message; it is zero if they have
// none. Then nobody but an admin may remove the message.
func OriginOf(blocks []slack.Block) Origin {
	for _, block := range blocks {
		switch row := block.(type) {
		case *slack.ActionBlock:
			if o, ok := originIn(row.BlockID); ok && o.Asker != "" {
				return o
			}
		case *slack.SectionBlock: // that of a file
			if o, ok := originIn(row.BlockID); ok && o.Asker != "" {
				return o
			}
		case *slack.ContextActionsBlock:
			if o, ok := oldOrigin(row); ok {
				return o
			}
		}
	}
	return Origin{}
}

// oldOrigin reads the origin as older versions stored it: in the value of a small Remove
// button.
func oldOrigin(row *slack.ContextActionsBlock) (o Origin, ok bool) {
	if row.BlockID != footBlock || row.Elements == nil {
		return Origin{}, false
	}
	for _, e := range row.Elements.ElementSet {
		if b, isIcon := e.(*slack.IconButtonBlockElement); isIcon && b.ActionID == RemoveAction {
			return o, json.Unmarshal([]byte(b.Value), &o) == nil
		}
	}
	return Origin{}, false
}
