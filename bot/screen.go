package bot

import (
	"logbot/logsapi/lines"
	"unicode"
)

const (
	// phoneColumns is how many characters of fixed width a phone shows in a row.
	phoneColumns = 40
	// openRows is how many such rows of a log stand open at most: the excerpt of a
	// failure, 20 lines and 2,900 characters, is never folded, for nobody should
	// have to press for the lines that matter.
	openRows = 75
	// screenRows is how many stand open where there are more: with heading, reason
	// and buttons about one screen of a phone.
	screenRows = 24
)

// firstScreen parts the lines of a log: what stands open, and what is folded
// away behind one press. Where the fold begins a line gets its number, also when
// it belongs to the run before it.
func firstScreen(lines []lines.Line) (shown, folded []lines.Line) {
	margin := 1
	for _, l := range lines {
		margin = max(margin, numberWidth(l)+1)
	}
	rows, at := 0, len(lines)
	for i, l := range lines {
		rows += max(1, (margin+columns(l.Text)+phoneColumns-1)/phoneColumns)
		if rows > screenRows && at == len(lines) && i > 0 {
			at = i
		}
	}
	if rows <= openRows {
		return lines, nil
	}
	return lines[:at], lines[at:]
}

// columns is how wide a text is in characters of fixed width; those of Chinese,
// Japanese and Korean and most emoji take two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) ||
			(r >= 0x3000 && r <= 0x303F) || (r >= 0xFF00 && r <= 0xFF60) || r >= 0x1F300):
			n += 2
		default:
			n++
		}
	}
	return n
}
