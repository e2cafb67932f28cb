package redact

import (
	"unicode/utf8"

	"logbot/logsapi/lines"
)

// maxSequence bounds a terminal sequence, in bytes. A longer one is text.
const maxSequence = 4096

const (
	esc         = 0x1b
	csi         = "\u009b"
	bell        = 0x07
	minSearched = 16 // what is shorter, in bytes, holds no secret
)

// take appends raw to the text, without what is not seen. It returns how much of raw
// was taken: a sequence that raw may hold in part is left, unless final is set.
func (s *stream) take(raw []byte, final bool) int {
	i := 0
	for i < len(raw) {
		n := seen(raw[i:])
		s.text = append(s.text, raw[i:i+n]...)
		i += n
		if i == len(raw) {
			break
		}
		size, whole := unseen(raw[i:], final)
		if !whole {
			return i
		}
		if size == 0 { // a character that is seen
			_, size := utf8.DecodeRune(raw[i:])
			s.text = append(s.text, raw[i:i+size]...)
			i += size
			continue
		}
		s.skip(raw[i : i+size])
		i += size
	}
	return i
}

// skip puts unseen bytes before what comes next.
func (s *stream) skip(unseen []byte) {
	if !s.again && len(unseen) >= minSearched {
		// The address of a link may hold a password.
		inner := s.gate.stream(false)
		inner.text = unseen
		if inner.find(len(unseen), len(unseen)); len(inner.pending) > 0 {
			unseen = inner.end(nil)
			s.hidden += inner.hidden
		}
	}
	from := len(s.unseen)
	s.unseen = append(s.unseen, unseen...)
	if last := len(s.gaps) - 1; last >= s.passed && s.gaps[last].at == len(s.text) {
		s.gaps[last].to = len(s.unseen)
		return
	}
	s.gaps = append(s.gaps, gap{at: len(s.text), from: from, to: len(s.unseen)})
}

// seen returns the length of the text that raw begins with and that may hold nothing
// unseen.
func seen(raw []byte) int {
	for i := 0; i < len(raw); i++ {
		if i += lines.Printable(raw[i:]); i < len(raw) && suspect[raw[i]] {
			return i
		}
	}
	return len(raw)
}

// suspect holds for the bytes that begin something unseen.
var suspect = [256]bool{
	0: true, 1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true, 0xb: true, 0xe: true, 0xf: true,
	0x10: true, 0x11: true, 0x12: true, 0x13: true, 0x14: true, 0x15: true, 0x16: true, 0x17: true,
	0x18: true, 0x19: true, 0x1a: true, esc: true, 0x1c: true, 0x1d: true, 0x1e: true, 0x1f: true, 0x7f: true,
	0xc2: true, 0xcd: true, 0xd8: true, 0xe1: true, 0xe2: true, 0xef: true, 0xf3: true,
}

// unseen returns the length of what is not seen at the start of raw, 0 if it is seen;
// whole is false if more of raw is needed to tell and final is not set.
func unseen(raw []byte, final bool) (size int, whole bool) {
	switch c := raw[0]; {
	case c == esc:
		return sequence(raw, 1, final)
	case c < utf8.RuneSelf:
		return 1, true
	case !utf8.FullRune(raw):
		return 0, final
	}
	r, size := utf8.DecodeRune(raw)
	switch {
	case r == 0x9b:
		return sequence(raw, size, final)
	case r >= 0x80 && r <= 0x9f && r != 0x85, // C1; NEL ends a line
		r == 0xad, r == 0x34f, r == 0x61c, r == 0x180e, // soft hyphen, grapheme joiner, Arabic and Mongolian marks
		r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, // zero width, directions
		r >= 0x2060 && r <= 0x206f, r >= 0xfe00 && r <= 0xfe0f, // word joiner, isolates, variation selectors
		r == 0xfeff, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe0fff: // byte order mark, annotations, tags
		return size, true
	}
	return 0, true
}

// sequence returns the length of a terminal sequence whose introducer has so many
// bytes: CSI up to its final byte, OSC and its kind up to BEL or ST, as ECMA-48 says.
// Of one that does not end on its line the introducer alone is unseen.
func sequence(raw []byte, introducer int, final bool) (size int, whole bool) {
	if introducer == 1 {
		if len(raw) < 2 {
			return 1, final
		}
		switch c := raw[1]; {
		case c == '[':
			introducer = 2
		case c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X':
			return stringSequence(raw, final)
		case c >= 0x20 && c < 0x30:
			if len(raw) < 3 {
				return 2, final
			}
			if raw[2] < 0x20 || raw[2] > 0x7e {
				return 2, true
			}
			return 3, true
		case c >= 0x30 && c <= 0x7e:
			return 2, true
		default:
			return 1, true
		}
	}
	for i := introducer; i < min(len(raw), maxSequence); i++ {
		switch c := raw[i]; {
		case c >= 0x40 && c <= 0x7e:
			return i + 1, true
		case c < 0x20 || c > 0x7e:
			return i, true
		}
	}
	if len(raw) >= maxSequence {
		return introducer, true
	}
	return len(raw), final
}

func stringSequence(raw []byte, final bool) (size int, whole bool) {
	for i := 2; i < min(len(raw), maxSequence); i++ {
		switch raw[i] {
		case bell:
			return i + 1, true
		case '\n':
			return 2, true
		case esc:
			if i+1 == len(raw) {
				return 2, final
			}
			if raw[i+1] == '\\' {
				return i + 2, true
			}
			return 2, true
		}
	}
	return 2, final || len(raw) >= maxSequence
}
