package lines

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// escapedSize is the size of a character where markup is escaped.
func escapedSize(r rune) int {
	if r == '&' {
		return len("&amp;")
	}
	return 1
}

func TestTextIsShortenedAtItsEnd(t *testing.T) {
	for _, c := range []struct {
		s                    string
		n                    int
		runes, bytes, middle string
	}{
		{"", 0, "", "", ""},
		{"", 5, "", "", ""},
		{"build", 5, "build", "build", "build"},
		{"build failed", 5, "buil…", "bu…", "bui…d"},
		{"build failed", 3, "bu…", "…", "bu…"},
		{"build failed", 2, "b…", "", "…"},
		{"build failed", 1, "…", "", "…"},
		{"build failed", 0, "", "", ""},
		{"build failed", -1, "", "", ""},
		{"构建失败", 4, "构建失败", "…", "构建失败"},
		{"构建失败", 12, "构建失败", "构建失败", "构建失败"},
		{"构建失败", 11, "构建失败", "构建…", "构建失败"},
		{"构建失败", 3, "构建…", "…", "构建…"},
		{"编译 main.go 失败：找不到模块", 9, "编译 main.…", "编译…", "编译 mai…模块"},
		{"0123456789abcdef", 9, "01234567…", "012345…", "012345…ef"},
		{"编译失败了请检查日志的内容", 9, "编译失败了请检查…", "编译…", "编译失败了请…内容"},
		{"a😀b😀c", 8, "a😀b😀c", "a😀…", "a😀b😀c"},
		{"\x80\x80\x80\x80\x80\x80\x80\x80\x80", 6, "\x80\x80\x80\x80\x80…", "…", "\ufffd\ufffd\ufffd\ufffd…\ufffd"},
	} {
		assert.Equal(t, c.runes, Shorten(c.s, c.n), "%q to %d characters", c.s, c.n)
		assert.Equal(t, c.bytes, ShortenBytes(c.s, c.n), "%q to %d bytes", c.s, c.n)
		assert.Equal(t, c.middle, ShortenMiddle(c.s, c.n), "%q to %d characters in its middle", c.s, c.n)
	}
}

func TestTextIsShortenedBySizes(t *testing.T) {
	for _, c := range []struct {
		s          string
		n          int
		cut, begin string
	}{
		{"a&b", 7, "a&b", "a&b"},
		{"a&b", 6, "a…", "a&"},
		{"构建&失败", 7, "构建…", "构建&"},
		{"构建&失败", 8, "构建&…", "构建&失"},
		{"abc", 0, "", ""},
	} {
		assert.Equal(t, c.cut, ShortenBy(c.s, c.n, escapedSize), "%q to %d", c.s, c.n)
		assert.Equal(t, c.begin, HeadBy(c.s, c.n, escapedSize), "%q to %d", c.s, c.n)
	}
}

func TestHeadAndTailKeepWholeCharacters(t *testing.T) {
	for _, c := range []struct {
		s          string
		n          int
		head, tail string
	}{
		{"构建失败", 12, "构建失败", "构建失败"},
		{"构建失败", 11, "构建失", "建失败"},
		{"构建失败", 2, "", ""},
		{"构建失败", 0, "", ""},
		{"构建失败", -3, "", ""},
		{"log 日志", 6, "log ", "日志"},
		{"😀😀", 7, "😀", "😀"},
	} {
		assert.Equal(t, c.head, Head(c.s, c.n), "%q, %d bytes", c.s, c.n)
		assert.Equal(t, c.tail, Tail(c.s, c.n), "%q, %d bytes", c.s, c.n)
		assert.Equal(t, c.head, string(Head([]byte(c.s), c.n)))
		assert.Equal(t, c.tail, string(Tail([]byte(c.s), c.n)))
	}
}

func TestTheMiddleOfALongLineIsLeftOut(t *testing.T) {
	long := strings.Repeat("错", 40) + strings.Repeat("误", 40)
	got := string(AppendMiddle([]byte("> "), []byte(long), 100))
	assert.Equal(t, "> "+strings.Repeat("错", 25)+"…"+strings.Repeat("误", 8), got)
	assert.Equal(t, "> short", string(AppendMiddle([]byte("> "), []byte("short"), 5)))
}

func FuzzShortening(f *testing.F) {
	for _, s := range []string{"构建失败：找不到模块", "build 128 failed", "😀\xff日志\x80\x80\x80\x80", ""} {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		n %= 64
		for what, cut := range map[string]string{"Shorten": Shorten(s, n), "ShortenMiddle": ShortenMiddle(s, n)} {
			assert.LessOrEqual(t, utf8.RuneCountInString(cut), max(n, 0), what)
			assert.True(t, utf8.ValidString(cut) || !utf8.ValidString(s), what)
		}
		for what, cut := range map[string]string{"ShortenBytes": ShortenBytes(s, n), "Head": Head(s, n), "Tail": Tail(s, n)} {
			assert.LessOrEqual(t, len(cut), max(n, 0), what)
			assert.True(t, utf8.ValidString(cut) || !utf8.ValidString(s), what)
		}
		assert.True(t, strings.HasPrefix(s, Head(s, n)))
		assert.True(t, strings.HasSuffix(s, Tail(s, n)))
	})
}
