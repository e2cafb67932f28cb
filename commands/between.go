package commands

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"logbot/commands/commits"
	"logbot/commands/texts"
	"logbot/commands/verdict"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// between is what lies between the last build that succeeded and the first one that failed
// before this one, or is it, by the newest builds of its task. The message of this build is
// said elsewhere on its card.
func (b buildFacts) between(newest []logsapi.Build) (commits.Range, bool) {
	if len(newest) == 0 {
		newest = b.recent
	}
	newest = slices.Clone(newest)
	for i := range newest {
		if newest[i].Number == b.in.build {
			newest[i].Message = ""
		}
	}
	return commits.Between(newest, b.in.build)
}

// withCommits is a verdict in words that ends with the commits since the last success, for
// the first build that failed after it, as far as they have room.
func (b buildFacts) withCommits(v verdict.Verdict, past *recalled) func(texts.Lang, int) verdict.Said {
	var newest []logsapi.Build
	if past != nil {
		newest = past.judged.Builds
	}
	r, known := b.between(newest)
	if !known || r.Red != b.in.build || r.Same() && v.Flaky != nil {
		return v.Says
	}
	return func(l texts.Lang, columns int) verdict.Said {
		said := v.Says(l, columns)
		room := columns - lines.Columns(said.Line)
		switch {
		case !said.Since.IsZero(): // the time ends the line
			return said
		case said.Line == "":
			more := r.Says(l, room)
			first, size := utf8.DecodeRuneInString(more)
			if size > 0 {
				said.Line = string(unicode.ToUpper(first)) + more[size:]
			}
			return said
		case !r.Same() && said.Last && said.Green == r.Green:
			said.Line += r.Then(l, room)
			return said
		}
		if more := r.Says(l, room-len(" · ")+1); more != "" {
			said.Line += " · " + more
		}
		return said
	}
}

// commitsSay is the same in sentences, for any build that failed, with the address of a
// comparison where that is known.
func (b buildFacts) commitsSay() texts.Phrase {
	r, known := commits.Between(b.recent, b.in.build)
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
