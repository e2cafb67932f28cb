package failure

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"logbot/commands/excerpt"
	"logbot/commands/testlog"
)

func FuzzOf(f *testing.F) {
	for _, seed := range [][2]string{
		{"main.go:12:3: undefined: total", "TestRounding"}, {"2026-11-30T08:07:59.123Z HTTP 404 Not Found https://10.1.2.3:8080/a/b?c=d", "a/b_12 [3]"},
		{`C:\agent\_work\17\s\src\main.c(9,12): error C2065: 'x'`, "InvoiceTest › rounds half up"}, {"1 2 3, 4ms 5-6_7 v1.2.3 0x1f -12", "0b9c1d2e-aaaa-bbbb-cccc-0123456789ab"},
		{"第 12 行：变量“总数”未定义", "测试 12"}, {"\x1b[31mE\x1b[0m\tann@example.com \u202e <host>:# ##", "\x00\xff"}, {"/tmp/tmp.aB3xYz/src/x.c ../../y.c -I/usr/include", ""},
	} {
		f.Add(seed[0], seed[1], "expected 3 but was 4")
	}
	f.Fuzz(func(t *testing.T, reason, test, says string) {
		line := excerpt.Line{Number: 1, Text: reason, Rule: "error"}
		found := &excerpt.Excerpt{Reason: line, Reasons: []excerpt.Line{line, {Number: 9, Text: says}}, Lines: []excerpt.Line{line, {Number: 2, Text: test}}, Outcome: excerpt.Failed, Confidence: 80}
		tests := []testlog.Test{{Name: test, Says: says}, {Name: reason}}
		if test == "" {
			tests = nil
		}
		a := Of(found, tests)
		assert.Equal(t, a, Of(found, tests))
		assert.LessOrEqual(t, len(a.Key), 64)
		assert.LessOrEqual(t, len(a.Text), maxText)
		assert.True(t, utf8.ValidString(a.Text))
		assert.Equal(t, a.Key == "", a.Text == "")
		assert.False(t, strings.ContainsAny(a.Key, " \t\n") || strings.ContainsAny(a.Text, "\t\n\r"), "%q", a)
		for _, text := range []string{reason, test, says} {
			once := normal(text)
			assert.Equal(t, once, normal(once), "%q", text)
			name := normalName(text)
			assert.Equal(t, name, normalName(name), "%q", text)
		}
	})
}
