// Package texts holds every sentence that people read, in each language that
// logbot speaks.
package texts

import (
	"fmt"
	"strings"
)

// Lang is a language that logbot speaks. The zero value is English.
type Lang int

// The languages.
const (
	English Lang = iota
	Chinese      // Simplified Chinese
)

// Parse reads a language as people and systems write it: en, zh, zh-CN, en_GB. It
// is false for one that logbot does not speak; traditional Chinese is read as
// Chinese, for it is closer to its readers than English.
func Parse(s string) (Lang, bool) {
	base, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(s), "_", "-"), "-")
	switch base {
	case "en":
		return English, true
	case "zh":
		return Chinese, true
	}
	return English, false
}

// Text is one sentence in each language, with the verbs of package fmt. Where a
// language wants the arguments in another order it numbers them: %[2]s.
type Text struct{ EN, ZH string }

// With is the text filled with arguments, in a language that is chosen later. An
// argument may be said in a language itself: a Text, a Phrase, a Quote, a List.
func (t Text) With(args ...any) Phrase { return Phrase{t, args} }

// In is the text without arguments in a language.
func (t Text) In(l Lang) string { return t.With().In(l) }

// Phrase is a text with its arguments. The zero Phrase says nothing.
type Phrase struct {
	text Text
	args []any
}

// Plain is a phrase that is the same in every language: a name, a line of a log.
func Plain(s string) Phrase { return Text{"%s", "%s"}.With(s) }

// In is the phrase in a language.
func (p Phrase) In(l Lang) string {
	form := p.text.EN
	if l == Chinese {
		form = p.text.ZH
	}
	if len(p.args) == 0 {
		return form
	}
	args := make([]any, len(p.args))
	for i, a := range p.args {
		if said, ok := a.(interface{ In(Lang) string }); ok {
			a = said.In(l)
		}
		args[i] = a
	}
	return fmt.Sprintf(form, args...)
}

// Empty reports whether there is nothing to say.
func (p Phrase) Empty() bool { return p.text == Text{} }
