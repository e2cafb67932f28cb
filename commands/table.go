package commands

import (
	"strings"

	"logbot/logsapi/lines"
)

// aligned writes rows with their cells one under the other. A column without
// text takes no room.
func aligned(rows [][]string) []string {
	var widths []int
	for _, cells := range rows {
		for j, cell := range cells {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], lines.Columns(cell))
		}
	}
	out := make([]string, len(rows))
	for i, cells := range rows {
		var b strings.Builder
		for j, cell := range cells {
			if widths[j] > 0 {
				b.WriteString(cell + strings.Repeat(" ", widths[j]-lines.Columns(cell)+1))
			}
		}
		out[i] = strings.TrimRight(b.String(), " ")
	}
	return out
}
