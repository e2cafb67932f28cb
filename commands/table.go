package commands

import (
	"slices"
	"strings"
	"time"

	"logbot/logsapi/lines"
)

// phoneColumns is how many columns of fixed width a phone shows in a row.
const phoneColumns = 40

// table writes rows as lines with their cells one under the other. A column without
// text takes no room.
func table(rows [][]string) []lines.Line {
	var widths []int
	for _, cells := range rows {
		for j, cell := range cells {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], lines.Columns(cell))
		}
	}
	out := make([]lines.Line, len(rows))
	for i, cells := range rows {
		var b strings.Builder
		for j, cell := range cells {
			if widths[j] > 0 {
				b.WriteString(cell + strings.Repeat(" ", widths[j]-lines.Columns(cell)+1))
			}
		}
		out[i].Text = strings.TrimRight(b.String(), " ")
	}
	return out
}

// minCell is how wide a column stays at least when it is made narrower.
const minCell = 8

// tableWithin is table with one column cut so that no row is wider than that many
// columns.
func tableWithin(columns int, rows [][]string, cut int) []lines.Line {
	others := 0
	for _, row := range table(without(rows, cut)) {
		others = max(others, lines.Columns(row.Text))
	}
	for _, row := range rows {
		row[cut] = within(row[cut], max(minCell, columns-others-1))
	}
	return table(rows)
}

func without(rows [][]string, column int) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = slices.Delete(slices.Clone(row), column, column+1)
	}
	return out
}

// within is text cut to that many columns, with a mark if something is cut.
func within(text string, columns int) string { return lines.ShortenBy(text, columns, lines.Width) }

// brief is a duration in as few characters as tell it: 3m12s.
func brief(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return d.Round(time.Second).String()
}

// dotted are the parts that say something.
func dotted(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// china is the zone in which the service's console shows times.
var china = time.FixedZone("", 8*60*60)

func day(t time.Time) string {
	if t.Unix() <= 0 {
		return ""
	}
	return t.In(china).Format("01-02 15:04")
}
