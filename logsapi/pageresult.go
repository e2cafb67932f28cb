package logsapi

import (
	"cmp"
	"errors"
	"strings"

	"logbot/logsapi/dialect"
	"logbot/logsapi/lenient"
)

// pageResult is the result of all four paged endpoints: Build writes its names
// with underscores, Check in camel case.
type pageResult struct {
	Log         *string        `json:"log"`
	HasMore     lenient.Flag   `json:"has_more"`
	HasMoreC    lenient.Flag   `json:"hasMore"`
	StartOffset lenient.Offset `json:"start_offset"`
	StartC      lenient.Offset `json:"startOffset"`
	EndOffset   lenient.Offset `json:"end_offset"`
	EndC        lenient.Offset `json:"endOffset"`

	cut bool // long lines of Log were cut
}

func (p *pageResult) more() bool            { return bool(p.HasMore || p.HasMoreC) }
func (p *pageResult) start() lenient.Offset { return either(p.StartOffset, p.StartC) }
func (p *pageResult) end() lenient.Offset   { return either(p.EndOffset, p.EndC) }

// Shortened implements wire.Shortened.
func (p *pageResult) Shortened() { p.cut = true }

// adrift reports whether the service sent no offsets at all.
func (p *pageResult) adrift() bool { return !p.start().Set && !p.end().Set }

func either(a, b lenient.Offset) lenient.Offset {
	if a.Set || a.Err != nil {
		return a
	}
	return b
}

// page turns the result into a page that answers r. The order of its lines is still
// that in which they came.
//
// Ascending, has_more says whether more follows. Descending it says nothing, and
// a start of 0 is the beginning of the log. An offset that is missing stays what
// it was.
func (p *pageResult) page(r PageRequest, h *dialect.Host) (Page, error) {
	start, end := p.start(), p.end()
	if err := cmp.Or(start.Err, end.Err); err != nil {
		return Page{}, err
	}
	if p.Log == nil && !p.more() && p.adrift() {
		return Page{}, errors.New("the result holds neither a log nor offsets")
	}
	page := Page{Next: r.At, Cut: p.cut}
	if p.Log != nil {
		page.Text = h.Split(*p.Log)
	}
	if start.Set {
		page.Next.Start = start.Value
	}
	if end.Set {
		page.Next.End = end.Value
	}
	// The service left the final line feed out where its offsets, if these count
	// bytes, speak of one more; where they count something else they do not fit.
	split := p.Log != nil && page.Text != *p.Log // then they fit by chance, too
	if start.Set && end.Set && end.Value-start.Value == int64(len(page.Text))+1 && !(split && strings.HasSuffix(page.Text, "\n")) {
		page.Text += "\n"
	}
	if r.Order == Ascending {
		page.Last = !p.more()
		if page.Last && page.Text == "" && page.Next.End == 0 {
			page.Next = r.At // nothing new, said with zeros: go on from where we are
		}
		return page, nil
	}
	page.Last = page.Next.Start == 0 && (start.Set || !p.more())
	return page, nil
}
