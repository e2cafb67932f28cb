package bot

import (
	"logbot/logsapi/lines"
)

const (
	// phoneColumns is how many characters of fixed width a phone shows in a row.
	phoneColumns = 40
	// openRows is how many such rows of a log stand open at most: the excerpt of a
	// failure, 20 lines and 2,900 characters, is never folded, for nobody should
	// have to press for the lines that matter.
	openRows = 75
	// screenRows is how many stand open where there are more: with heading, reason
	// and buttons about one screen of a phone.
	screenRows = 24
)

// firstScreen parts the lines of a log: what stands open, and what is folded
// away behind one press. Where the fold begins a line gets its number, also when
// it belongs to the run before it.
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
