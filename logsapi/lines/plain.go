package lines

import (
	"bytes"
	"unicode/utf8"
)

// Plain is what a terminal would show of one line without its line feed: ANSI
// sequences are gone, text before the last carriage return is overwritten, and
// other control characters and bytes that are no UTF-8 are removed. Tabs stay. A
// line in GB 18030, which tools on Chinese systems write, becomes UTF-8.
// The result is appended to dst[:0] where anything had to change; else it is
// line itself.
func Plain(dst, line []byte) []byte {
	if printable(line) {
		return line
	}
	if !utf8.Valid(line) {
		if text, ok := fromGBK(line); ok {
			line = text
		}
	}
	dst = dst[:0]
	returned := false
	for i := 0; i < len(line); {
		n := run(line[i:])
		if n > 0 {
			if text := line[i : i+n]; returned && len(bytes.TrimLeft(text, " \t")) > 0 {
				// Only text overwrites; "100%\r" leaves 100% standing.
				dst, returned = dst[:0], false
			}
			dst = append(dst, line[i:i+n]...)
			i += n
			continue
		}
		switch line[i] {
		case esc:
			i += sequence(line[i:])
			continue
		case '\r':
			returned = true
		case '\b':
			_, size := utf8.DecodeLastRune(dst)
			dst = dst[:len(dst)-size]
		}
		i++
	}
	return dst
}

// run is the length of the text at the start of s that is shown as it is.
func run(s []byte) int {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c >= ' ' && c < 0x7f || c == '\t':
			i++
		case c < utf8.RuneSelf:
			return i
		default:
			r, size := utf8.DecodeRune(s[i:])
			if hidden(r, size) {
				return i
			}
			i += size
		}
	}
	return len(s)
}

const esc = 0x1b

// printable reports whether Plain would change nothing.
func printable(line []byte) bool { return run(line) == len(line) }

// hidden says whether a rune of size bytes has no place on a line: a byte that
// is no UTF-8, a C1 control, a byte order mark, a line or paragraph separator,
// or a mark that turns the direction of the text around it.
func hidden(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1:
		return true
	case r >= 0x80 && r < 0xa0:
		return true
	case r == 0xfeff, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}

// sequence is the length of the escape sequence at the start of s, which
// begins with ESC. A sequence that does not end on this line is only its
// introducer: the text behind it is shown rather than swallowed.
// The forms are those of ECMA-48 (CSI, and OSC and its kind up to BEL or ST).
func sequence(s []byte) int {
	if len(s) < 2 {
		return 1
	}
	switch c := s[1]; {
	case c == '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
			if s[i] < 0x20 || s[i] > 0x7e {
				return i
			}
		}
		return len(s)
	case c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X':
		if end := bytes.IndexAny(s[2:], "\a\x1b"); end >= 0 {
			end += 2
			if s[end] == '\a' {
				return end + 1
			}
			if end+1 < len(s) && s[end+1] == '\\' {
				return end + 2
			}
		}
		return 2
	case c >= 0x20 && c < 0x30: // "ESC ( B": one intermediate, one final
		return min(3, len(s))
	case c >= 0x30 && c <= 0x7e:
		return 2
	}
	return 1
}
