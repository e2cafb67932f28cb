package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// What a message gives its parts, in characters. Slack's own limits stand in
// valid.go; these are ours and lie below them.
const (
	roomMessage = maxCounted - 1000 // the rest is for records of used buttons and what stands at the foot
	roomHeading = 300
	roomReason  = 500 // a reason is one line on a phone
	roomPart    = 150 // one part of the context
	roomParts   = 8
	roomLink    = 1000
	roomSource  = 600
	roomBody    = 4000
	roomExample = 300 // an example, and what it does
	roomTry     = 2500
	roomLine    = 1000                             // one line of a log
	lineExtra   = len(" ") + len("> ") + len("\n") // what stands around a line's number and text
	roomSummary = 1000                             // the text for notifications: below 4,000 bytes in any script
	roomPlain   = maxTextBytes - 200
)

// fit makes a clean reply keep Slack's limits. Lines of a log are taken away
// from the front, for the end of a failure says most, and the reply says how
// many.
func fit(r reply.Reply, l texts.Lang) reply.Reply {
	r.Heading = cutCounted(lines.Shorten(r.Heading, maxHeader), roomHeading)
	r.Reason = cutCounted(r.Reason, roomReason)
	if len(r.Context) > roomParts {
		r.Context = r.Context[:roomParts]
	}
	r.Context = slices.Clone(r.Context)
	for i := range r.Context {
		r.Context[i] = cutCounted(r.Context[i], roomPart)
	}
	r.Try = fitTry(r.Try)
	if r.Link = address(r.Link); counted(r.Link) > roomLink || !webAddress(r.Link) {
		r.Link = ""
	}
	used := headerExtra + counted(r.Heading) + counted(r.Reason) + counted(r.Link) + roomSource
	for _, part := range r.Context {
		used += counted(part) + len(" · ")
	}
	for _, e := range r.Try {
		used += counted(e.Line) + counted(e.Does) + counted(e.Button)
	}
	r.Body = cutCounted(lines.Shorten(r.Body, maxSection), min(roomBody, roomMessage-used))
	used += counted(r.Body)
	var left int
	r.Lines, left = fitLines(r.Lines, roomMessage-used)
	if left > 0 {
		says := texts.Bot.LeftOut.With(left).In(l)
		r.Source = strings.TrimSuffix(says+" · "+r.Source, " · ")
	}
	r.Source = cutCounted(r.Source, roomSource)
	return r
}

// fitTry keeps examples and buttons as long as there is room. A line that a
// button would have to shorten is no line to run, so the button goes.
func fitTry(try []reply.Example) []reply.Example {
	var out []reply.Example
	room, buttons := roomTry, 0
	for _, e := range try {
		e.Does = cutCounted(e.Does, roomExample)
		switch {
		case e.Button == "":
			e.Line = cutCounted(e.Line, roomExample)
		case utf8.RuneCountInString(e.Line) > maxValue || buttons == maxActions-1:
			continue
		default:
			e.Button = lines.Shorten(e.Button, maxButton)
			buttons++
		}
		if e.Button == "" {
			room -= counted(e.Line) + counted(e.Does)
		} else {
			room -= counted(e.Button)
		}
		if room < 0 {
			break
		}
		out = append(out, e)
	}
	return out
}

// fitLines keeps the last lines for which there is room, and says how many were
// left out.
func fitLines(lines []lines.Line, room int) (kept []lines.Line, left int) {
	width := 0
	first := len(lines)
	for first > 0 {
		l := lines[first-1]
		l.Text = cutCounted(l.Text, roomLine)
		number := numberWidth(l)
		wider := max(0, number-width) * (len(lines) - first)
		room -= counted(l.Text) + max(width, number) + lineExtra + wider
		if room < 0 {
			break
		}
		width = max(width, number)
		kept = append(kept, l)
		first--
	}
	slices.Reverse(kept)
	return kept, first
}

// numberWidth is how wide the number of a line is written.
func numberWidth(l lines.Line) int {
	if l.Number == 0 {
		return 0
	}
	return len(strconv.Itoa(l.Number))
}

// cutCounted shortens s until Slack counts at most n characters.
func cutCounted(s string, n int) string { return lines.ShortenBy(s, n, weight) }

// counted is how Slack counts characters: escaped.
func counted(s string) int {
	n := 0
	for _, r := range s {
		n += weight(r)
	}
	return n
}

// weight is the length of a character in escaped form.
func weight(r rune) int {
	switch r {
	case '&':
		return len("&amp;")
	case '<', '>':
		return len("&lt;")
	}
	return 1
}
