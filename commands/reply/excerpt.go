package reply

import (
	"fmt"
	"slices"
	"strings"

	"logbot/logsapi/lines"
)

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
