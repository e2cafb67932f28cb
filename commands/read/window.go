package read

import (
	"strings"
	"unicode/utf8"

	"logbot/logsapi/lines"
)

// Window collects lines up to a number and to the room in a message.
type Window struct {
	Most  int          // lines
	Lines []lines.Line // in the order they were added
	Left  bool         // a line was left out because the message is full
	chars int
}

const (
	// DefaultLines is how many lines one message shows unless more are asked for.
	DefaultLines = 20
	// MaxLines keeps a message readable and under Slack's limits.
	MaxLines = 100
	// maxShownChars is the room for log text in one message: what Slack takes
	// is about 13,000 characters (measured by others), our ceiling is 10,000
	// with the rest of the message.
	maxShownChars = 9000
	// maxLineChars is how much of one long line is shown.
	maxLineChars = 500
)

// Add takes a line. It reports false if the window or the message is full.
func (w *Window) Add(l lines.Line) bool {
	l.Text = lines.ShortenMiddle(l.Text, maxLineChars)
	n := room(l.Text) + 8 // for its number
	if len(w.Lines) >= w.Most {
		return false
	}
	if w.Left || w.chars+n > maxShownChars {
		w.Left = true
		return false
	}
	w.chars += n
	w.Lines = append(w.Lines, l)
	return true
}

// room is how many characters a text takes in a message: those that markup
// gives a meaning are written as entities, and counted so.
func room(s string) int {
	return utf8.RuneCountInString(s) + 3*(strings.Count(s, "<")+strings.Count(s, ">")) + 4*strings.Count(s, "&")
}
