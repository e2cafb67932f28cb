package failure

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

//go:embed generic.txt
var genericText string

// generic says whether a normal line says nothing that tells one failure from another.
func generic(text string) bool {
	plain := bare(text)
	if plain == "" || strings.HasPrefix(text, "$ ") || strings.HasPrefix(text, "+ ") {
		return true
	}
	g := genericForms()
	if !slices.ContainsFunc(strings.FieldsFunc(g.parts.Replace(plain), notLetter), func(word string) bool { return len(word) > 1 && !g.words[word] }) {
		return true
	}
	return slices.ContainsFunc(g.forms, func(f form) bool { return f.matches(plain) })
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// accuses says whether a normal line says that something failed, or where.
func accuses(text string) bool {
	fails := genericForms().fails
	return strings.Contains(text, ":#") || strings.Contains(text, "line #") ||
		slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(text), notLetter), func(word string) bool {
			return fails[word] || strings.HasSuffix(word, "error") || strings.HasSuffix(word, "exception")
		})
}

// telling is how many different words of a normal line tell it from others.
func telling(text string) int {
	const least = 3 // letters
	words, g := map[string]bool{}, genericForms()
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), notLetter) {
		if len(word) >= least && !g.words[word] {
			words[word] = true
		}
	}
	return len(words)
}

// bare is a normal line in lower case without marks at its ends.
func bare(text string) string {
	return strings.TrimFunc(strings.ToLower(text), notLetter)
}

// form is a whole line that says nothing of its own.
type form struct {
	texts      []string // a line without any of them does not match
	expression *regexp.Regexp
}

func (f *form) matches(plain string) bool {
	return slices.ContainsFunc(f.texts, func(text string) bool { return strings.Contains(plain, text) }) && f.expression.MatchString(plain)
}

type forms struct {
	words map[string]bool // also those of fails
	fails map[string]bool
	parts *strings.Replacer
	forms []form
}

// genericForms are those of generic.txt.
var genericForms = sync.OnceValue(func() forms {
	f := forms{words: map[string]bool{}, fails: map[string]bool{}}
	var parts []string
	for line := range strings.Lines(genericText) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch kind {
		case "words", "fails":
			for w := range strings.FieldsSeq(rest) {
				f.words[w] = true
				f.fails[w] = f.fails[w] || kind == "fails"
			}
		case "parts":
			for part := range strings.FieldsSeq(rest) {
				parts = append(parts, part, " ")
			}
		case "form":
			texts, expression, _ := strings.Cut(rest, " ")
			f.forms = append(f.forms, form{strings.Split(texts, ","), regexp.MustCompile("^(?:" + expression + ")$")})
		}
	}
	f.parts = strings.NewReplacer(parts...)
	return f
})
