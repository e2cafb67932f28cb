package commands

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"logbot/commands/excerpt"
	"logbot/logsapi"
)

// explained is the excerpt of a log, and what was read for it.
type explained struct {
	excerpt.Excerpt
	pages int
	log   logsapi.Log
	more  bool // there are lines that are not shown, and room for them
}

// explain reads a log from its end until the failure is found. Pages pass the
// gate before a line is chosen, so that a masked block is masked whole. Of want
// lines the engine chooses as many as explain the failure; the others are those
// around them.
func (c *Commands) explain(ctx context.Context, r reading, want int) (explained, error) {
	r.order = logsapi.Descending
	finder, newer := excerpt.FromEnd(excerpt.Options{Rules: c.rules, Lines: min(want, excerpt.DefaultLines)}), ""
	var found explained
	var read [][]byte // pages, newest first
	for page, err := range c.pages(ctx, r) {
		if err != nil {
			return explained{}, err
		}
		text, _ := c.gate.Page([]byte(page.Text + logsapi.Seam(page.Text, newer)))
		newer, found.log = page.Text, page.of
		if want > excerpt.DefaultLines {
			read = append(read, text)
		}
		sure := finder.Prepend(text)
		if page.Last {
			finder.Started()
		}
		if sure {
			break
		}
	}
	found.Excerpt, found.pages = finder.Excerpt(), finder.Pages()
	full := false
	if want > excerpt.DefaultLines && found.Outcome != excerpt.Succeeded {
		slices.Reverse(read)
		full = found.widen(bytes.Join(read, nil), want)
	}
	found.more = !full && want < maxShownLines && (!found.Whole || len(found.Lines) < found.Read)
	return found, nil
}

// maxContextChars is how much of a line around the chosen ones is shown.
const maxContextChars = 300

// widen adds the nearest lines of the text that was read around those chosen,
// until there are want or a message has no more room; those without a word, which
// only rule a log off, are passed over. full says that no more could be added, for lack of room or of lines.
func (e *explained) widen(text []byte, want int) (full bool) {
	var all [][]byte
	for line := range bytes.Lines(text) {
		all = append(all, line)
	}
	offset := 1 // from a place in all to a number
	if !e.Whole {
		offset = -len(all)
	}
	shown := map[int]bool{}
	w := window{most: want}
	var anchors []int
	for _, l := range e.Lines {
		w.add(Line{Text: l.Text})
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
				plain := cutMiddle(excerpt.Plain(all[i]), maxContextChars)
				if !wordy(plain) {
					continue
				}
				if !w.add(Line{Text: plain}) {
					e.sort()
					return w.left
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
func (e *explained) sort() {
	slices.SortStableFunc(e.Lines, func(a, b excerpt.Line) int { return cmp.Compare(a.Number, b.Number) })
	for i := range e.Lines {
		e.Lines[i].Folded = 0
	}
}

func abs(n int) int { return max(n, -n) }

// window collects lines up to a number and to the room in a message.
type window struct {
	most  int
	chars int
	lines []Line
	left  bool // something was left out for lack of room
}

const (
	// shownLines is how many lines one message shows unless more are asked for.
	shownLines = 20
	// maxShownLines keeps a message readable and under Slack's limits.
	maxShownLines = 100
	// maxShownChars is the room for log text in one message: what Slack takes
	// is about 13,000 characters (measured by others), our ceiling is 10,000
	// with the rest of the message.
	maxShownChars = 9000
	// maxLineChars is how much of one long line is shown.
	maxLineChars = 500
)

// add takes a line unless there is no room for it.
func (w *window) add(l Line) bool {
	l.Text = cutMiddle(l.Text, maxLineChars)
	n := room(l.Text) + 8 // for its number
	if len(w.lines) >= w.most {
		return false
	}
	if w.left || w.chars+n > maxShownChars {
		w.left = true
		return false
	}
	w.chars += n
	w.lines = append(w.lines, l)
	return true
}

// room is how many characters a text takes in a message: those that markup
// gives a meaning are written as entities, and counted so.
func room(s string) int {
	return utf8.RuneCountInString(s) + 3*(strings.Count(s, "<")+strings.Count(s, ">")) + 4*strings.Count(s, "&")
}

// cutMiddle shortens s to at most n characters, keeping its start and its end.
func cutMiddle(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	head := (n - 1) * 2 / 3
	return string(r[:head]) + "…" + string(r[len(r)-(n-1-head):])
}
