package render

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"logbot/commands/reply"
	"logbot/logsapi/lazyregexp"
	"logbot/logsapi/lines"
)

// maxCleaned bounds the text to clean, in bytes: several times what any part of a
// message shows, so what is cut here is shortened again, with a mark.
const maxCleaned = 32 << 10

// clean removes terminal sequences, control characters and characters without a
// width from a text of one or more lines, which could make it look like something
// else. Characters that change the reading direction are spelled out, because a log
// that has one deserves a second look. Letters of every script, joiners inside them
// and emoji stay.
func clean(s string) string {
	s = strings.ToValidUTF8(lines.Head(s, maxCleaned), "\uFFFD")
	if strings.IndexFunc(s, needsCleaning) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch class := lines.ClassOf(r); {
		case r == '\x1b' || r == '\u009b':
			size = lines.Sequence(s[i:])
			for i+size < len(s) && !utf8.RuneStart(s[i+size]) { // a broken sequence must not remove half a character
				size--
			}
		case r == '\n':
			b.WriteRune(r)
		case r == '\t':
			b.WriteString("    ")
		case class == lines.LineEnd || r == '\u0085':
			b.WriteByte(' ')
		case class == lines.Turning:
			fmt.Fprintf(&b, "<%U>", r)
		case class == lines.Control || class == lines.Unseen:
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

func needsCleaning(r rune) bool {
	class := lines.ClassOf(r)
	return r != '\n' && class != lines.Visible && class != lines.Joining
}

// line is the clean text in one line.
func line(s string) string { return strings.TrimSpace(strings.ReplaceAll(clean(s), "\n", " ")) }

// cleaned is the reply with clean texts. Log lines keep their indentation.
func cleaned(r reply.Reply) reply.Reply {
	for _, text := range []*string{&r.Sign, &r.Heading, &r.Reason, &r.Parts, &r.Tests, &r.Verdict, &r.Service, &r.Source, &r.Picks} {
		*text = line(*text)
	}
	r.Body, r.Claim.Name = strings.TrimSpace(clean(r.Body)), line(r.Claim.Name)
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
		// The line of a button is run, not shown.
		e.Does, e.Button, e.Shown = line(e.Does), line(e.Button), line(e.Shown)
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

// plain is a text object that Slack shows literally.
func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// markup is a text object in Slack's markup; s is escaped.
func markup(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}

// escape replaces the three characters that Slack requires to be escaped in markup.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// unescape undoes escape.
var unescape = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// ownMarkup matches the markup that this package writes: a date, a mention of one
// person, a channel (which pings nobody) and a link, which Slack returns without a
// label. Nothing else may stand in angle brackets, so nothing can ping a channel.
var ownMarkup = lazyregexp.New(`<(?:!date\^\d+\^[^<>|^]+\|[^<>|]*|@[UW][A-Z0-9]+|#[CDG][A-Z0-9]+|https?://[^<>|\s]+(?:\|[^<>|]*)?)>`)

// escapeOthers escapes the angle brackets of a markup text, except in the forms of
// ownMarkup.
func escapeOthers(s string) string {
	var b strings.Builder
	brackets := strings.NewReplacer("<", "&lt;", ">", "&gt;")
	rest := 0
	for _, at := range ownMarkup.FindAllStringIndex(s, -1) {
		b.WriteString(brackets.Replace(s[rest:at[0]]))
		b.WriteString(s[at[0]:at[1]])
		rest = at[1]
	}
	b.WriteString(brackets.Replace(s[rest:]))
	return b.String()
}

// linkTarget is a URL without the characters that would end it inside Slack's markup.
func linkTarget(link string) string {
	return strings.NewReplacer("|", "%7C", "<", "%3C", ">", "%3E", " ", "%20", "^", "%5E").Replace(link)
}

// isWebAddress reports whether s is an absolute HTTP URL.
func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
