package lines

import (
	_ "embed" // gbk.bin
	"unicode/utf8"
)

// gbkTable holds the code points, two bytes each and the high one first, of all
// pairs of a lead byte 0x81-0xFE and a trail byte 0x40-0xFE without 0x7F, in
// that order; 0 for pairs without a character. They are the two-byte part of GB 18030.
//
//go:embed gbk.bin
var gbkTable string

const trails = 0xfe - 0x40 // trail bytes of one lead byte

// fromGBK is line, which is not UTF-8, read as GB 18030. ok is false if that makes
// no sense, or if more of it is UTF-8 than is not: a line cut inside a rune stays
// what it is.
func fromGBK(line []byte) (text []byte, ok bool) {
	if mostlyUTF8(line) {
		return nil, false
	}
	text = make([]byte, 0, len(line)*3/2)
	for i := 0; i < len(line); {
		c := line[i]
		switch {
		case c < utf8.RuneSelf:
			text = append(text, c)
			i++
		case i+3 < len(line) && digit(line[i+1]) && line[i+2] > 0x80 && digit(line[i+3]):
			text = utf8.AppendRune(text, quad(line[i:]))
			i += 4
		case i+1 < len(line):
			r := pair(c, line[i+1])
			if r == 0 {
				return nil, false
			}
			text = utf8.AppendRune(text, r)
			i += 2
		default: // the line was cut inside a character
			i++
		}
	}
	return text, true
}

// pair is the character of two bytes, 0 for none.
func pair(lead, trail byte) rune {
	if lead < 0x81 || lead == 0xff || trail < 0x40 || trail == 0x7f || trail == 0xff {
		return 0
	}
	at := int(lead-0x81)*trails + int(trail-0x40)
	if trail > 0x7f {
		at--
	}
	return rune(gbkTable[2*at])<<8 | rune(gbkTable[2*at+1])
}

// quad is the character of four bytes. Those above U+FFFF, such as emoji and rare
// Chinese characters, follow each other from 0x90308130 on (GB 18030-2022); the
// others, which tools for Chinese hardly write, are shown as U+FFFD.
func quad(b []byte) rune {
	if b[0] < 0x90 || b[2] == 0xff {
		return utf8.RuneError
	}
	n := ((int(b[0]-0x90)*10+int(b[1]-'0'))*126+int(b[2]-0x81))*10 + int(b[3]-'0')
	if n > utf8.MaxRune-0x10000 {
		return utf8.RuneError
	}
	return rune(0x10000 + n)
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// mostlyUTF8 reports whether line has more characters of three bytes that are
// UTF-8 than bytes that are not.
func mostlyUTF8(line []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 2: // pairs of GB 18030 often look like runes of two bytes
			good++
		}
		i += size
	}
	return good > bad
}
