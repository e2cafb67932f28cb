package commands

import (
	"strings"
	"time"

	"logbot/logsapi/lines"
)

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

// china is the zone in which the service's console shows times.
var china = time.FixedZone("", 8*60*60)

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(china).Format("01-02 15:04")
}
