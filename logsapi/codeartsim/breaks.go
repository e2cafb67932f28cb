package codeartsim

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"logbot/logsapi/codeartsim/logtext"
)

// breakPosition is where a fault breaks off a page with this text, at its end or,
// descending, at its beginning; 0 for nowhere. The rest of a line that was
// broken already is left alone: one that is broken for ever never ends.
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

// insideLine is the middle of what follows the stamp, between two characters; 0
// where nothing does.
func insideLine(line []byte, _ bool) int {
	from := 0
	if _, ok := logtext.ParseStamp(line); ok {
		from = logtext.StampBytes
	}
	i := from + (len(line)-from)/2
	if i == len(line) {
		return 0 // a page that ends here leaves nothing behind it
	}
	for i > 0 && !utf8.RuneStart(line[i]) {
		i--
	}
	return i
}

// insideRune is the last or the first offset inside a character of several bytes.
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

// insideStamp is the middle of the stamp that line begins with.
func insideStamp(line []byte, _ bool) int {
	if _, ok := logtext.ParseStamp(line); ok {
		return logtext.StampBytes / 2
	}
	return 0
}
