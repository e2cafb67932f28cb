package excerpt

import "io"

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

	splitter splitter
	number   int // lines read

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
	f.matcher, f.splitter.gate = newMatcher(options.Rules), options.Rules.gate
	f.step = f.steps.open(f.place, f.group, len(f.rules.rules))
	return f
}

// Write reads the next bytes of the log; lines may be cut anywhere, and where
// they are cut changes nothing. It never fails.
func (f *Finder) Write(p []byte) (int, error) {
	f.splitter.split(p, f.take)
	return len(p), nil
}

// ReadFrom is Write for all that r has. While lines are judged, others are read and
// split, each in a goroutine of its own; both have ended when it returns. An error is
// that of r; what came before it counts.
func (f *Finder) ReadFrom(r io.Reader) (read int64, err error) {
	parts := newBelt(func(p *part) (more bool) {
		if p.bytes == nil {
			p.bytes = make([]byte, partSize)
		}
		n, failure := r.Read(p.bytes[:partSize])
		p.bytes = p.bytes[:n]
		read += int64(n)
		if failure != nil && failure != io.EOF {
			err = failure
		}
		return failure == nil
	})
	batches := newBelt(func(b *batch) (more bool) {
		b.reset()
		p, more := parts.next()
		if more {
			f.splitter.split(p.bytes, b.add)
			parts.done(p)
		}
		return more
	})
	for b, more := batches.next(); more; b, more = batches.next() {
		b.each(f.take)
		batches.done(b)
	}
	return read, err
}

// part is some bytes of a log.
type part struct {
	bytes []byte
}

const partSize = 32 << 10

// take files one record.
func (f *Finder) take(r *record) {
	if !r.more {
		f.number++
	}
	if r.step != "" {
		f.place = r.step
		f.group++
		f.turn()
	}
	f.text(r)
}

// text judges one line and files it.
func (f *Finder) text(r *record) {
	text, platform := r.text, r.platform
	blank := len(trimBlank(text)) == 0
	var found verdict
	if !blank {
		found = f.matcher.judge(text, r.seen)
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
	if f.quoting || traced(text) || e.first {
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

// traced says whether text is a command as a shell traces it (set -x), perhaps in a
// subshell.
func traced(text []byte) bool {
	return len(text) > 1 && text[0] == '+' && (text[1] == ' ' || text[1] == '+' && len(text) > 2 && text[2] == ' ')
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
	f.splitter.end(f.take)
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
