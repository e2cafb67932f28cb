package failure

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

//go:embed generic.txt
var genericText string

// generic says whether a normal line says nothing that tells one failure from another.
func generic(text string) bool {
	plain := bare(text)
	if plain == "" {
		return true
	}
	g := genericForms()
	if g.forms.MatchString(plain) {
		return true
	}
	for word := range strings.FieldsFuncSeq(g.parts.Replace(plain), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if !g.words[word] {
			return false
		}
	}
	return true
}

// bare is a normal line in lower case without marks at its ends.
func bare(text string) string {
	return strings.TrimFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
}

type forms struct {
	words map[string]bool
	parts *strings.Replacer
	forms *regexp.Regexp
}

// genericForms are those of generic.txt.
var genericForms = sync.OnceValue(func() forms {
	f := forms{words: map[string]bool{}}
	var all, parts []string
	for line := range strings.Lines(genericText) {
		line = strings.TrimSpace(line)
		kind, rest, _ := strings.Cut(line, " ")
		switch kind {
		case "words":
			for w := range strings.FieldsSeq(rest) {
				f.words[w] = true
			}
		case "parts":
			for part := range strings.FieldsSeq(rest) {
				parts = append(parts, part, " ")
			}
		case "form":
			all = append(all, strings.TrimSpace(rest))
		}
	}
	f.parts = strings.NewReplacer(parts...)
	f.forms = regexp.MustCompile("^(?:" + strings.Join(all, "|") + ")$")
	return f
})
