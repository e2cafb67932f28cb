package read

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"strings"

	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/lines"
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
	Lines   int   // skipped or visited
	Whole   bool  // the walk reached the other end of the log
	Limited bool  // the walk ended at MaxPages
	File    bool  // the log was read as a file
	Cut     error // why the walk could not go on; nil if it could
}

// visit is called with the lines of a walk until it returns false.
type visit func(number int, text string) bool

// visitRaw is called with the lines of a walk, with stamp and step, until it returns
// false.
type visitRaw func(number int, line []byte) bool

// plain visits lines as people read them.
func (v visit) plain(number int, line []byte) bool { return v(number, Plain(line)) }

// Forward walks over a log from its start and visits its lines with their numbers,
// after the first skip lines. Lines are masked whole, before they are visited. If the
// log can be read only in part, that part is visited and Walk.Cut says why.
//
// A log that is read to its end or far behind its start is read from the file of the
// build, if the service publishes that; if the file breaks off, pages go on behind it.
func (r Reader) Forward(ctx context.Context, what Request, skip int, visit visit) (Walk, error) {
	if what.Whole || skip >= fileAfter {
		if f := r.openFile(ctx, what); f != nil {
			defer f.Close()
			w, err := r.forward(ctx, what, f.pages(ctx), skip, visit)
			if err == nil && w.Cut == nil || ctx.Err() != nil {
				w.File = true
				return w, err
			}
			skip = max(skip, w.Lines)
		}
	}
	return r.forward(ctx, what, r.pages(ctx, what, logsapi.Ascending), skip, visit)
}

// forward is Forward over pages.
func (r Reader) forward(ctx context.Context, what Request, pages iter.Seq2[logPage, error], skip int, visit visit) (Walk, error) {
	var w Walk
	rest, long := "", false // the start of an incomplete line
	masked := forward{gate: r.Gate}
	for page, err := range pages {
		if err != nil && !worthwhile(ctx, w.Pages, err) {
			return w, err
		}
		if w.Cut = err; err != nil {
			break
		}
		w.Pages, w.Log = w.Pages+1, page.Log
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
		if !w.take(&masked, text[:whole], what, skip, visit) || w.limited(page) {
			return w, nil
		}
		if err := ctx.Err(); err != nil {
			return w, err
		}
	}
	if w.Cut != nil { // the end of the line is missing
		return w, nil
	}
	if long {
		rest = tooLong
	}
	w.Whole = w.take(&masked, rest, what, skip, visit)
	return w, nil
}

// take masks and visits the next whole lines of a walk from the start.
func (w *Walk) take(masked *forward, text string, what Request, skip int, visit visit) bool {
	shown, found := masked.mask(text)
	what.Meter.Expose(exposed(shown, found, w.Lines+1, w.Log)...)
	return w.ahead(slices.Collect(bytes.Lines(shown)), skip, visit.plain)
}

// Backward is Forward from the end of the log towards its start; the last line has
// the number -1.
func (r Reader) Backward(ctx context.Context, what Request, skip int, visit visit) (Walk, error) {
	return r.BackwardRaw(ctx, what, skip, visit.plain)
}

// BackwardRaw is Backward with lines that have their stamps and steps; they are masked.
func (r Reader) BackwardRaw(ctx context.Context, what Request, skip int, visit visitRaw) (Walk, error) {
	var w Walk
	masked := backward{gate: r.Gate}
	var exposes []Exposed
	back := func(text []byte, found []redact.Finding) bool {
		exposes = append(exposes, exposed(text, found, -w.Lines-countLines(text), w.Log)...)
		lines := slices.Collect(bytes.Lines(text))
		slices.Reverse(lines)
		return w.ahead(lines, skip, func(number int, line []byte) bool { return visit(-number, line) })
	}
	defer func() { what.Meter.Expose(fromStart(exposes, w.Whole, w.Lines)...) }()
	newer := "" // the page behind
	for page, err := range r.pages(ctx, what, logsapi.Descending) {
		if err != nil && !worthwhile(ctx, w.Pages, err) {
			return w, err
		}
		if w.Cut = err; err != nil {
			return w, nil // the start of the line is missing
		}
		w.Pages, w.Log = w.Pages+1, page.Log
		text := page.Text + logsapi.Seam(page.Text, newer)
		newer = page.Text
		if !back(masked.mask(text, page.Last)) || w.limited(page) {
			return w, nil
		}
		if err := ctx.Err(); err != nil {
			return w, err
		}
	}
	w.Whole = back(masked.mask("", true))
	return w, nil
}

// ahead visits lines. It reports false if visit did.
func (w *Walk) ahead(lines [][]byte, skip int, visit visitRaw) bool {
	for _, line := range lines {
		if w.Lines++; w.Lines > skip && !visit(w.Lines, line) {
			return false
		}
	}
	return true
}

// limited ends a walk after MaxPages.
func (w *Walk) limited(page logPage) bool {
	w.Limited = w.Pages == MaxPages && !page.Last
	return w.Limited
}

// Plain is a line of a log as people read it: without stamps, a platform
// entry led by its step, records that were glued together set apart by a blank.
func Plain(line []byte) string {
	first, rest := lines.Cut(bytes.TrimRight(line, "\n"))
	plain := plainEntry(first)
	for len(rest) > 0 {
		first, rest = lines.Cut(rest)
		plain += " " + plainEntry(first)
	}
	return plain
}

func plainEntry(record []byte) string {
	e := lines.Parse(record)
	text := string(lines.Plain(nil, e.Text))
	if len(e.Step) > 0 {
		return "[" + StepName(string(e.Step)) + "] " + text
	}
	return text
}
