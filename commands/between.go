package commands

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"logbot/commands/commits"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// between is what lies between the last build that succeeded and the first one that failed
// before this one, or is it, by the newest builds of its task.
func (b buildFacts) between(newest []logsapi.Build) (commits.Range, bool) {
	if len(newest) == 0 {
		newest = b.recent
	}
	newest = slices.Clone(newest)
	for i := range newest { // the record knows more than the list
		if this := &newest[i]; this.Number == b.in.build && b.Commit == this.Commit {
			this.Message = b.Message
		}
	}
	return commits.Between(newest, b.in.build)
}

// withCommits is a verdict that ends with the commits since the last success, for the
// first build that failed after it, as far as they have room.
func (b buildFacts) withCommits(verdict func(texts.Lang, int) (string, time.Time), past *recalled) func(texts.Lang, int) (string, time.Time) {
	var newest []logsapi.Build
	if past != nil {
		newest = past.newest
	}
	r, known := b.between(newest)
	if !known || r.Red != b.in.build {
		return verdict
	}
	return func(l texts.Lang, columns int) (string, time.Time) {
		line, since := verdict(l, columns)
		room := columns - lines.Columns(line)
		if line != "" {
			room -= len(" · ")
		}
		more := r.Says(l, room)
		if more == "" || !since.IsZero() { // the time ends the line
			return line, since
		}
		if line == "" {
			first, size := utf8.DecodeRuneInString(more)
			return string(unicode.ToUpper(first)) + more[size:], since
		}
		return line + " · " + more, since
	}
}

// commitsSay is the same in sentences, for any build that failed, with the address of a
// comparison where that is known.
func (b buildFacts) commitsSay() texts.Phrase {
	r, known := b.between(nil)
	if !known {
		return texts.Phrase{}
	}
	says := r.Whole()
	i := slices.IndexFunc(b.recent, func(l logsapi.Build) bool { return l.Number == r.Red })
	if i < 0 || r.Same() {
		return says
	}
	to := b.recent[i]
	if address := commits.Compare(strings.TrimSpace(to.Repository), r.From, to.Commit); address != "" {
		says = texts.Both.With(says, texts.CommitsCompare.With(address))
	}
	return says
}
