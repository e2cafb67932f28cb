package render

import (
	"strconv"

	"logbot/logsapi/lines"
)

const (
	// phoneColumns is how many fixed-width characters fit in a row on a phone.
	phoneColumns = 40
	// openRows is how many rows of a log are shown without folding. The excerpt of a
	// failure, 20 lines and 2,900 characters, always fits: the lines that matter must
	// not need a press.
	openRows = 75
	// screenRows is how many rows of a longer log are shown above the fold: with
	// heading, reason and buttons about one screen of a phone.
	screenRows = 24
)

// firstScreen divides the lines of a log into those shown at once and those folded
// behind one press.
func firstScreen(all []lines.Line) (shown, folded []lines.Line) {
	margin := 1
	for _, l := range all {
		margin = max(margin, numberWidth(l)+1)
	}
	rows, at := 0, len(all)
	for i, l := range all {
		rows += max(1, (margin+lines.Columns(l.Text)+phoneColumns-1)/phoneColumns)
		if rows > screenRows && at == len(all) && i > 0 {
			at = i
		}
	}
	if rows <= openRows {
		return all, nil
	}
	return all[:at], all[at:]
}

// numberWidth is the length of the number of a line; 0 if it has none.
func numberWidth(l lines.Line) int {
	if l.Number == 0 {
		return 0
	}
	return len(strconv.Itoa(l.Number))
}
