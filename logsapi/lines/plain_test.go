package lines

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestPlainShowsWhatATerminalWould(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"nothing to do", "编译失败: main.c\t3", "编译失败: main.c\t3"},
		{"colours", "\x1b[31;1mError\x1b[0m: x", "Error: x"},
		{"256 colours and erase", "\x1b[38;5;9mred\x1b[K", "red"},
		{"a title", "\x1b]0;title\aText", "Text"},
		{"a link, ended by ST", "\x1b]8;;http://a\x1b\\Text", "Text"},
		{"charset", "\x1b(BText", "Text"},
		{"progress", " 10%\r 50%\r100%", "100%"},
		{"progress that ends with a return", "10%\r100%\r", "100%"},
		{"erased after the return", "step one\r\x1b[0K$ make", "$ make"},
		{"two returns at the end", "text\r\r", "text"},
		{"backspace", "abc\b\bx", "ax"},
		{"backspace over a Chinese rune", "失败\b功", "失功"},
		{"controls", "a\x00b\x07c\x7fd", "abcd"},
		{"no UTF-8", "a\xffb\xc3", "ab"},
		{"GB 18030", "main.c:3: \xb4\xed\xce\xf3: \xb1\xe0\xd2\xeb\xca\xa7\xb0\xdc", "main.c:3: 错误: 编译失败"},
		{"GB 18030 with colours", "\x1b[31m\xca\xa7\xb0\xdc\x1b[0m", "失败"},
		{"GB 18030 cut inside a character", "\xca\xa7\xb0\xdc\xa3", "失败"},
		{"a character of four bytes", "\xca\xa7\x81\x39\xee\x39", "失\ufffd"},
		{"an emoji and a rare character in GB 18030", "\xca\xa7\x94\x39\xfc\x36\x95\x34\xb2\x35", "失😀𠮷"},
		{"four bytes beyond the last character", "\xca\xa7\xe3\x32\x9a\x36", "失\ufffd"},
		{"UTF-8 cut inside a rune", "编译失败\xe5\xa4", "编译失败"},
		{"direction marks", "a\u202eb\ufeffc", "abc"},
		{"unfinished sequence", "text\x1b[31", "text"},
		{"sequence broken off by Chinese", "\x1b[31失败", "失败"},
		{"lone escape", "text\x1b", "text"},
		{"unfinished title", "\x1b]0;title", "0;title"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, string(Plain(nil, []byte(c.line))))
		})
	}
}

func TestPlainOfPlainTextDoesNotAllocate(t *testing.T) {
	line := []byte("src/main.c:3: 错误: expected ';'")
	assert.Zero(t, testing.AllocsPerRun(10, func() { Plain(nil, line) }))
}

func FuzzPlain(f *testing.F) {
	f.Add("\x1b[31m编译失败\x1b[0m\r\x1b[K100%\b\b")
	f.Add("\x1b]0;标题\x1b\\\x1b(B\xff\x00")
	f.Fuzz(func(t *testing.T, line string) {
		got := Plain(nil, []byte(line))
		if !utf8.Valid(got) {
			t.Fatalf("Plain(%q) = %q is no UTF-8", line, got)
		}
		if i := strings.IndexFunc(string(got), func(r rune) bool { return unicode.IsControl(r) && r != '\t' }); i >= 0 {
			t.Fatalf("Plain(%q) = %q keeps a control character", line, got)
		}
		if again := Plain(nil, got); string(again) != string(got) {
			t.Fatalf("Plain is not stable: %q, then %q", got, again)
		}
	})
}
