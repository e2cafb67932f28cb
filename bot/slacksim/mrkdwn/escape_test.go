package mrkdwn

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzSplit(f *testing.F) {
	f.Add("日志\n失败\n", 3)
	f.Add(strings.Repeat("x", 50), 7)
	f.Add("\n\n\n", 1)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if n < 1 || len(text) > 10_000 || !utf8.ValidString(text) {
			return
		}
		pieces := Split(text, n)
		require.NotEmpty(t, pieces)
		for _, p := range pieces {
			assert.LessOrEqual(t, utf8.RuneCountInString(p), n)
			assert.True(t, utf8.ValidString(p))
		}
		keep := func(s string) string { return strings.ReplaceAll(s, "\n", "") }
		assert.Equal(t, keep(text), keep(strings.Join(pieces, "")))
	})
}
