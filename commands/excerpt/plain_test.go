package excerpt

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPlainIsALineAsAnExcerptShowsIt(t *testing.T) {
	const stamp = "[2026/09/10 17:26:22.772 GMT+08:00]"
	for line, want := range map[string]string{
		stamp + " [INFO] [编译:maven] : 开始\n": "开始",
		stamp + "   at Foo.bar \r\n":        "  at Foo.bar",
		stamp + " one " + stamp + " two\n":  "one two",
		"2026-09-10T17:26:22.772Z error: x": "error: x",
		stamp + " \x1b[31merror\x1b[0m\n":   "error",
		"":                                  "",
	} {
		assert.Equal(t, want, Plain([]byte(line)), line)
	}
}
