package bot

import (
	"fmt"
	"unicode/utf8"

	"logbot/commands"
)

// Slack's limits, in characters, and where they come from.
const (
	maxHeader  = 150   // header block: @slack/types
	maxSection = 3000  // text of a section: @slack/types
	maxContext = 2000  // text of a context element: @slack/types
	maxButtons = 25    // elements of an actions block: @slack/types
	maxButton  = 75    // text of a button: @slack/types
	maxValue   = 2000  // value of a button: @slack/types
	maxText    = 4000  // text; above it Slack splits the message: chat.postMessage
	maxMessage = 10000 // our ceiling; messages of 13,200 counted characters were still accepted (measured by others)
	maxReason  = 500   // ours: a reason is one line on a phone
)

// fit makes a reply keep Slack's limits. Lines of a log are taken away from the
// front, for the end of a failure says most, and the reply says how many.
func fit(r commands.Reply) commands.Reply {
	r.Heading = cut(r.Heading, maxHeader)
	r.Reason = cut(r.Reason, maxReason)
	r.Source = cut(r.Source, maxContext)
	r.Body = cutCounted(cut(r.Body, maxSection), maxMessage/2)
	room := maxMessage - counted(r.Heading) - counted(r.Reason) - counted(r.Source) - counted(r.Body)
	for _, part := range r.Context {
		room -= counted(part)
	}
	for _, e := range r.Try {
		room -= counted(e.Line) + counted(e.Does)
	}
	left := 0
	for len(r.Lines) > 1 && counted(r.Excerpt()) > room {
		r.Lines = r.Lines[1:]
		left++
	}
	if left > 0 {
		r.Source = fmt.Sprintf("%d lines left out for lack of room · %s", left, r.Source)
	}
	if len(r.Lines) == 1 {
		r.Lines = []commands.Line{{Number: r.Lines[0].Number, Text: cut(r.Lines[0].Text, max(0, room/5))}}
	}
	return r
}

// cutCounted shortens s until Slack counts at most n characters.
func cutCounted(s string, n int) string {
	over := func(s string) int { return counted(s) - n }
	for excess := over(s); excess > 0; excess = over(s) {
		// An entity counts for up to five characters.
		s = cut(s, utf8.RuneCountInString(s)-(excess+4)/5)
	}
	return s
}

// counted is how Slack counts characters: escaped.
func counted(s string) int { return utf8.RuneCountInString(escape.Replace(s)) }

// cut shortens s to at most n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:max(0, n-1)]) + "…"
}
