package read

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestWhatIsNewStandsBehindTheEndOfWhatWasRead(t *testing.T) {
	for name, c := range map[string]struct {
		text, tail, rest string
		fits             bool
	}{
		"some lines":                       {"a\nb\nc\n", "a\nb\n", "c\n", true},
		"nothing":                          {"a\nb\n", "a\nb\n", "", true},
		"the end of a line":                {"a\nbcd\n", "a\nb", "cd\n", true},
		"the tail is longer than the text": {"b\nc\n", "a\nb\n", "c\n", true},
		"the text has no final line feed":  {"a\nb", "a\nb\n", "", true},
		"a line that comes twice":          {"x\na\nx\nb\n", "x\na\nx\n", "b\n", true},
		"a line that comes again":          {"x\na\nx\n", "x\na\n", "x\n", true},
		"empty lines":                      {"a\n\n\nb\n", "a\n\n\n", "b\n", true},
		"Chinese":                          {"编译\n失败\n结束\n", "编译\n失败\n", "结束\n", true},
		"another log":                      {"c\nd\n", "a\nb\n", "", false},
		"a gap":                            {"d\ne\n", "a\nb\nc\n", "", false},
		"nothing was read":                 {"a\n", "", "", false},
		"an empty log":                     {"", "a\n", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			rest, fits := behind(c.text, c.tail)
			assert.Equal(t, c.fits, fits)
			assert.Equal(t, c.rest, rest)
		})
	}
}

func FuzzWhatIsNewJoinsWhatWasReadToTheLog(f *testing.F) {
	f.Add("a\nb\n", "c\n", 3)
	f.Add("编译\n失败\n", "结束", 5)
	f.Add("....", "....", 2)
	f.Add("\n\n", "\n", 1)
	f.Fuzz(func(t *testing.T, read, more string, cut int) {
		log := read + more
		tail := lastLines(read, max(1, cut))
		assert.True(t, strings.HasSuffix(read, tail) && (len(tail) <= max(1, cut)))
		if utf8.ValidString(read) {
			assert.True(t, utf8.ValidString(tail))
		}
		rest, fits := behind(log, tail)
		if strings.TrimSuffix(tail, "\n") == "" {
			return
		}
		assert.True(t, fits, "the tail stands in the log")
		assert.True(t, strings.HasSuffix(log, rest))
		assert.LessOrEqual(t, len(rest), len(more)+1, "nothing comes twice")
		known := strings.TrimSuffix(log[:len(log)-len(rest)], "\n")
		assert.True(t, strings.HasSuffix(known, strings.TrimSuffix(tail, "\n")), "it begins where the tail ends")
	})
}

func FuzzTheEndOfALogIsShortAndWhole(f *testing.F) {
	f.Add("a\n编译失败\n", 4)
	f.Add(strings.Repeat("错", 100), 10)
	f.Fuzz(func(t *testing.T, text string, most int) {
		if most < 1 {
			return
		}
		end := lastLines(text, most)
		assert.True(t, strings.HasSuffix(text, end))
		assert.LessOrEqual(t, len(end), most)
	})
}
