package lines

import (
	"slices"
	"unicode/utf8"
)

// mark stands where text was left out.
const mark = "…"

// Shorten cuts s to at most n characters, the mark at its end included.
func Shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return ShortenBy(s, n, func(rune) int { return 1 })
}

// ShortenBytes cuts s to at most n bytes, the mark at its end included.
func ShortenBytes(s string, n int) string {
	switch {
	case len(s) <= n:
		return s
	case n < len(mark):
		return ""
	}
	return Head(s, n-len(mark)) + mark
}

// ShortenBy cuts s until the sizes of its characters, the mark at its end
// included, add up to at most n.
func ShortenBy(s string, n int, size func(rune) int) string {
	if HeadBy(s, n, size) == s {
		return s
	}
	room := n
	for _, r := range mark {
		room -= size(r)
	}
	if room < 0 {
		return ""
	}
	return HeadBy(s, room, size) + mark
}

// ShortenMiddle cuts s to at most n characters: three quarters of them are its
// beginning, the rest is its end, with a mark between.
func ShortenMiddle(s string, n int) string {
	switch {
	case len(s) <= n || utf8.RuneCountInString(s) <= n:
		return s
	case n < 1:
		return ""
	case n < 3:
		return mark
	}
	runes := []rune(s)
	end := (n - 1) / 4
	return string(runes[:n-1-end]) + mark + string(runes[len(runes)-end:])
}

// AppendMiddle appends text to dst. Of a text that is longer than n bytes it
// appends the first three quarters of n and the last quarter, with a mark between.
func AppendMiddle(dst, text []byte, n int) []byte {
	if len(text) <= n {
		return append(dst, text...)
	}
	dst = slices.Grow(dst, n+len(mark))
	dst = append(dst, Head(text, n*3/4)...)
	dst = append(dst, mark...)
	return append(dst, Tail(text, n/4)...)
}

// Head is the beginning of s, at most n bytes, that does not end inside a
// character.
func Head[T string | []byte](s T, n int) T {
	if len(s) <= n {
		return s
	}
	n = max(n, 0)
	for back := 0; back < utf8.UTFMax-1 && n > 0 && !utf8.RuneStart(s[n]); back++ {
		n--
	}
	return s[:n]
}

// Tail is the end of s, at most n bytes, that does not begin inside a character.
func Tail[T string | []byte](s T, n int) T {
	from := len(s) - max(n, 0)
	if from <= 0 {
		return s
	}
	for skipped := 0; skipped < utf8.UTFMax-1 && from < len(s) && !utf8.RuneStart(s[from]); skipped++ {
		from++
	}
	return s[from:]
}

// HeadBy is the beginning of s whose characters' sizes add up to at most n.
func HeadBy(s string, n int, size func(rune) int) string {
	for at, r := range s {
		if n -= size(r); n < 0 {
			return s[:at]
		}
	}
	return s
}
