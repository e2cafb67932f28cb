package excerpt

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSeenKnowsLinesButForTheirNumbers(t *testing.T) {
	s := &Seen{}
	for _, part := range []string{"Downloaded 12 kB in ", "3 s\n\x1b[32mcommit 4f3c2b1a done\x1b[0m\r\n", stamped + "[INFO] [A:b] : 第 3 步完成\n", "Tests: 7, failed: 0\n发现 0 个错误\n", "no line feed"} {
		s.Write([]byte(part))
	}
	for text, want := range map[string]bool{
		"Downloaded 4711 kB in 9 s": true,
		"commit 00ff11ee done":      true,
		"commit deadbee done":       false, // a word, as far as anybody can tell
		"第 12 步完成":                  true,
		"Downloaded kB in s":        false,
		"Tests: 9, failed: 0":       true,
		"Tests: 9, failed: 3":       false, // a count of none is not like others
		"发现 3 个错误":                  false,
		"Uploaded 12 kB in 3 s":     false,
		"no line feed":              false,
	} {
		assert.Equal(t, want, s.has([]byte(text)), text)
	}
	var none *Seen
	assert.False(t, none.has([]byte("x")))
	assert.False(t, (&Seen{}).has([]byte("x")))
}
