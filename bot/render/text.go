package render

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/slack-go/slack"
)

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

// ownMarkup matches the markup that this package writes: a date, a mention of one
// person, a channel (which pings nobody) and a link, which Slack returns without a
// label. Nothing else may stand in angle brackets, so nothing can ping a channel.
var ownMarkup = regexp.MustCompile(`<(?:!date\^\d+\^[^<>|^]+\|[^<>|]*|@[UW][A-Z0-9]+|#[CDG][A-Z0-9]+|https?://[^<>|\s]+(?:\|[^<>|]*)?)>`)

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
