// Package lines turns the text of a CodeArts log into entries and into the
// lines people read.
//
// The form of a line is not documented. It was read off public logs of CodeArts
// Build: a platform entry is
//
//	[2026/09/10 17:26:22.772 GMT+08:00] [INFO] [PRE_ENV:slave_create] : text
//
// with the step left out at times, tool output is a stamp and raw text, and
// some lines (progress output) carry no stamp at all.
package lines

import "bytes"

// StampLen is the length of "[2026/09/10 17:26:22.772 GMT+08:00]".
const StampLen = 35

// maxStep bounds the step part of a platform entry in bytes; a longer bracket
// is tool output that happens to begin with one.
const maxStep = 240

// Entry is one raw record of a log. Its fields are parts of the parsed line and
// share its memory; a field the line does not have is empty.
type Entry struct {
	Stamp []byte // "[2026/09/10 17:26:22.772 GMT+08:00]"
	Level []byte // "INFO", "WARNING"; platform entries only
	Step  []byte // "PRE_ENV:slave_create"; platform entries only, often absent
	Text  []byte // the rest, without the blank after the stamp
}

// Platform reports whether the entry was written by CodeArts itself and not by
// a tool that ran in the build.
func (e Entry) Platform() bool { return len(e.Level) > 0 }

// Line is one line of a log as people see it.
type Line struct {
	Number int    // from the start of the log, 1 for the first; negative from its end, -1 for the last; 0 if unknown
	Text   string // without stamp and step
	Match  bool   // a search matched it, unlike the lines around it
}

// Parse splits one line, without its line feed, into the parts of an entry.
// A line that has no stamp is all text. Parse does not allocate.
func Parse(line []byte) Entry {
	if !HasStamp(line) {
		return Entry{Text: line}
	}
	e := Entry{Stamp: line[:StampLen]}
	rest := line[StampLen:]
	if len(rest) > 0 && rest[0] == ' ' {
		rest = rest[1:]
	}
	e.Text = rest
	level, after, ok := bracket(rest, 10)
	if !ok || !upper(level) {
		return e
	}
	step, after := stepPart(after)
	text, ok := bytes.CutPrefix(bytes.TrimPrefix(after, blank), colon)
	if !ok {
		return e // "[INFO] Building jar" is Maven speaking, not CodeArts
	}
	e.Level, e.Step = level, step
	e.Text = bytes.TrimPrefix(text, blank)
	return e
}

var (
	blank = []byte(" ")
	colon = []byte(":")
)

// stepPart splits s behind the " [STEP] " at its start, if there is one.
func stepPart(s []byte) (step, rest []byte) {
	s = bytes.TrimPrefix(s, blank)
	if step, rest, ok := bracket(s, maxStep); ok {
		return step, rest
	}
	return nil, s
}

// bracket splits "[inside]rest"; inside is at most limit bytes and not empty.
func bracket(s []byte, limit int) (inside, rest []byte, ok bool) {
	if len(s) < 3 || s[0] != '[' {
		return nil, nil, false
	}
	end := bytes.IndexByte(s[:min(len(s), limit+2)], ']')
	if end < 2 {
		return nil, nil, false
	}
	return s[1:end], s[end+1:], true
}

func upper(s []byte) bool {
	for _, c := range s {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// HasStamp reports whether line begins with a whole CodeArts stamp.
func HasStamp[T string | []byte](line T) bool {
	if len(line) < StampLen || line[0] != '[' {
		return false
	}
	const form = "[0000/00/00 00:00:00.000 GMT+00:00]"
	for i := range StampLen {
		switch c := line[i]; form[i] {
		case '0':
			if c < '0' || c > '9' {
				return false
			}
		case '+':
			if c != '+' && c != '-' {
				return false
			}
		default:
			if c != form[i] {
				return false
			}
		}
	}
	return true
}

// Cut returns the first entry's text of line and what follows it: the service
// at times writes two records on one line, the second with its own
// stamp in the middle. rest is empty when line holds one record.
func Cut(line []byte) (first, rest []byte) {
	const before = StampLen - len("GMT+08:00]") // "[2026/09/10 17:26:22.772 " comes before "GMT"
	from := 1 + before
	if HasStamp(line) {
		from = StampLen + before // no stamp begins inside another
	}
	for from < len(line) {
		i := bytes.Index(line[from:], gmt)
		if i < 0 {
			break
		}
		if at := from + i - before; HasStamp(line[at:]) {
			return bytes.TrimRight(line[:at], " "), line[at:]
		}
		from += i + 1
	}
	return line, nil
}

var gmt = []byte("GMT") // not the blank before it: a rare first byte is found faster
