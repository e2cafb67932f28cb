package render

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// Slack's limits, in characters unless stated otherwise. Sources: the pages of
// Block Kit (reference/block-kit), the doc comments of @slack/types 3.2.0, or
// measurements by others.
const (
	maxHeader    = 150  // header block: @slack/types
	maxSection   = 3000 // text of a section: @slack/types
	maxActions   = 25   // elements of an actions block: @slack/types
	maxButton    = 75   // text of a button: @slack/types
	maxValue     = 2000 // value of a button: @slack/types
	maxSpoken    = 75   // accessibility_label of a button: @slack/types
	maxFileTitle = 150  // title of a file: ours; Slack publishes none
	headerExtra  = 100  // what a header adds to the size of a message: measured by others

	// maxCounted is our ceiling for a whole message, counted in escaped form. Slack
	// publishes none; 13,200 were still accepted, 15,181 refused (measured by others).
	maxCounted = 10000
	// maxTextBytes bounds the text beside or instead of blocks: chat.update takes
	// 4,000 (one project measured bytes), and chat.postMessage splits longer ones.
	maxTextBytes = 4000
)

// Room for the parts of a message, in characters: our limits, below Slack's.
const (
	roomMessage = maxCounted - 1000 // the rest is for records of used buttons and for the foot
	maxSign     = 2                 // characters of the sign of a state
	roomHeading = 300
	roomReason  = 500 // a line of the head; a card has less
	roomPart    = 150 // one part of the context
	roomParts   = 8
	roomLink    = 1000
	roomSource  = 600
	roomLeftOut = 60 // of it: how many lines are left out
	roomBody    = 4000
	roomExample = 300 // an example, and what it does
	roomTry     = 2500
	roomLine    = 1000                             // one line of a log
	lineExtra   = len(" ") + len("> ") + len("\n") // around the number and the text of a line
	roomSummary = 1000                             // the text for notifications: below 4,000 bytes in any script
	// roomPlain is for a reply without blocks, in bytes; roomPlainLine for one of its
	// lines, in characters.
	roomPlain     = maxTextBytes - 200
	roomPlainLine = 400
)

// fit shortens a clean reply to Slack's limits. Log lines go from the front, because
// the end of a failure says most; left is how many.
func fit(r reply.Reply) (fitting reply.Reply, left int) {
	r.Sign = lines.Shorten(r.Sign, maxSign)
	r.Heading = shortenCounted(lines.Shorten(r.Heading, maxHeader), roomHeading)
	head := []*string{&r.Reason, &r.Parts, &r.Tests, &r.Verdict, &r.Service}
	for _, line := range head {
		*line = shortenCounted(*line, roomReason)
	}
	r.Claim.Name = shortenCounted(r.Claim.Name, roomPart)
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
	used := headerExtra + counted(r.Claim.Says(claimTime, r.Lang)) + counted(r.Heading) + counted(r.Link) + roomSource
	for _, line := range head {
		used += counted(*line)
	}
	for _, part := range r.Context {
		used += counted(part) + len(" · ")
	}
	for _, e := range r.Try {
		used += counted(e.Line) + counted(e.Does) + counted(e.Button)
	}
	r.Body = shortenCounted(lines.Shorten(r.Body, maxSection), min(roomBody, roomMessage-used))
	used += counted(r.Body)
	r.Lines, left = fitLines(r.Lines, roomMessage-used)
	r.Source = shortenCounted(r.Source, roomSource-roomLeftOut)
	return r, left
}

// withLeftOut is the reply with the note that lines are left out, if any are.
func withLeftOut(r reply.Reply, left int, l texts.Lang) reply.Reply {
	if left > 0 {
		r.Source = strings.TrimSuffix(texts.Bot.LeftOut.With(left).In(l)+" · "+r.Source, " · ")
	}
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

// counted is the number of characters that Slack counts: those of the escaped text.
func counted(s string) int {
	n := 0
	for _, r := range s {
		n += escapedLen(r)
	}
	return n
}

func escapedLen(r rune) int {
	switch r {
	case '&':
		return len("&amp;")
	case '<', '>':
		return len("&lt;")
	}
	return 1
}

// numberWidth is the length of the number of a line; 0 if it has none.
func numberWidth(l lines.Line) int {
	if l.Number == 0 {
		return 0
	}
	return len(strconv.Itoa(l.Number))
}
