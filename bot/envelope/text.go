package envelope

import (
	"cmp"
	"strings"

	"logbot/logsapi/lazyregexp"
)

// token matches what Slack makes of words that it recognises: a link, a person, a
// channel, or something special. A < that was typed is escaped, so it begins no token.
var token = lazyregexp.New(`<([@#!][^<>|\s]*|[a-zA-Z][a-zA-Z0-9+.-]*:[^<>|\s]*)(?:\|([^<>]*))?>`)

// unescape undoes the only escaping that Slack has.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// AsTyped returns a text with Slack's markup as somebody typed it: the tokens that Slack
// has made of words are words again, and its escaping is undone. It is applied once.
func AsTyped(text string) string {
	return unescape.Replace(token.ReplaceAllStringFunc(text, func(t string) string {
		m := token.FindStringSubmatch(t)
		return word(m[1], m[2])
	}))
}

// withAddresses is AsTyped, except that every link is its whole address: in a message
// of another app the address is what counts, and its label may say anything.
func withAddresses(text string) string {
	return unescape.Replace(token.ReplaceAllStringFunc(text, func(t string) string {
		m := token.FindStringSubmatch(t)
		if strings.ContainsAny(m[1][:1], "@#!") {
			return word(m[1], m[2])
		}
		return m[1]
	}))
}

// word is what was typed where Slack has put a token with a label, which may be empty.
func word(what, label string) string {
	switch what[0] {
	case '@', '#':
		return what[:1] + strings.TrimLeft(cmp.Or(label, what[1:]), what[:1])
	case '!':
		return special(what[1:], label)
	}
	scheme, rest, _ := strings.Cut(what, ":")
	for _, typed := range []string{strings.TrimPrefix(rest, "//"), rest} {
		if label != "" && strings.EqualFold(strings.TrimSuffix(typed, "/"), strings.TrimSuffix(label, "/")) {
			return label // Slack has added the scheme
		}
	}
	if strings.EqualFold(scheme, "mailto") || strings.EqualFold(scheme, "tel") {
		return cmp.Or(label, rest)
	}
	return what
}

// special is what was typed for a token with !: everybody of a kind, a group of people,
// or a time.
func special(what, label string) string {
	kind, rest, _ := strings.Cut(what, "^")
	switch {
	case kind == "date":
		return cmp.Or(label, rest)
	case kind == "subteam":
		return "@" + strings.TrimLeft(cmp.Or(label, rest), "@")
	}
	return "@" + strings.TrimLeft(cmp.Or(label, kind), "@")
}
