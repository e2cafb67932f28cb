package testlog

import (
	"bytes"
	"strings"

	"logbot/logsapi/lines"
)

// Collector reads one log from its beginning, or a part of a log, in the order of the log.
// It is not safe for concurrent use.
type Collector struct {
	runs  []*run
	carry []byte // the beginning of an incomplete line
	tests []*test
}

// New is a Collector for runners of the formats; nil are the embedded ones.
func New(formats *Formats) *Collector {
	if formats == nil {
		formats = Embedded()
	}
	c := &Collector{}
	for i := range formats.formats {
		c.runs = append(c.runs, newRun(c, &formats.formats[i]))
	}
	return c
}

// Write reads the next bytes of the log; lines may be cut anywhere. It never fails.
func (c *Collector) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			c.hold(p)
			break
		}
		if len(c.carry) == 0 {
			c.line(p[:i])
		} else {
			c.hold(p[:i])
			c.line(c.carry)
			c.carry = c.carry[:0]
		}
		p = p[i+1:]
	}
	return n, nil
}

func (c *Collector) hold(p []byte) {
	c.carry = append(c.carry, p[:min(len(p), maxLine-len(c.carry))]...)
}

// line reads a raw line, in which the service may have written several records.
func (c *Collector) line(line []byte) {
	line = bytes.TrimSuffix(line[:min(len(line), maxLine)], []byte("\r"))
	for rest := line; ; {
		line, rest = lines.Cut(rest)
		text := lines.Plain(nil, lines.Parse(line).Text)
		if f := filterOf(text); !c.idle() || c.concerns(&f) {
			c.read(string(text), &f)
		}
		if len(rest) == 0 {
			return
		}
	}
}

// Line reads one line as people see it, without stamp and step.
func (c *Collector) Line(text string) {
	f := filterOf(text)
	c.read(text, &f)
}

func (c *Collector) read(text string, f *filter) {
	text = strings.TrimRight(text, " \t")
	for _, r := range c.runs {
		if r.wraps && r.active {
			text = r.strip(text)
		}
	}
	for _, r := range c.runs {
		r.line(text, f)
	}
}

// idle says whether a line that concerns no rule changes nothing.
func (c *Collector) idle() bool {
	for _, r := range c.runs {
		if len(r.open) > 0 || r.next || r.extend > 0 {
			return false
		}
	}
	return true
}

// concerns says whether a rule may match the line.
func (c *Collector) concerns(f *filter) bool {
	for _, r := range c.runs {
		for i := range r.format.rules {
			if r.asks(&r.format.rules[i], f) {
				return true
			}
		}
	}
	return false
}

// Report is the answer for what was read so far, taken as the whole log. More may be
// read afterwards, but for a line that was not complete.
func (c *Collector) Report() Report {
	if len(c.carry) > 0 {
		c.line(c.carry)
		c.carry = c.carry[:0]
	}
	out := Report{Tests: []Test{}}
	for _, t := range c.tests {
		if !c.stands(t) {
			c.handDown(t)
			continue
		}
		out.Tests = append(out.Tests, t.Test)
	}
	whole := true
	seen := false
	for _, r := range c.runs {
		counts, ok := r.counts()
		if !ok || r.nested() {
			continue
		}
		seen = true
		out.Counts.Failed += counts.Failed
		out.Counts.Passed += counts.Passed
		out.Counts.Skipped += counts.Skipped
		whole = whole && counts.Whole
	}
	out.Counts.Whole = seen && whole
	return out
}

// handDown gives what a test said that does not stand, such as that the time was up, to the
// tests in it that say nothing.
func (c *Collector) handDown(t *test) {
	for _, other := range c.tests {
		if t.Runner == "go" && other.Runner == t.Runner && other.Suite == t.Suite && other.Says == "" && strings.HasPrefix(other.Name, t.Name+"/") {
			other.Says = t.Says
		}
	}
}

// stands says whether a test is to be told: not if it failed for tests in it that are.
func (c *Collector) stands(t *test) bool {
	if t.inner || t.passed {
		return false
	}
	if t.Runner != "go" || t.Says != "" && t.At != "" {
		return true
	}
	for _, other := range c.tests {
		if other.Runner == t.Runner && strings.HasPrefix(other.Name, t.Name+"/") {
			return false
		}
	}
	return true
}
