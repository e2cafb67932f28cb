package excerpt

import (
	"bytes"
	"unicode/utf8"

	"logbot/logsapi/lines"
)

// record is one entry of a log: a line, or a part of one where CodeArts wrote several
// on one line. It is valid until the next.
type record struct {
	text     []byte   // as a terminal shows it
	seen     []uint16 // literals that stand in text
	step     string   // the CodeArts step that begins here; empty if none does
	platform bool     // CodeArts speaks, not a tool
	more     bool     // on the line of the record before
}

// splitter cuts a log into records. It does what every line needs whatever the lines
// before it said.
type splitter struct {
	gate    *gate
	carry   carry // the beginning of an incomplete line
	coded   bool  // the log is in the CodeArts form
	step    []byte
	scratch []byte
	record  record
}

// split passes to take the records of a stream whose next bytes are p.
func (s *splitter) split(p []byte, take func(*record)) {
	s.carry.split(p, func(line []byte) { s.line(line, take) })
}

// end passes on a last line that lacks its line feed.
func (s *splitter) end(take func(*record)) {
	if !s.carry.empty() {
		s.line(s.carry.line(), take)
		s.carry.reset()
	}
}

func (s *splitter) line(line []byte, take func(*record)) {
	r := &s.record
	r.step, r.platform, r.more = "", false, false
	if !s.coded {
		s.coded = lines.HasStamp(line)
	}
	if !s.coded {
		s.give(line, take)
		return
	}
	for rest := line; ; r.more = true {
		line, rest = lines.Cut(rest)
		e := lines.Parse(line)
		r.step, r.platform = "", e.Platform()
		if len(e.Step) > 0 && !bytes.Equal(e.Step, s.step) {
			s.step = append(s.step[:0], e.Step...)
			r.step = string(e.Step)
		}
		s.give(e.Text, take)
		if len(rest) == 0 {
			return
		}
	}
}

// give passes on the record with this text.
func (s *splitter) give(text []byte, take func(*record)) {
	s.record.text = peel(&s.scratch, text)
	s.record.seen = s.gate.scan(s.record.seen[:0], s.record.text)
	take(&s.record)
}

// peel is the text of a line as a terminal would show it, without a stamp of the CI
// service; it may stand in scratch. Only what rules must not see is resolved here; the
// rest when the line is shown.
func peel(scratch *[]byte, line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if printable(line) { // most lines: nothing to resolve, and no tab
		if rest, ok := cutStamp(line); ok {
			return rest
		}
		return line
	}
	if rest, ok := overwriting(line); ok {
		line = rest
	} else if bytes.IndexByte(line, 0x1b) >= 0 || bytes.IndexByte(line, '\r') >= 0 || !utf8.Valid(line) {
		*scratch = append((*scratch)[:0], lines.Plain(*scratch, line)...)
		line = *scratch
	}
	return unstamp(line)
}

// overwriting is the text behind the last carriage return of a line, as a tool that counts
// up prints it, if that is all that a terminal shows. It is what lines.Plain returns, at
// less cost.
func overwriting(line []byte) (rest []byte, ok bool) {
	if bytes.IndexByte(line, '\r') < 0 { // most lines, and LastIndexByte is slow
		return nil, false
	}
	at := bytes.LastIndexByte(line, '\r')
	rest = line[at+1:]
	return rest, printable(rest) && len(trimBlank(rest)) > 0 && bytes.IndexByte(line[:at], 0x1b) < 0
}

// printable says whether a line is of printable ASCII characters alone.
func printable(line []byte) bool { return lines.Printable(line) == len(line) }
