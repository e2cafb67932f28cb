package read

import (
	"bytes"
	"context"
	"strings"

	"logbot/logsapi"
)

const (
	// maxCarry bounds a line that spans several pages, in bytes. A longer one is
	// replaced by tooLong.
	maxCarry = 1 << 20
	tooLong  = "…"
)

// Walk is what a walk over the lines of a log has read.
type Walk struct {
	Log     logsapi.Log // the log that has text; nil if none has
	Pages   int
	Lines   int  // skipped or visited
	Whole   bool // the walk reached the other end of the log
	Limited bool // the walk ended at MaxPages
}

// Forward walks over a log from its start and visits its lines with their numbers,
// after the first skip lines, until visit returns false. Lines are masked whole,
// before they are visited.
func (r Reader) Forward(ctx context.Context, what Request, skip int, visit func(number int, text string) bool) (Walk, error) {
	var s Walk
	emit := func(text string) bool {
		masked, _ := r.Gate.Page([]byte(text))
		if n := countLines(masked); s.Lines+n <= skip {
			s.Lines += n
			return true
		}
		for line := range bytes.Lines(masked) {
			if s.Lines++; s.Lines > skip && !visit(s.Lines, plainLine(line)) {
				return false
			}
		}
		return true
	}
	rest, long := "", false // the start of an incomplete line
	for page, err := range r.Pages(ctx, what, logsapi.Ascending) {
		if err != nil {
			return s, err
		}
		s.Pages, s.Log = s.Pages+1, page.Log
		text := logsapi.Join(rest, page.Text)
		whole := strings.LastIndexByte(text, '\n') + 1
		if whole > 0 && long {
			text, long = tooLong+text[strings.IndexByte(text, '\n'):], false
			whole = strings.LastIndexByte(text, '\n') + 1
		}
		rest = text[whole:]
		if len(rest) > maxCarry {
			rest, long = tooLong, true
		}
		if !emit(text[:whole]) {
			return s, nil
		}
		if err := ctx.Err(); err != nil {
			return s, err
		}
		if s.Pages == MaxPages && !page.Last {
			s.Limited = true
			return s, nil
		}
	}
	if long {
		rest = tooLong
	}
	s.Whole = emit(rest)
	return s, nil
}

// Backward is Forward from the end of the log towards its start; the last line has
// the number -1.
func (r Reader) Backward(ctx context.Context, what Request, skip int, visit func(number int, text string) bool) (Walk, error) {
	var s Walk
	emit := func(text string) bool {
		masked, _ := r.Gate.Page([]byte(text))
		if n := countLines(masked); s.Lines+n <= skip {
			s.Lines += n
			return true
		}
		var all [][]byte
		for line := range bytes.Lines(masked) {
			all = append(all, line)
		}
		for i := len(all) - 1; i >= 0; i-- {
			if s.Lines++; s.Lines > skip && !visit(-s.Lines, plainLine(all[i])) {
				return false
			}
		}
		return true
	}
	newer, rest, long := "", "", false // the page behind, and its first line, which may be cut
	for page, err := range r.Pages(ctx, what, logsapi.Descending) {
		if err != nil {
			return s, err
		}
		s.Pages, s.Log = s.Pages+1, page.Log
		text := page.Text + logsapi.Seam(page.Text, newer) + rest
		newer, rest = page.Text, ""
		if begin := strings.LastIndexByte(page.Text, '\n') + 1; long && (begin > 0 || page.Last) {
			text, long = page.Text[:begin]+tooLong+"\n", false
		}
		if !page.Last {
			first := strings.IndexByte(text, '\n') + 1
			if first == 0 {
				first = len(text)
			}
			if rest, text = text[:first], text[first:]; len(rest) > maxCarry || long {
				rest, long = "", true
			}
		}
		if !emit(text) {
			return s, nil
		}
		if err := ctx.Err(); err != nil {
			return s, err
		}
		if s.Pages == MaxPages && !page.Last {
			s.Limited = true
			return s, nil
		}
	}
	if long {
		rest = tooLong
	}
	s.Whole = emit(rest)
	return s, nil
}

// countLines is how many lines bytes.Lines yields.
func countLines(text []byte) int {
	n := bytes.Count(text, []byte{'\n'})
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}
