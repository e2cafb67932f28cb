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
	n := run(line)
	if n == len(line) {
		return line
	}
	if !utf8.Valid(line) {
		if text, ok := fromGBK(line); ok {
			line, n = text, run(text)
		}
	}
	dst = dst[:0]
	returned := false
	for i := 0; i < len(line); n = run(line[i:]) {
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
			i += Sequence(line[i:])
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
		if i += Printable(s[i:]); i == len(s) {
			break
		}
		switch c := s[i]; {
		case c == '\t':
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

// hidden says whether a rune of size bytes has no place on a line: a byte that
// is no UTF-8, a C1 control, a byte order mark, a line or paragraph separator,
// or a mark that turns the direction of the text around it.
func hidden(r rune, size int) bool {
	switch ClassOf(r) {
	case Control, LineEnd, Turning:
		return true
	}
	return r == 0xfeff || r == utf8.RuneError && size == 1
}

// Sequence is the length of the terminal sequence at the start of s, which begins
// with ESC, or with U+009B, which stands for ESC and a bracket. A sequence that does
// not end on this line is only its introducer: the text behind it is shown rather
// than swallowed.
// The forms are those of ECMA-48 (CSI, and OSC and its kind up to BEL or ST).
func Sequence[T string | []byte](s T) int {
	if s[0] != esc {
		return len("\u009b") + parameters(s[len("\u009b"):])
	}
	if len(s) < 2 {
		return 1
	}
	switch c := s[1]; {
	case c == '[':
		return 2 + parameters(s[2:])
	case c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X':
		for i := 2; i < len(s) && s[i] != '\n'; i++ {
			if s[i] == '\a' {
				return i + 1
			}
			if s[i] == esc {
				if i+1 < len(s) && s[i+1] == '\\' {
					return i + 2
				}
				break
			}
		}
		return 2
	case c >= 0x20 && c < 0x30: // "ESC ( B": one intermediate, one final
		if len(s) > 2 && s[2] == '\n' {
			return 2
		}
		return min(3, len(s))
	case c >= 0x30 && c <= 0x7e:
		return 2
	}
	return 1
}

// parameters is the length of what follows the introducer of a control sequence,
// with its final byte.
func parameters[T string | []byte](s T) int {
	for i := range len(s) {
		if s[i] >= 0x40 && s[i] <= 0x7e {
			return i + 1
		}
		if s[i] < 0x20 || s[i] > 0x7e {
			return i
		}
	}
	return len(s)
}
