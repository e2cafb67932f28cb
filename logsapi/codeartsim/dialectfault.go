package codeartsim

import (
	"bytes"
	"errors"
	"net/url"

	"logbot/logsapi/codeartsim/logtext"
)

// Ways to page and to write an answer that the documentation leaves open, shows in
// one place only, or contradicts in another.
const (
	LiteralBreak   Fault = "literal-newline"
	LiteralCRBreak Fault = "literal-crlf"
	SortRequired   Fault = "sort-required"
	SortASC        Fault = "sort-asc"
	DescByDefault  Fault = "desc-by-default"
	EndOnly        Fault = "end-only"
	EmptyEnd       Fault = "empty-end"
	EmptyZeros     Fault = "empty-zeros"
	RangeOffsets   Fault = "range-offsets"
	ByteOrderMark  Fault = "byte-order-mark"
	ResultString   Fault = "result-string"
)

func dialectFaults() []Switch {
	return []Switch{
		{Fault: LiteralBreak, Does: `lines of a page end with a backslash and an n, as in the example of real-time-log`,
			hooks: hooks{page: literalBreaks(`\n`)}},
		{Fault: LiteralCRBreak, Does: `lines of a page end with a backslash, r, backslash, n`,
			hooks: hooks{page: literalBreaks(`\r\n`)}},
		{Fault: SortRequired, Does: "sort is mandatory", hooks: hooks{paging: requireSort}},
		{Fault: SortASC, Does: "ascending is ASC in Build, too; AES is refused", hooks: hooks{paging: onlyASC}},
		{Fault: DescByDefault, Does: "a page without sort is descending", hooks: hooks{paging: descByDefault}},
		{Fault: EndOnly, Does: "every page is descending, whatever sort says", hooks: hooks{paging: descAlways}},
		{Fault: EmptyEnd, Every: 2, Does: "the log of a page is empty with has_more false; the same request again gets it",
			hooks: hooks{page: emptyEnd}},
		{Fault: EmptyZeros, Every: 2, Does: "the same with both offsets 0",
			hooks: hooks{page: emptyZeros}},
		{Fault: RangeOffsets, Does: "start_offset and end_offset are a range of which a page is a part; an end of 0 leaves it open",
			hooks: hooks{cut: cutRange}},
		{Fault: ByteOrderMark, Does: "JSON answers begin with a byte order mark",
			hooks: hooks{body: func(_ *setting, text []byte) []byte { return append([]byte("\uFEFF"), text...) }}},
		{Fault: ResultString, Does: "the result of an envelope is a JSON string that holds the JSON",
			hooks: hooks{reply: stringResult}},
	}
}

func literalBreaks(lineBreak string) func(*setting, *logtext.Text, pageRequest, *page) {
	return func(_ *setting, _ *logtext.Text, _ pageRequest, p *page) {
		p.log = bytes.ReplaceAll(p.log, []byte("\n"), []byte(lineBreak))
	}
}

func requireSort(_ *setting, q url.Values, _ string) error {
	if !q.Has("sort") {
		return errors.New("sort is missing")
	}
	return nil
}

func onlyASC(_ *setting, q url.Values, ascending string) error {
	switch q.Get("sort") {
	case "ASC":
		q.Set("sort", ascending)
	case "AES":
		return errors.New("sort is neither ASC nor DESC")
	}
	return nil
}

func descByDefault(_ *setting, q url.Values, _ string) error {
	if !q.Has("sort") {
		q.Set("sort", "DESC")
	}
	return nil
}

func descAlways(_ *setting, q url.Values, _ string) error {
	q.Set("sort", "DESC")
	return nil
}

func emptyEnd(_ *setting, _ *logtext.Text, k pageRequest, p *page) {
	if k.descending {
		p.start = p.end
	} else {
		p.end = p.start
	}
	p.log, p.more = nil, false
}

func emptyZeros(_ *setting, _ *logtext.Text, _ pageRequest, p *page) { *p = page{} }

// cutRange makes a page the part of a range that is read first in its order.
func cutRange(_ *setting, t *logtext.Text, k *pageRequest) {
	to := k.end
	if to == 0 {
		to = t.Size
	}
	if k.descending {
		k.start, k.bound = to, k.start
	} else {
		k.start, k.end, k.bound = to, k.start, to
	}
}

func stringResult(_ *setting, body any) any {
	if e, ok := body.(envelope); ok {
		e.Result = string(encodeJSON(e.Result))
		return e
	}
	return body
}
