package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"logbot/logsapi/lazyregexp"
)

const (
	// maxWhole bounds an answer of which nothing may be cut, in bytes.
	maxWhole = 64 << 20
	// maxRead bounds what is read of an answer whose long lines are cut, in bytes.
	maxRead = 1 << 30
	// maxLine is how much is kept of a line of a string, in bytes of JSON, so that a
	// page of 1,000 lines stays below maxEnvelope.
	maxLine = 8 << 10
	// lineCut stands where the rest of a line was left out.
	lineCut = "…"
)

// body reads an answer as a whole.
func (q Request) body(from io.Reader) (body []byte, cut bool, err error) {
	most := maxEnvelope
	if q.Whole {
		most = maxWhole
	}
	body, err = io.ReadAll(io.LimitReader(from, int64(most)+1))
	if err != nil || len(body) <= most {
		return body, false, err
	}
	if q.Cut {
		short, err := io.ReadAll(io.LimitReader(cutLines(io.MultiReader(bytes.NewReader(body), io.LimitReader(from, maxRead))), int64(most)+1))
		if err != nil || len(short) <= most {
			return short, true, err
		}
	}
	return nil, false, &Error{Op: q.Op, Kind: ErrProtocol, Summary: fmt.Sprintf("the answer is larger than %d MiB", most>>20)}
}

// cutLines is a JSON text whose strings have no line longer than maxLine bytes of JSON;
// the rest of such a line is left out. Lines end at an escaped line feed, also in a
// string that holds JSON or escapes twice.
//
// A line is cut behind a blank if there is one near, so that no secret is cut that a
// masking rule would then not know.
func cutLines(from io.Reader) io.Reader {
	return &lineCutter{from: bufio.NewReaderSize(from, 64<<10)}
}

type lineCutter struct {
	from   *bufio.Reader
	out    bytes.Buffer
	line   []byte // of the string being read, until it ends or is cut
	string bool   // inside a string
	cut    bool   // the rest of the line is left out
	err    error
}

// Read implements io.Reader.
func (c *lineCutter) Read(p []byte) (int, error) {
	for c.out.Len() == 0 && c.err == nil {
		c.step()
	}
	if c.out.Len() > 0 {
		return c.out.Read(p)
	}
	return 0, c.err
}

// step takes a run of plain bytes as far as they are buffered; else one token: a quote or
// an escape.
func (c *lineCutter) step() {
	if _, err := c.from.Peek(1); err != nil {
		c.end()
		c.err = err
		return
	}
	buffered, _ := c.from.Peek(c.from.Buffered())
	if run := c.plain(buffered); run > 0 {
		if c.string {
			c.add(buffered[:run])
		} else {
			c.out.Write(buffered[:run])
		}
		c.from.Discard(run)
		return
	}
	b, _ := c.from.ReadByte()
	if b == '\\' {
		c.escape()
		return
	}
	c.end()
	c.out.WriteByte(b)
	c.string = !c.string
}

// plain is how many bytes stand before the next quote or, in a string, escape.
func (c *lineCutter) plain(text []byte) int {
	if at := bytes.IndexByte(text, '"'); at >= 0 {
		text = text[:at]
	}
	if at := bytes.IndexByte(text, '\\'); at >= 0 && c.string {
		text = text[:at]
	}
	return len(text)
}

// escape takes an escape. A line feed is \n, or \\n where the text was escaped twice.
func (c *lineCutter) escape() {
	next, err := c.from.Peek(2)
	if len(next) == 0 {
		c.end()
		c.out.WriteByte('\\')
		c.err = err
		return
	}
	text := []byte{'\\', next[0]}
	c.from.Discard(1)
	switch {
	case next[0] == 'n':
	case next[0] == '\\' && len(next) == 2 && next[1] == 'n':
		text = append(text, 'n')
		c.from.Discard(1)
	case next[0] == 'u':
		digits, _ := c.from.Peek(4)
		text = append(text, digits...)
		c.from.Discard(len(digits))
		c.add(text)
		return
	default:
		c.add(text)
		return
	}
	c.end()
	c.out.Write(text)
}

// add adds an escape, or as much of plain bytes as the line has room for.
func (c *lineCutter) add(text []byte) {
	if c.cut {
		return
	}
	if text[0] != '\\' {
		text = text[:min(len(text), maxLine-len(c.line))]
	}
	c.line = append(c.line, text...)
	if len(c.line) < maxLine {
		return
	}
	at := len(c.line)
	if blank := bytes.LastIndexByte(c.line, ' '); blank > at/2 {
		at = blank + 1
	} else {
		at = wholeTokens(c.line)
	}
	c.line, c.cut = append(c.line[:at], lineCut...), true
}

// wholeTokens is the length of line without a character, or the first half of one in
// two escapes, that is not complete at its end.
func wholeTokens(line []byte) int {
	at := len(line)
	for start := at - 1; start >= 0 && start > at-utf8.UTFMax; start-- {
		if utf8.RuneStart(line[start]) {
			if !utf8.FullRune(line[start:]) {
				at = start
			}
			break
		}
	}
	const escape = len(`\ud83d`)
	if at >= escape && highSurrogate.Match(line[at-escape:at]) {
		at -= escape
	}
	return at
}

var highSurrogate = lazyregexp.New(`^\\u[dD][89abAB][0-9a-fA-F]{2}$`)

// end ends the line.
func (c *lineCutter) end() {
	c.out.Write(c.line)
	c.line, c.cut = c.line[:0], false
}
