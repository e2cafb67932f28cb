package lines

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

func TestEveryCharacterHasItsClass(t *testing.T) {
	for class, all := range map[Class]string{
		Visible: " aé构建，（🙂क\u094d\u0301\ufe0f\u00a0",
		Control: "\x00\t\n\r\x1b\x7f\u0085\u009b",
		LineEnd: "\u2028\u2029",
		Turning: "\u202a\u202e\u2066\u2069",
		Joining: "\u200c\u200d",
		Unseen:  "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\u2064\ufeff\ufff9\U000e0067",
	} {
		for _, r := range all {
			assert.Equal(t, class, ClassOf(r), "%U", r)
		}
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.In(r, unicode.L, unicode.N, unicode.S) && ClassOf(r) != Visible {
			t.Errorf("%U is a letter, number or symbol", r)
		}
	}
}

func TestASequenceEndsWhereTheTerminalStopsReadingIt(t *testing.T) {
	for s, want := range map[string]string{
		"\x1b[31mred": "red", "\u009b31mred": "red", "\x1b]0;t\atext": "text", "\x1b]8;;x\x1b\\link": "link",
		"\x1b(Btext": "text", "\x1b(\ntext": "\ntext", "\x1bctext": "text", "\x1b": "", "\x1b[3": "", "\x1b[3\nx": "\nx",
		"\x1b]title": "title", "\x1b]title\n\a": "title\n\a", "\x1b]a\x1b[31mb": "a\x1b[31mb",
	} {
		assert.Equal(t, want, s[Sequence(s):], "%q", s)
		assert.Equal(t, Sequence(s), Sequence([]byte(s)))
	}
}
