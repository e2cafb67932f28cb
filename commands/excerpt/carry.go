package excerpt

import (
	"bytes"
	"slices"

	"logbot/logsapi/lines"
)

// carry gathers a line that comes in pieces, at most maxLine bytes of it. Of a
// longer line it holds the beginning, or, as on a terminal, the stamp and what stands
// behind the last carriage return.
type carry struct {
	begin    []byte // of the line
	long     bool   // the line is longer
	last     []byte // behind the last carriage return; of a longer line only
	returned bool   // a carriage return came that nothing has overwritten yet
	over     bool   // something has been overwritten
}

// split passes on the lines of a stream whose next bytes are p.
func (c *carry) split(p []byte, line func([]byte)) {
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		switch {
		case i < 0:
			c.hold(p)
			return
		case c.empty() && i <= maxLine:
			line(p[:i])
		default:
			c.hold(p[:i])
			line(c.line())
			c.reset()
		}
		p = p[i+1:]
	}
}

func (c *carry) empty() bool { return len(c.begin) == 0 }

func (c *carry) reset() {
	*c = carry{begin: c.begin[:0], last: c.last[:0]}
}

// hold adds the next bytes, none of which is a line feed.
func (c *carry) hold(p []byte) {
	n := min(len(p), maxLine-len(c.begin))
	c.begin = append(c.begin, p[:n]...)
	if n == len(p) {
		return
	}
	if !c.long {
		c.long = true
		c.show(c.begin)
	}
	c.show(p[n:])
}

// show follows what a terminal would show.
func (c *carry) show(p []byte) {
	for len(p) > 0 {
		text, rest, returns := bytes.Cut(p, []byte("\r"))
		if len(text) > 0 {
			if c.returned {
				c.last, c.returned, c.over = c.last[:0], false, true
			}
			c.last = append(c.last, text[:min(len(text), maxLine-len(c.last))]...)
		}
		c.returned = c.returned || returns
		p = rest
	}
}

// line is the whole line, or what is looked at of it.
func (c *carry) line() []byte {
	if !c.long {
		return c.begin
	}
	if !c.over {
		return whole(c.begin)
	}
	stamp := len(c.begin) - len(lines.Parse(c.begin).Text)
	return slices.Concat(c.begin[:stamp], whole(c.last))
}

// whole is text without a rune that was cut at its end.
func whole(text []byte) []byte { return text[:len(text)-lines.Unfinished(text)] }
