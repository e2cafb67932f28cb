package render

import (
	"encoding/json"
	"fmt"
	"strings"

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
