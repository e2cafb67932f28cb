package reply

import (
	"strings"
	"time"

	"logbot/logsapi/lines"
)

// The budget of a card, the message that explains a build: it is read on a phone, in a
// channel that scrolls. The numbers are those of the product's design; a phone of 390
// points shows 40 characters of Slack's preformatted text in a row, and wraps what is
// longer (measured on the local page; that Slack wraps is reported by others).
const (
	Columns    = 40 // of a fixed-width font in a row; Chinese takes two
	LineRows   = 2  // of one line, of the head or of the excerpt
	HeadRows   = 9  // of the head: all that stands above the excerpt
	CardRows   = 16 // of the head and the excerpt
	LeastLines = 3  // of the excerpt, whatever the head takes
	// TimeColumns is what the time of a build takes, with the dot before it: Slack
	// writes it in the language and zone of its reader, "yesterday 14:02".
	TimeColumns = 18
)

// Rows is how many rows of a phone a text of one line takes.
func Rows(text string) int { return rowsOf(lines.Columns(text)) }

func rowsOf(columns int) int { return max(1, (columns+Columns-1)/Columns) }

// Cut cuts a text of one line to so many rows.
func Cut(text string, rows int) string {
	return lines.ShortenBy(text, rows*Columns, lines.Width)
}

// headLine is one line of a head on its way to its rows.
type headLine struct {
	text *string
	// extra are columns that a face adds.
	extra int
}

func (l headLine) rows() int {
	if *l.text == "" && l.extra == 0 {
		return 0
	}
	return rowsOf(lines.Columns(*l.text) + l.extra)
}

func (l headLine) cut(rows int) {
	*l.text = lines.ShortenBy(*l.text, rows*Columns-l.extra, lines.Width)
}

// head are the lines of the head but for the context.
func (r *Reply) head() []headLine {
	sign := 0
	if r.Sign != "" {
		sign = lines.Columns(r.Sign) + len(signGap)
	}
	since := 0
	if !r.Since.IsZero() {
		since = TimeColumns
	}
	return []headLine{{&r.Heading, sign}, {&r.Reason, 0}, {&r.Parts, 0}, {&r.Tests, 0}, {&r.Verdict, since}, {&r.Service, 0}}
}

// signGap stands between a sign and its heading.
const signGap = "  "

// contextRows is how many rows the line of the context takes.
func (r *Reply) contextRows() int {
	who := headLine{text: new(string)}
	*who.text = strings.Join(r.Context, dot)
	if !r.Started.IsZero() {
		who.extra = TimeColumns
	}
	return min(who.rows(), LineRows)
}

// HeadRowsTaken is how many rows the head takes.
func (r *Reply) HeadRowsTaken() int {
	says := r.Claim.Says("", r.Lang)
	rows := r.contextRows()
	if says != "" {
		rows += headLine{&says, TimeColumns}.rows()
	}
	for _, l := range r.head() {
		rows += l.rows()
	}
	return rows
}

// FitVerdict is FitHead with a verdict that says of two lengths can give: one of at most
// so many columns, and the time behind it.
func (r *Reply) FitVerdict(says func(columns int) (string, time.Time)) {
	r.Verdict, r.Since = says(LineRows * Columns)
	whole := r.Verdict
	r.FitHead()
	if r.Verdict != whole {
		r.Verdict, r.Since = says(Columns)
		r.FitHead()
	}
}

// FitHead cuts the lines of the head to two rows each, and then to one row or to
// nothing, the least important first, until the head has its rows: what CodeArts says,
// then the tests, the parts and the verdict, for which what CodeArts says is left out.
// The context must fit already.
func (r *Reply) FitHead() {
	r.Reason = CutMiddle(r.Reason, LineRows*Columns) // a path at its start, an assertion at its end
	for _, l := range r.head() {
		if l.rows() > LineRows {
			l.cut(LineRows)
		}
	}
	for _, l := range []*string{&r.Service, &r.Tests, &r.Parts} {
		if r.HeadRowsTaken() > HeadRows && Rows(*l) > 1 {
			*l = Cut(*l, 1)
		}
	}
	if r.HeadRowsTaken() > HeadRows {
		r.Service = ""
	}
	if r.HeadRowsTaken() > HeadRows {
		r.Verdict, r.Since = Cut(r.Verdict, 1), time.Time{}
	}
}

// ContextColumns is how many columns the parts of the context may take together, with
// the dots between them.
func ContextColumns(timed bool) int {
	if timed {
		return LineRows*Columns - TimeColumns
	}
	return LineRows * Columns
}

// CutMiddle cuts a text of one line to so many columns: three quarters of them are its
// beginning, the rest is its end, with a mark between.
func CutMiddle(text string, columns int) string {
	const mark = "…"
	if lines.Columns(text) <= columns || columns < 2 {
		return text
	}
	end := (columns - 1) / 4
	head := lines.HeadBy(text, columns-1-end, lines.Width)
	tail := []rune(text[len(head):])
	for room := end; ; {
		if lines.Columns(string(tail)) <= room {
			return head + mark + string(tail)
		}
		tail = tail[1:]
	}
}
