package wire

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func cutText(t *testing.T, body string) string {
	t.Helper()
	got, err := io.ReadAll(cutLines(strings.NewReader(body)))
	require.NoError(t, err)
	return string(got)
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestOnlyLongLinesAreCut(t *testing.T) {
	long := strings.Repeat("x", 3*maxLine)
	for name, c := range map[string]struct{ log, want string }{
		"short lines":         {"one\ntwo\n", "one\ntwo\n"},
		"a long one between":  {"one\n" + long + "\ntwo", "one\n" + long[:maxLine] + lineCut + "\ntwo"},
		"at a blank":          {strings.Repeat("y", maxLine-10) + " " + long + "\n", strings.Repeat("y", maxLine-10) + " " + lineCut + "\n"},
		"other escapes":       {"a\t\"b\"\\\n" + long, "a\t\"b\"\\\n" + long[:maxLine] + lineCut},
		"a backslash and n":   {`a\n` + "\n", `a\n` + "\n"},
		"many lines together": {strings.Repeat("a line\n", maxLine), strings.Repeat("a line\n", maxLine)},
	} {
		t.Run(name, func(t *testing.T) {
			var got map[string]string
			require.NoError(t, json.Unmarshal([]byte(cutText(t, encoded(t, map[string]string{"log": c.log, "x": "y"}))), &got))
			assert.Equal(t, map[string]string{"log": c.want, "x": "y"}, got)
		})
	}
}

func TestALineIsCutBetweenCharacters(t *testing.T) {
	for _, text := range []string{"错", "😀", `\u9519`, `\ud83d\ude00`} {
		for shift := range 8 {
			got := cutText(t, `"`+strings.Repeat("x", shift)+strings.Repeat(text, maxLine)+`"`)
			var line string
			require.NoError(t, json.Unmarshal([]byte(got), &line))
			assert.True(t, utf8.ValidString(got))
			assert.NotContains(t, line, "\uFFFD", "%s shifted by %d", text, shift)
			assert.True(t, strings.HasSuffix(line, lineCut))
			assert.Less(t, len(got), maxLine+16)
		}
	}
}

func TestLinesOfAStringInAStringAreTold(t *testing.T) {
	long := strings.Repeat("x", 3*maxLine)
	inner := encoded(t, map[string]string{"log": "one\n" + long + "\ntwo"})
	var outer string
	require.NoError(t, json.Unmarshal([]byte(cutText(t, encoded(t, inner))), &outer))
	var got map[string]string
	require.NoError(t, json.Unmarshal([]byte(outer), &got))
	assert.True(t, strings.HasPrefix(got["log"], "one\nxx"))
	assert.True(t, strings.HasSuffix(got["log"], "x"+lineCut+"\ntwo"))
}

func TestALargeAnswerIsCutWholeOrRefused(t *testing.T) {
	answer := `"` + strings.Repeat("x", maxEnvelope) + `"`
	body, cut, err := Request{Whole: true}.body(strings.NewReader(answer))
	require.NoError(t, err)
	assert.False(t, cut)
	assert.Len(t, body, len(answer))

	body, cut, err = Request{Cut: true}.body(strings.NewReader(answer))
	require.NoError(t, err)
	assert.True(t, cut)
	assert.Len(t, body, maxLine+len(lineCut)+2)

	_, _, err = Request{}.body(strings.NewReader(answer))
	assert.ErrorIs(t, err, ErrProtocol)
}

func FuzzCuttingLinesKeepsJSON(f *testing.F) {
	f.Add("one\nzwei 错 😀\t\"\\", 9000)
	f.Add(`\n\\n`, 3)
	f.Fuzz(func(t *testing.T, text string, times int) {
		if !utf8.ValidString(text) || times < 0 || times*len(text) > 1<<16 {
			return
		}
		log := strings.Repeat(text, times)
		var got string
		require.NoError(t, json.Unmarshal([]byte(cutText(t, encoded(t, log))), &got))
		assert.Equal(t, strings.Count(log, "\n"), strings.Count(got, "\n"), "no line is lost")
		if len(encoded(t, log)) < maxLine {
			assert.Equal(t, log, got)
		}
	})
}
