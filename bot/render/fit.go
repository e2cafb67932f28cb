package render

import (
	"slices"
	"strings"
	"unicode/utf8"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// Room for the parts of a message, in characters: our limits, below Slack's.
const (
	roomMessage = maxCounted - 1000 // the rest is for records of used buttons and for the foot
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
	lineExtra   = len(" ") + len("> ") + len("\n") // around the number and the text of a line
	roomSummary = 1000                             // the text for notifications: below 4,000 bytes in any script
	roomPlain   = maxTextBytes - 200
)

// fit shortens a clean reply to Slack's limits. Log lines go from the front, because
// the end of a failure says most, and the reply says how many are left out.
func fit(r reply.Reply, l texts.Lang) reply.Reply {
	r.Heading = shortenCounted(lines.Shorten(r.Heading, maxHeader), roomHeading)
	r.Reason = shortenCounted(r.Reason, roomReason)
	if len(r.Context) > roomParts {
		r.Context = r.Context[:roomParts]
	}
	r.Context = slices.Clone(r.Context)
	for i := range r.Context {
		r.Context[i] = shortenCounted(r.Context[i], roomPart)
	}
	r.Try = fitTry(r.Try)
	if r.Link = linkTarget(r.Link); counted(r.Link) > roomLink || !isWebAddress(r.Link) {
		r.Link = ""
	}
	used := headerExtra + counted(r.Heading) + counted(r.Reason) + counted(r.Link) + roomSource
	for _, part := range r.Context {
		used += counted(part) + len(" · ")
	}
	for _, e := range r.Try {
		used += counted(e.Line) + counted(e.Does) + counted(e.Button)
	}
	r.Body = shortenCounted(lines.Shorten(r.Body, maxSection), min(roomBody, roomMessage-used))
	used += counted(r.Body)
	var left int
	r.Lines, left = fitLines(r.Lines, roomMessage-used)
	if left > 0 {
		says := texts.Bot.LeftOut.With(left).In(l)
		r.Source = strings.TrimSuffix(says+" · "+r.Source, " · ")
	}
	r.Source = shortenCounted(r.Source, roomSource)
	return r
}

// fitTry keeps as many examples and buttons as fit. A button whose line is too long
// is left out: a shortened line cannot be run.
func fitTry(try []reply.Example) []reply.Example {
	var out []reply.Example
	room, buttons := roomTry, 0
	for _, e := range try {
		e.Does = shortenCounted(e.Does, roomExample)
		switch {
		case e.Button == "":
			e.Line = shortenCounted(e.Line, roomExample)
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

// fitLines returns the last lines that fit, and how many are left out.
func fitLines(lines []lines.Line, room int) (fitting []lines.Line, left int) {
	width := 0
	first := len(lines)
	for first > 0 {
		l := lines[first-1]
		l.Text = shortenCounted(l.Text, roomLine)
		number := numberWidth(l)
		wider := max(0, number-width) * (len(lines) - first)
		room -= counted(l.Text) + max(width, number) + lineExtra + wider
		if room < 0 {
			break
		}
		width = max(width, number)
		fitting = append(fitting, l)
		first--
	}
	slices.Reverse(fitting)
	return fitting, first
}

// shortenCounted shortens s until Slack counts at most n characters.
func shortenCounted(s string, n int) string { return lines.ShortenBy(s, n, escapedLen) }
