package excerpt

import (
	"slices"
	"strings"

	"logbot/logsapi/lines"
)

// Studied is a candidate of a log as the ranker sees it, for learning.
type Studied struct {
	Number int
	Text   string
	Rule   string // what judged it
	Row    []int16
}

// Study returns the candidates of what was written so far, in the order of the
// log; nothing may be written afterwards. It is what the ranker is learned from.
func (f *Finder) Study() []Studied {
	f.finish()
	main := f.failing()
	if main == nil {
		return nil
	}
	scene := f.newScene(f.candidates(main), main)
	out := make([]Studied, len(scene.all))
	for i := range scene.all {
		c := &scene.all[i]
		out[i] = Studied{Number: c.number, Text: c.text, Rule: ruleName(c.entry), Row: make([]int16, featCount)}
		scene.row(out[i].Row, i)
	}
	return out
}

// Shorter is Excerpt with at most so many lines, for a finder that gave one.
func (f *Finder) Shorter(lines int) Excerpt {
	f.options.Lines = lines
	return f.choose(true)
}

// Ranked reports whether the ranker is asked about a candidate.
func Ranked(row []int16) bool { return row[featWorthRank] <= rankedQuarters }

// rankedQuarters is how many candidates are ranked, those of the highest worth, as
// logarithm in quarters: about 160.
const rankedQuarters = 32

// IDs are those of the rules, by falling weight.
func (r *Rules) IDs() []string {
	all := make([]string, len(r.rules))
	for i := range r.rules {
		all[i] = r.rules[i].id
	}
	return all
}

// Matching are the ids of the rules that hold on a line of the log, by falling weight,
// whatever other rules say of it.
func (r *Rules) Matching(log string) (ids []string) {
	holds := make([]bool, len(r.rules))
	m, scratch := newMatcher(r), []byte(nil)
	for line := range strings.SplitSeq(log, "\n") {
		for rest := []byte(line); ; {
			var first []byte
			first, rest = lines.Cut(rest)
			text := peel(&scratch, lines.Parse(first).Text)
			for _, i := range m.asksOf(r.gate.scan(nil, text)) {
				holds[i] = holds[i] || r.rules[i].holds(text)
			}
			if len(rest) == 0 {
				break
			}
		}
	}
	for i, yes := range holds {
		if yes {
			ids = append(ids, r.rules[i].id)
		}
	}
	return ids
}

// Muted is the set in which one rule never matches.
func (r *Rules) Muted(id string) *Rules {
	muted := *r
	muted.of = slices.Clone(r.of)
	for literal, of := range muted.of {
		muted.of[literal] = slices.DeleteFunc(slices.Clone(of), func(i uint16) bool { return r.rules[i].id == id })
	}
	return &muted
}
