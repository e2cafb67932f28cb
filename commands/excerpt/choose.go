package excerpt

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"logbot/logsapi/lines"
)

// tailLines is how many lines before the end of a step have a value of their
// own.
const tailLines = 20

// candidate is a line that may be shown.
type candidate struct {
	*entry
	step  *step
	text  string
	worth float64
	shown int // its number as it is shown
}

// choose makes the excerpt of what the steps kept. Where what was read is not
// the whole log, lines count from its end.
func (f *Finder) choose(whole bool) Excerpt {
	out := Excerpt{Read: f.number, Whole: whole}
	main := f.failing()
	if main == nil {
		return out
	}
	out.Outcome, out.Step = f.outcome(main), main.place
	all := f.candidates(main)
	if !whole {
		for i := range all {
			all[i].shown -= f.number + 1
		}
	}
	if out.Outcome == Succeeded {
		all = lastOf(all) // it says so, and nothing else is to be shown
	} else {
		out.Reason = f.reason(all, main)
	}
	out.Lines = shown(fit(all, f.options), f.options)
	return out
}

// lastOf is the last line of the log.
func lastOf(all []candidate) []candidate {
	if len(all) == 0 {
		return nil
	}
	last := all[len(all)-1]
	last.worth = 1
	return []candidate{last}
}

// shown are the lines of an excerpt, with what was folded into them. A line
// that tells of folded ones takes the room of a second line, so it is told only
// while there is room.
func shown(chosen []candidate, o Options) []Line {
	type kind struct {
		step *step
		mask uint64
	}
	count := map[kind]int{}
	room, chars := o.Lines-len(chosen), o.Chars
	for _, c := range chosen {
		count[kind{c.step, c.mask}]++
		chars -= printed(c.shown, c.text)
	}
	var out []Line
	for i, c := range chosen {
		line := Line{Number: c.shown, Text: c.text, Rule: ruleName(c.entry)}
		line.BlockStart = i == 0 || chosen[i-1].number+1 < c.number
		k := kind{c.step, c.mask}
		if more := c.step.alike[c.mask] - count[k]; c.mask != 0 && more > 0 && room > 0 && chars >= foldChars {
			line.Folded = more
			count[k] += more // the first of its kind tells
			room, chars = room-1, chars-foldChars
		}
		out = append(out, line)
	}
	return out
}

// foldChars is the room for "... 123456 more lines like this".
const foldChars = 32

func ruleName(e *entry) string {
	if e.rule != nil {
		return e.rule.id
	}
	if e.value > 0 {
		return "near"
	}
	return "tail"
}

func (f *Finder) outcome(main *step) Outcome {
	if f.says != Unknown {
		return f.says
	}
	if main != nil && main.state == stepFailed {
		return Failed
	}
	return Unknown
}

// failing is the step that failed: the first that says so, of those where the
// platform says so too if there are any; else the one with the most telling
// lines, the later of equals.
func (f *Finder) failing() *step {
	var best, blamed *step
	for _, s := range f.steps.steps {
		if best == nil || best.state != stepFailed && s.telling() >= best.telling() {
			best = s
		}
		if blamed == nil && s.state == stepFailed && f.blamed != "" && s.place == f.blamed {
			blamed = s
		}
	}
	if blamed != nil {
		return blamed
	}
	return best
}

// candidates values the lines of all steps in the light of the failing one.
func (f *Finder) candidates(main *step) []candidate {
	var all []candidate
	phrases := f.phrases()
	for _, s := range f.steps.steps {
		share, tail := s.share(main)
		for e := range s.entries {
			c := candidate{entry: e, step: s, shown: e.number}
			c.worth = e.value * s.rarity(e) * s.near(e.number) * share
			if !e.noise {
				c.worth += tailWorth(e.rank) * tail * e.novelty()
			}
			if e.platform && (e.closing || e.rule == nil && (s.output > 0 || phrases[masked(e.text)] > 1)) {
				c.worth /= 8
			}
			c.text = strings.TrimRight(string(lines.Plain(nil, e.text)), " \t")
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	return all
}

// phrases counts in how many CodeArts steps a platform line ends a step: what it
// says in several of them, in whatever language, explains none.
func (f *Finder) phrases() map[uint64]int {
	count, last := map[uint64]int{}, map[uint64]string{}
	for _, s := range f.steps.steps {
		for i := range s.tail {
			e := &s.tail[i]
			if !e.platform || e.rank > phraseRank {
				continue
			}
			if mask := masked(e.text); last[mask] != s.place {
				count[mask]++
				last[mask] = s.place
			}
		}
	}
	return count
}

// phraseRank is how far before the end of a step the platform's last words are
// looked for.
const phraseRank = 5

// novelty is what is left of the worth of a line when the green log has it too.
func (e *entry) novelty() float64 {
	if e.known {
		return knownShare
	}
	return 1
}

// rarity is what is left of the worth of a line when the rule it is from
// matches often in its step: what many lines say is seldom why it failed.
func (s *step) rarity(e *entry) float64 {
	if e.early {
		return 1
	}
	n := float64(s.fresh) // a line without a source has its worth for being new
	if e.source != nil {
		n = float64(s.hits[e.source.index])
	}
	return math.Pow(max(1, n/rareHits), -rareLoss)
}

// near is what is left of the worth of a line for its distance to the end of
// its step.
func (s *step) near(number int) float64 {
	return 1 / (1 + nearLoss*math.Log2(1+float64(s.last-number)/nearLines))
}

const (
	rareHits  = 6
	rareLoss  = 0.25
	nearLoss  = 0.06
	nearLines = 40
)

// share is how much the lines of a step count in the light of the failing one,
// and how much it counts that they stand at its end.
func (s *step) share(main *step) (lines, tail float64) {
	switch {
	case s == main:
		return 1, 1
	case s.state == stepFailed:
		return 0.8, 0.6
	case s.group == main.group && s.number < main.number:
		return 0.7, 0.1
	case s.state == stepPassed:
		return 0.2, 0
	case main.state == stepFailed && main.evidence >= 6:
		return 0.15, 0
	case main.state == stepFailed:
		return 0.3, 0
	}
	return 0.5, 0.1
}

// tailWorth is what a line is worth for standing rank lines before the end of
// its step.
func tailWorth(rank int) float64 {
	if rank == 0 || rank > tailLines {
		return 0
	}
	return 7 - 6.5*float64(rank-1)/tailLines
}

// reason is the line that says why: of the lines of the failing step the one
// that a rule calls a cause, or that stands in the block of one. Of lines that
// match the same rule shortly after one another the first counts: later errors
// often follow from it.
func (f *Finder) reason(all []candidate, main *step) Line {
	var best *candidate
	top := 0.0
	for i := range all {
		c := &all[i]
		if c.step != main && (c.step.group != main.group || c.step.number > main.number) || c.noise || c.echo {
			continue
		}
		v := c.value*c.step.rarity(c.entry) + reasonTail*tailWorth(c.rank)*c.novelty()
		switch {
		case c.closing:
			v /= 4
		case c.rule == nil && c.value == 0, c.rule != nil && (c.rule.role == roleHead || c.rule.role == roleStop):
			v /= 2
		case c.rule != nil && c.rule.role == roleCause:
			v += causeBonus
		}
		if best != nil && c.rule != nil && c.rule == best.rule && c.number-best.number <= sameTrouble {
			continue
		}
		if v > top {
			best, top = c, v
		}
	}
	if best == nil {
		return Line{}
	}
	text := lines.ShortenMiddle(strings.TrimSpace(best.text), min(f.options.Chars-prefixLen(best.shown), maxReason))
	return Line{Number: best.shown, Text: text, BlockStart: true, Rule: ruleName(best.entry)}
}

const (
	maxReason   = 400 // characters
	reasonTail  = 0.4 // how much the end of the step counts for the reason
	causeBonus  = 2.5 // what a line gains that a rule calls a cause
	sameTrouble = 12  // lines
	leastWorth  = 1.2
	leastShare  = 0.25 // of the best line, where the green log has all of them
)
