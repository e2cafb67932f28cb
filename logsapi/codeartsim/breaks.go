package codeartsim

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"logbot/logsapi/codeartsim/logtext"
)

// breakPosition returns where a fault cuts this page, at its end or, descending, at
// its beginning; 0 if it does not. It leaves the rest of a line alone that was
// already cut: cutting that again and again would never end.
func (c *exchange) breakPosition(text []byte, descending, begun bool) int {
	var place func(line []byte, last bool) int
	switch {
	case c.faults.has(CutLine):
		place = insideLine
	case c.faults.has(CutRune):
		place = insideRune
	case c.faults.has(CutStamp):
		place = insideStamp
	default:
		return 0
	}
	lines := slices.Collect(bytes.Lines(text))
	if len(lines) == 1 && (begun || !bytes.HasSuffix(text, []byte("\n"))) {
		return 0
	}
	if descending {
		at := 0
		for _, line := range lines {
			if i := place(line, false); i > 0 {
				return at + i
			}
			at += len(line)
		}
		return 0
	}
	at := len(text)
	for _, line := range slices.Backward(lines) {
		at -= len(line)
		if i := place(line, true); i > 0 {
			return at + i
		}
	}
	return 0
}

// insideLine returns the middle of what follows the stamp, between two characters;
// 0 if nothing does.
func insideLine(line []byte, _ bool) int {
	from := 0
	if _, ok := logtext.ParseStamp(line); ok {
		from = logtext.StampBytes
	}
	i := from + (len(line)-from)/2
	if i == len(line) {
		return 0 // no line follows
	}
	for i > 0 && !utf8.RuneStart(line[i]) {
		i--
	}
	return i
}

// insideRune returns the last or the first offset inside a multi-byte character.
func insideRune(line []byte, last bool) int {
	inside := func(b byte) bool { return !utf8.RuneStart(b) }
	if !last {
		return max(slices.IndexFunc(line, inside), 0)
	}
	for i, b := range slices.Backward(line) {
		if inside(b) {
			return i
		}
	}
	return 0
}

// insideStamp returns the middle of the stamp that line begins with.
func insideStamp(line []byte, _ bool) int {
	if _, ok := logtext.ParseStamp(line); ok {
		return logtext.StampBytes / 2
	}
	return 0
}
