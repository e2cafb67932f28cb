// Package typed is what people type and the lines they are offered: words, flags,
// the syntax of the verbs, and errors that say what to type instead. It does no
// I/O.
package typed

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// maxText is how long a typed command may be, in characters: far above any
// command with a pasted link, far below Slack's own limits.
const maxText = 1000

// Split cuts a typed text into words. Quotation marks keep blanks together,
// also the curly ones that phones insert; inside them the closing mark is
// written twice to stand for itself. A dash that a phone made of two hyphens is
// turned back, unless it is quoted.
func Split(text string) ([]string, error) {
	if n := utf8.RuneCountInString(text); n > maxText {
		return nil, Wrong(texts.TooLong.With(texts.Thousands(n), texts.Thousands(maxText)), "help")
	}
	if !utf8.ValidString(text) {
		return nil, Wrong(texts.NotText.With(), "help")
	}
	var words []string
	var word strings.Builder
	open, inWord, bare := rune(0), false, true
	flush := func() {
		if inWord && bare {
			words = append(words, flagDashes(word.String()))
		} else if inWord {
			words = append(words, word.String())
		}
		word.Reset()
		inWord, bare = false, true
	}
	skip := false
	for i, r := range text {
		switch {
		case skip:
			skip = false
		case invisible(r):
		case unicode.IsSpace(r) && open == 0:
			flush()
		case unicode.IsControl(r) && !unicode.IsSpace(r):
			return nil, Wrong(texts.ControlChar.With(fmt.Sprintf("%U", r), texts.Quote(lastRunes(text[:i], 20))), "help")
		case open == 0 && closing(r) != 0 && (!inWord || strings.HasSuffix(word.String(), "=")):
			bare = inWord
			open, inWord = closing(r), true
		case open != 0 && r == open:
			next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
			if skip = next == open; skip {
				word.WriteRune(r)
			} else {
				open = 0
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if open != 0 {
		return nil, Wrong(texts.QuoteMissing.With(texts.Quote(word.String())), strings.TrimSpace(text)+string(open))
	}
	flush()
	return words, nil
}

// lastRunes is the end of s, n characters at most.
func lastRunes(s string, n int) string {
	r := []rune(s)
	return string(r[max(0, len(r)-n):])
}

// Quoted is a word as it must be typed so that Split reads it back, without
// invisible characters, which Split never reads.
func Quoted(word string) string {
	word = visible(word)
	if word != "" && flagDashes(word) == word && !strings.ContainsFunc(word, needsQuotes) {
		return word
	}
	return `"` + strings.ReplaceAll(word, `"`, `""`) + `"`
}

func needsQuotes(r rune) bool { return unicode.IsSpace(r) || closing(r) != 0 }

// Typeable reports whether a word can be typed as it is.
func Typeable(word string) bool {
	read, err := Split(Quoted(word))
	return err == nil && len(read) == 1 && read[0] == word && !strings.HasPrefix(word, "--") && !likeFlag(word)
}

// visible is s without the characters that Split does not read.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
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

// invisible reports a character that comes along with pasted text and is never meant.
func invisible(r rune) bool {
	class := lines.ClassOf(r)
	return class == lines.Unseen || class == lines.Joining
}

// flagDashes turns what a phone or a Chinese keyboard made of "--" back.
func flagDashes(word string) string {
	for _, dash := range []string{"——", "－－", "—", "–", "－"} { // those of two first
		if rest, ok := strings.CutPrefix(word, dash); ok && rest != "" {
			return "--" + rest
		}
	}
	return word
}

// Narrow is a word whose full-width digits and signs, as Chinese keyboards type
// them, are plain ones.
func Narrow(word string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, word)
}

// Line is words as a line that Split reads back.
func Line(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = Quoted(w)
	}
	return strings.Join(quoted, " ")
}
