package render

import (
	"slices"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"

	"logbot/commands/reply"
	"logbot/logsapi/lines"
)

func TestControlCharactersAreRemovedFromALogLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain 构建失败":                  "plain 构建失败",
		"\x1b[31mred\x1b[0m text":     "red text",
		"\x1b]0;title\x07after":       "after",
		"\x1b]8;;https://x\x1b\\link": "link",
		"cut \x1b[3":                  "cut ",
		"\x9b31mraw":                  "\uFFFD31mraw",
		"\u009b31mC1":                 "C1",
		"a\tb":                        "a    b",
		"\x1b]0;title\nnext\a":        "0;title\nnext", // a title that does not end is shown, as in an excerpt
		"\x1b(失败":                     "失败",
		"a\rb\x00c\x7f\u0085d":        "abc d",
		"zero\u200bwidth\ufeff\u2060": "zerowidth",
		"if admin\u202e { //\u2066":   "if admin<U+202E> { //<U+2066>",
		"👩\u200d💻 क\u094d\u200dष می\u200cخواهم": "👩\u200d💻 क\u094d\u200dष می\u200cخواهم",
		"flag \U000E0067\U000E007F":             "flag ",
		"two\u2028lines":                        "two lines",
		"bad \xff\xfe utf8":                     "bad \uFFFD utf8",
	} {
		assert.Equal(t, want, clean(in), "%q", in)
	}
	assert.Equal(t, "a b", line(" a\nb\n"))
}

func TestALineOfAReplyIsOneLine(t *testing.T) {
	r := cleaned(reply.Reply{
		Lines: []lines.Line{{Number: 1, Text: "  indented\n```\x1b[0m  "}}, Context: []string{" ", "main\n"},
		Try: []reply.Example{{Line: "\x00"}, {Line: "/logs help\n"}},
	})
	assert.Equal(t, []lines.Line{{Number: 1, Text: "  indented ```"}}, r.Lines)
	assert.Equal(t, []string{"main"}, r.Context)
	assert.Equal(t, []reply.Example{{Line: "/logs help"}}, r.Try)
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"失败 \x1b[31m", "\u202e\u2066\u200b", "\x1b]8;;x", "\x9b\xff", "🙂\u200d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := clean(s)
		for _, r := range out {
			if r != '\n' && (unicode.IsControl(r) || slices.Contains([]lines.Class{lines.LineEnd, lines.Turning, lines.Unseen}, lines.ClassOf(r))) {
				t.Fatalf("%U is left of %q", r, s)
			}
		}
		if again := clean(out); again != out {
			t.Fatalf("%q becomes %q and then %q", s, out, again)
		}
	})
}

func TestMatchingLinesAreMarkedAmongOthers(t *testing.T) {
	r := reply.Reply{Lines: []lines.Line{{Number: 7, Text: "before"}, {Number: 8, Text: "找到\x1b[0m", Match: true}}}
	fitting, _ := fit(cleaned(r))
	assert.Equal(t, "7   before\n  > 找到", fitting.Excerpt())
}
