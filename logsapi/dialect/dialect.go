// Package dialect finds out how a host writes its logs where the documentation is
// silent, contradicts itself, or is not followed: from the first pages that come.
//
// A Host collects what was seen of one host and says how to ask it and how to read
// what it sends. It makes no requests. A guess is given up as soon as a page shows
// that it is wrong.
package dialect

import "strings"

// Dialect is what was seen of a host. The zero Dialect is one of which nothing
// unusual is known. It is a value and may be compared.
type Dialect struct {
	Host         string
	LiteralBreak bool   // lines end with a backslash and an n instead of a line feed
	NewestFirst  bool   // the lines inside a descending page come newest first
	Ascending    string // the word for ascending that the host needs; empty for the usual one of its service
	Ranges       bool   // the two offsets of a request are a range, not those of the page before
	LateText     bool   // an empty page that was said to be the last had text when it was asked for again
	CheckRuns    string // names and types of a list of check runs that has unknown names; empty for a usual one
	NotReady     bool   // a log was refused, and there a moment later
	Form
}

// Form is how the JSON of an answer is written.
type Form struct {
	ByteOrder    bool // it begins with a byte order mark
	QuotedResult bool // the result is a string that holds JSON
}

// String says what is unusual, for operators: `ascending needs sort=AES; offsets are
// a range`. A Dialect without anything unusual is "as documented".
func (d Dialect) String() string {
	var says []string
	for _, s := range []struct {
		seen bool
		says string
	}{
		{d.LiteralBreak, `lines end with a literal \n`},
		{d.NewestFirst, "descending pages have their lines newest first"},
		{d.Ascending != "", "ascending needs sort=" + d.Ascending},
		{d.Ranges, "offsets are a range"},
		{d.LateText, "an empty page can have text a moment later"},
		{d.NotReady, "a log can be refused and there a moment later"},
		{d.CheckRuns != "", "lists of check runs are " + d.CheckRuns},
		{d.ByteOrder, "answers begin with a byte order mark"},
		{d.QuotedResult, "results are JSON in a string"},
	} {
		if s.seen {
			says = append(says, s.says)
		}
	}
	if says == nil {
		return "as documented"
	}
	return strings.Join(says, "; ")
}
