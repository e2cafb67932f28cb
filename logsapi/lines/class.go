package lines

import "unicode"

// Class is how a character shows, which decides where it may.
type Class uint8

// The classes of characters.
const (
	Visible Class = iota
	Control       // C0 with tab and line feed, DEL, C1
	LineEnd       // ends a line or a paragraph in some programs
	Turning       // embeds, overrides or isolates a direction of reading (UAX #9, explicit formatting)
	Joining       // joins or parts the letters beside it, as Persian, Hindi and emoji need
	Unseen        // shows as nothing and joins nothing
)

// ClassOf returns the class of a character.
func ClassOf(r rune) Class {
	switch {
	case r >= 0x3000 && r < 0xfe00: // most of Chinese
		return Visible
	case unicode.IsControl(r):
		return Control
	case r == 0x2028, r == 0x2029:
		return LineEnd
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return Turning
	case r == 0x200c, r == 0x200d:
		return Joining
	case r == 0x00ad, r == 0x061c, r == 0x180e, // soft hyphen, Arabic letter mark, Mongolian vowel separator
		r == 0x200b, r == 0x200e, r == 0x200f, r >= 0x2060 && r <= 0x2064,
		r == 0xfeff, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe0fff: // byte order mark, annotations, tags
		return Unseen
	}
	return Visible
}
