package read

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"logbot/commands/excerpt"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// Explained is the excerpt of a log, and what was read for it.
type Explained struct {
	excerpt.Excerpt
	Pages int
	Log   logsapi.Log
	Text  []byte // what was read, masked, in the order of the log; at most 4 MiB from its end
	Cut   error  // why the log could not be read far enough; nil if it was
	More  bool   // there are lines that are not shown, and room for them
}

// Explain reads a log from its end until the failure is found. Whole lines are masked,
// with what follows them, before one is chosen, so that a secret of several lines or
// over two pages is masked whole. Of
// want lines the engine chooses as many as explain the failure; the others are
// those around them. If the log cannot be read far enough, the excerpt is of what was
// read; it has no reason unless strong evidence was among that.
func (r Reader) Explain(ctx context.Context, what Request, want int) (Explained, error) {
	options := excerpt.Options{Rules: r.Rules, Known: what.Known, Lines: min(want, excerpt.DefaultLines)}
	finder, newer := excerpt.FromEnd(options), ""
	back := backward{gate: r.Gate}
	var found Explained
	var read [][]byte // pages, newest first
	var exposes []Exposed
	total := 0 // lines
	for page, err := range r.pages(ctx, what, logsapi.Descending) {
		if err != nil && !worthwhile(ctx, finder.Pages(), err) {
			return Explained{}, err
		}
		if err != nil {
			found.Cut = err
			break
		}
		if finder.Pages() == 0 && what.Green != nil {
			options.Green = what.Green()
			finder = excerpt.FromEnd(options)
		}
		text, shown := back.mask(page.Text+logsapi.Seam(page.Text, newer), page.Last)
		total += countLines(text)
		exposes = append(exposes, exposed(text, shown, -total, page.Log)...)
		newer, found.Log = page.Text, page.Log
		if want > excerpt.DefaultLines {
			read = append(read, text)
		}
		sure := finder.Prepend(text)
		if page.Last {
			finder.Started()
		}
		if sure && (what.Known != excerpt.Succeeded || page.Last || finder.Pages() >= greenPages) {
			break
		}
	}
	found.Excerpt, found.Pages, found.Text = finder.Excerpt(), finder.Pages(), finder.Text()
	what.Meter.Expose(fromStart(exposes, found.Whole, total)...)
	if found.Cut != nil && !finder.Strong() {
		found.Reason = excerpt.Line{}
	}
	full := false
	if want > excerpt.DefaultLines && found.Outcome != excerpt.Succeeded {
		slices.Reverse(read)
		full = found.widen(bytes.Join(read, nil), want)
	}
	found.More = !full && want < MaxLines && (!found.Whole || len(found.Lines) < found.Read)
	return found, nil
}

// greenPages is how many pages of a build that succeeded are read, so that what its
// tests say is told of a log that is not long.
const greenPages = 3

// maxContextChars is how much of a line around the chosen ones is shown.
const maxContextChars = 300

// widen adds the nearest lines of the text that was read around those chosen,
// until there are want or a message has no more room; those without a word, which
// only rule a log off, are passed over. full says that no more could be added, for lack of room or of lines.
func (e *Explained) widen(text []byte, want int) (full bool) {
	var all [][]byte
	for line := range bytes.Lines(text) {
		all = append(all, line)
	}
	offset := 1 // from a place in all to a number
	if !e.Whole {
		offset = -len(all)
	}
	shown := map[int]bool{}
	w := Window{Most: want}
	var anchors []int
	for _, l := range e.Lines {
		w.Add(lines.Line{Text: l.Text})
		if !shown[l.Number] {
			anchors = append(anchors, l.Number)
		}
		shown[l.Number] = true
	}
	// Lines near the reason come first, where not all of one distance fit.
	slices.SortStableFunc(anchors, func(a, b int) int {
		return cmp.Compare(abs(a-e.Reason.Number), abs(b-e.Reason.Number))
	})
	for distance, some := 1, true; some; distance++ {
		some = false
		for _, a := range anchors {
			for _, number := range []int{a - distance, a + distance} {
				i := number - offset
				// The first line of a text that does not begin the log may be cut.
				if i < 0 || i >= len(all) || i == 0 && !e.Whole {
					continue
				}
				some = true
				if shown[number] {
					continue
				}
				shown[number] = true
				plain := lines.ShortenMiddle(excerpt.Plain(all[i]), maxContextChars)
				if !wordy(plain) {
					continue
				}
				if !w.Add(lines.Line{Text: plain}) {
					e.sort()
					return w.Left
				}
				e.Lines = append(e.Lines, excerpt.Line{Number: number, Text: plain, Rule: contextRule})
			}
		}
	}
	e.sort()
	return true
}

// wordy reports whether a line says anything: has a letter or a digit besides a
// level in brackets at its start.
func wordy(line string) bool {
	line = strings.TrimSpace(line)
	if level, rest, ok := strings.Cut(line, "]"); ok && strings.HasPrefix(level, "[") && len(level) <= maxLevel {
		line = rest
	}
	return strings.ContainsFunc(line, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// maxLevel is how long a bracket with a level may be: "[WARNING".
const maxLevel = 8

// contextRule stands for the rule of a line that was added around the chosen.
const contextRule = "context"

// sort puts the lines back into the order of the log, and drops what was said of
// lines folded behind one: some of them may be shown now.
func (e *Explained) sort() {
	slices.SortStableFunc(e.Lines, func(a, b excerpt.Line) int { return cmp.Compare(a.Number, b.Number) })
	for i := range e.Lines {
		e.Lines[i].Folded = 0
	}
}

func abs(n int) int { return max(n, -n) }
