package commands

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is how long a typed command may be in characters: far above any
// command with a pasted link, far below Slack's own limits.
const maxText = 1000

// split cuts a typed text into words. Quotation marks keep blanks together,
// also the curly ones that phones insert; a dash that a phone made of two
// hyphens is turned back.
func split(text string) ([]string, error) {
	if n := utf8.RuneCountInString(text); n > maxText {
		return nil, wrong(fmt.Sprintf("That command has %s characters; at most %s are read.", thousands(n), thousands(maxText)), "help")
	}
	if !utf8.ValidString(text) {
		return nil, wrong("That command is not valid text (UTF-8). Please type it again.", "help")
	}
	var words []string
	var word strings.Builder
	open, inWord := rune(0), false
	flush := func() {
		if inWord {
			words = append(words, flagDashes(word.String()))
		}
		word.Reset()
		inWord = false
	}
	for i, r := range text {
		switch {
		case invisible(r):
		case unicode.IsSpace(r) && open == 0:
			flush()
		case unicode.IsControl(r) && !unicode.IsSpace(r):
			return nil, wrong(fmt.Sprintf("That command has a control character (%U) after %s. Please type it again without it.", r, quote(tail(text[:i]))), "help")
		case open == 0 && closing(r) != 0 && (!inWord || strings.HasSuffix(word.String(), "=")):
			open, inWord = closing(r), true
		case open != 0 && r == open:
			open = 0
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if open != 0 {
		return nil, wrong(fmt.Sprintf("A quotation mark is missing: %s was opened and not closed.", quote(word.String())), "help")
	}
	flush()
	return words, nil
}

// closing is the mark that ends what r opens, 0 when r opens nothing.
func closing(r rune) rune {
	switch r {
	case '"', '\'':
		return r
	case '“', '„':
		return '”'
	case '‘':
		return '’'
	case '「':
		return '」'
	}
	return 0
}

// invisible characters come along with pasted text and are never meant.
func invisible(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff':
		return true
	}
	return false
}

// flagDashes turns the long dash that a phone made of "--" back.
func flagDashes(word string) string {
	for _, dash := range []string{"—", "–"} {
		if rest, ok := strings.CutPrefix(word, dash); ok && rest != "" {
			return "--" + rest
		}
	}
	return word
}

// tail is the end of s, short enough to quote.
func tail(s string) string {
	r := []rune(s)
	return string(r[max(0, len(r)-20):])
}
