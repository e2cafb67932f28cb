package excerpt

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"logbot/logsapi/lines"
)

// Bounds of what a Finder holds.
const (
	maxLine   = 16 << 10 // bytes of a line that are looked at; the rest of it is passed over
	maxText   = 1 << 10  // bytes kept of a line
	recentLen = 64       // last lines kept whatever they say
)

// Finder reads one log, forwards, in one pass and in bounded memory. It is not
// safe for concurrent use.
type Finder struct {
	options Options
	rules   *Rules
	matcher matcher

	carry   carry // the begin of a line that is not complete
	scratch []byte
	number  int  // lines read
	coded   bool // the log is in the CodeArts form

	recent   [recentLen]entry
	pushed   int // lines put into recent so far
	flow     flow
	frames   int     // lines of a trace that were read last
	step     *step   // the step being read
	steps    history // those before it
	group    int
	quoting  bool   // the CI service shows a script
	place    string // the CodeArts step of the last platform entry
	blamed   string // the CodeArts step of which the platform said first that it failed
	failed   bool   // a step failed,
	failedIn string // the last one in this CodeArts step
	says     Outcome
}

// New is a Finder at the start of a log.
func New(options Options) *Finder {
	options = options.withDefaults()
	f := &Finder{options: options, rules: options.Rules}
	f.matcher = newMatcher(options.Rules)
	f.step = f.steps.open(f.place, f.group, len(f.rules.rules))
	return f
}

// Write reads the next bytes of the log; lines may be cut anywhere, and where
// they are cut changes nothing. It never fails.
func (f *Finder) Write(p []byte) (int, error) {
	f.carry.split(p, f.line)
	return len(p), nil
}

// line takes one whole line in.
func (f *Finder) line(line []byte) {
	f.number++
	if !f.coded {
		f.coded = lines.HasStamp(line)
	}
	if !f.coded {
		f.text(peel(&f.scratch, line), false)
		return
	}
	for rest := line; ; {
		line, rest = lines.Cut(rest)
		e := lines.Parse(line)
		if len(e.Step) > 0 && string(e.Step) != f.place {
			f.place = string(e.Step)
			f.group++
			f.turn()
		}
		f.text(peel(&f.scratch, e.Text), e.Platform())
		if len(rest) == 0 {
			return
		}
	}
}

// peel is the text of a line as a terminal would show it, without a stamp of
// the CI service; it may stand in scratch. Only what rules must not see is resolved here; the rest when
// the line is shown.
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
func printable(line []byte) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	for ; len(line) >= 8; line = line[8:] {
		x := binary.LittleEndian.Uint64(line)
		if (x|(x-0x20*ones)|(x+ones))&highs != 0 { // from 0x80 on, under 0x20, or 0x7f
			return false
		}
	}
	for _, c := range line {
		if c < 0x20 || c >= 0x7f {
			return false
		}
	}
	return true
}

// text judges one line and files it.
func (f *Finder) text(text []byte, platform bool) {
	blank := len(trimBlank(text)) == 0
	var found verdict
	if !blank {
		found = f.matcher.judge(text)
		if command(text) {
			found.start = true
		}
	}
	if found.start {
		f.turn()
		f.quoting = found.script
	}
	e := f.push(text)
	e.blank, e.platform = blank, platform
	e.first = found.start
	if platform {
		f.step.told++
	} else if !blank {
		f.step.output++
	}
	if f.quoting || bytes.HasPrefix(text, []byte("+ ")) || bytes.HasPrefix(text, []byte("++ ")) || e.first {
		found.best, e.echo = nil, true
	}
	e.closing = found.end != nil
	f.weigh(e, &found)
	if found.shown {
		f.quoting = false
	}
	switch {
	case found.end != nil:
		f.fail(platform && found.end.tool == "codearts")
		f.group++
		f.turn()
	case found.pass != nil:
		f.step.state = stepPassed
		f.group++
		f.turn()
	}
	if found.outcome != Unknown {
		f.says = found.outcome
	}
}

// fail notes that the step being read failed. Where CodeArts says so of its own
// step, a command in it that failed before was the one.
func (f *Finder) fail(told bool) {
	f.says = Unknown // a success that was told before was another's
	if told && f.blamed == "" {
		f.blamed = f.place
	}
	if told && f.failed && f.failedIn == f.place {
		return
	}
	f.step.state = stepFailed
	f.failed, f.failedIn = true, f.place
}

// command says whether text is a command as CI services echo it.
func command(text []byte) bool {
	return len(text) > 2 && text[0] == '$' && text[1] == ' '
}

// turn ends the step being read and begins the next.
func (f *Finder) turn() {
	f.flow = flow{}
	if f.step.lines == 0 {
		f.step.place, f.step.group = f.place, f.group
		return
	}
	f.step.last = f.number
	f.drain()
	f.steps.close(f.step)
	f.step = f.steps.open(f.place, f.group, len(f.rules.rules))
}

// Excerpt is the answer for what was written so far, taken as the whole log.
// Nothing may be written afterwards.
func (f *Finder) Excerpt() Excerpt {
	f.finish()
	return f.choose(true)
}

// finish takes what was written as the whole log.
func (f *Finder) finish() {
	if !f.carry.empty() {
		f.line(f.carry.line())
		f.carry.reset()
	}
	f.turn()
}

// trimBlank is text without the blanks it begins with.
func trimBlank(text []byte) []byte {
	for i, c := range text {
		if c != ' ' && c != '\t' {
			return text[i:]
		}
	}
	return nil
}
