package reply

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// Text is the reply as plain text, for a terminal and wherever blocks cannot
// be shown. Times are written in the zone of now.
func (r Reply) Text(now time.Time) string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	add(r.Title())
	add(r.Channel)
	add(r.contextLine(clock(r.Started, now)))
	for _, line := range r.Why() {
		if line == r.Verdict && !r.Since.IsZero() {
			line += " " + clock(r.Since, now)
		}
		add(line)
	}
	add(r.Claim.Says(clock(r.Claim.Since, now), r.Lang))
	if len(r.Lines) > 0 {
		add("\n" + indent(r.Excerpt()) + "\n")
	}
	add(r.Source)
	add(r.Body)
	for _, e := range r.Try {
		add(strings.TrimRight(fmt.Sprintf("  %s   %s", e.whole(), e.Does), " "))
	}
	if r.Link != "" {
		add(fmt.Sprintf("  %s   %s", r.Link, texts.OpenCodeArts.In(r.Lang)))
	}
	return strings.Join(parts, "\n")
}

// expression stands for what a search looks for, in lines to type.
const expression = "RE"

// whole is the line with a word for what a form would ask.
func (e Example) whole() string {
	if e.Place == AskFirst {
		return e.Line + " " + expression
	}
	return cmp.Or(e.Shown, e.Line)
}

// contextLine joins the parts of the context; started is how the face writes
// the time the build started, empty when it is unknown.
func (r Reply) contextLine(started string) string {
	parts := slices.Clone(r.Context)
	switch {
	case started == "":
	case len(parts) == 0:
		return texts.StartedAt.With(started).In(r.Lang)
	default:
		parts = append(parts, started)
	}
	return strings.Join(parts, dot)
}

// dot stands between parts of a line.
const dot = " · "

// Title is the heading behind its sign.
func (r Reply) Title() string {
	if r.Sign == "" || r.Heading == "" {
		return r.Heading
	}
	return r.Sign + signGap + r.Heading
}

// Why are the lines of the head below the context: the reason, the parts that failed,
// the tests, the verdict without its time and what CodeArts says, as far as they are
// known.
func (r Reply) Why() []string {
	return slices.DeleteFunc([]string{r.Reason, r.Parts, r.Tests, r.Verdict, r.Service}, func(s string) bool { return s == "" })
}

// clock is the time of day, with the date when that is not today's.
func clock(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(s, "\n", "\n  ")
}

// Excerpt is the reply's lines as preformatted text: a number at the start of each
// run of neighbouring lines, the others indented under it. If matches of a search
// are mixed with other lines, a ">" marks them.
func (r Reply) Excerpt() string {
	width, gap := 0, ""
	mark := slices.ContainsFunc(r.Lines, func(l lines.Line) bool { return l.Match }) &&
		slices.ContainsFunc(r.Lines, func(l lines.Line) bool { return !l.Match })
	for _, l := range r.Lines {
		if l.Number != 0 {
			width, gap = max(width, len(fmt.Sprint(l.Number))), " "
		}
	}
	var b strings.Builder
	last := 0
	for i, l := range r.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		number := ""
		if l.Number != 0 && (i == 0 || l.Number != last+1) {
			number = fmt.Sprint(l.Number)
		}
		sign := ""
		switch {
		case mark && l.Match:
			sign = "> "
		case mark:
			sign = "  "
		}
		line := fmt.Sprintf("%*s%s%s%s", width, number, gap, sign, l.Text)
		b.WriteString(strings.TrimRight(line, " "))
		last = l.Number
	}
	return b.String()
}
