package bot

import (
	"fmt"
	"logbot/commands/reply"
	"logbot/logsapi/lines"
	"regexp"
	"strings"
	"unicode"
)

// ansi is what terminals take as orders: colours, cursor moves, titles. An order
// without its end reaches to the end of the line.
var ansi = regexp.MustCompile(`(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]?|\x1b[\]P^_X][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?`)

// maxCleaned is how much of one text is looked at, in bytes: several times what
// any part of a message shows, so what is cut here is cut again, with a mark.
const maxCleaned = 32 << 10

// clean is a text of one line or more without what would show as something else
// than it is: orders to a terminal, control characters and characters without a
// width go; a character that turns the direction of reading round is spelled
// out, for a log that has one is worth a second look. Letters of every script,
// joiners inside them and emoji stay.
func clean(s string) string {
	if len(s) > maxCleaned {
		s = s[:maxCleaned]
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexFunc(s, suspect) < 0 {
		return s
	}
	s = ansi.ReplaceAllString(s, "")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case r == '\t':
			b.WriteString("    ")
		case r == '\u2028' || r == '\u2029' || r == '\u0085':
			b.WriteByte(' ') // ends of lines elsewhere
		case turns(r):
			fmt.Fprintf(&b, "<%U>", r)
		case unseen(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// suspect reports whether clean has to look closer at r.
func suspect(r rune) bool { return (unicode.IsControl(r) && r != '\n') || turns(r) || unseen(r) }

// turns reports whether r overrides or embeds a direction of reading
// (UAX #9, "explicit formatting").
func turns(r rune) bool { return (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069) }

// unseen reports whether r shows as nothing and joins nothing.
func unseen(r rune) bool {
	switch {
	case unicode.IsControl(r), r >= 0xFFF9 && r <= 0xFFFB, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	switch r {
	case '\u00AD', '\u061C', '\u180E', '\u200B', '\u200E', '\u200F', '\u2028', '\u2029', '\u2060', '\u2061', '\u2062', '\u2063', '\u2064', '\uFEFF':
		return true
	}
	return false
}

// line is clean and all in one line.
func line(s string) string { return strings.TrimSpace(strings.ReplaceAll(clean(s), "\n", " ")) }

// cleaned is a reply whose texts are clean. Lines of a log keep the blanks at
// their start.
func cleaned(r reply.Reply) reply.Reply {
	r.Heading, r.Reason, r.Source = line(r.Heading), line(r.Reason), line(r.Source)
	r.Body = strings.TrimSpace(clean(r.Body))
	context := r.Context
	r.Context = nil
	for _, part := range context {
		if part = line(part); part != "" {
			r.Context = append(r.Context, part)
		}
	}
	all := r.Lines
	r.Lines = make([]lines.Line, len(all))
	for i, l := range all {
		l.Text = strings.TrimRight(strings.ReplaceAll(clean(l.Text), "\n", " "), " ")
		r.Lines[i] = l
	}
	try := r.Try
	r.Try = nil
	for _, e := range try {
		// The line of a button is typed, not shown.
		e.Does, e.Button = line(e.Does), line(e.Button)
		if e.Button == "" {
			e.Line = line(e.Line)
		}
		if e.Line != "" {
			r.Try = append(r.Try, e)
		}
	}
	r.About.Name = line(r.About.Name)
	return r
}
