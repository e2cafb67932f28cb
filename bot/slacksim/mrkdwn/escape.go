// Package mrkdwn escapes and shortens the text of Slack messages.
package mrkdwn

import (
	"strings"
	"unicode/utf8"
)

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
)

// Escape replaces the three characters that mrkdwn gives a meaning: & < >.
// Emphasis marks stay.
func Escape(s string) string { return escaper.Replace(s) }

// Unescape undoes Escape.
func Unescape(s string) string { return unescaper.Replace(s) }

// Truncate shortens text to at most n characters.
func Truncate(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// Split breaks text into pieces of at most n characters, at line ends where it
// can. It returns at least one piece.
func Split(text string, n int) []string {
	var pieces []string
	for utf8.RuneCountInString(text) > n {
		piece := Truncate(text, n)
		if end := strings.LastIndexByte(piece, '\n'); end > 0 {
			piece = piece[:end+1]
		}
		pieces = append(pieces, strings.TrimSuffix(piece, "\n"))
		text = text[len(piece):]
	}
	if text == "" && pieces != nil {
		return pieces
	}
	return append(pieces, text)
}
