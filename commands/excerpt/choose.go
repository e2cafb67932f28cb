package excerpt

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

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
}

func (f *Finder) choose() Excerpt {
	main := f.failing()
	all := f.candidates(main)
	out := Excerpt{Read: f.number, Whole: true, Outcome: f.outcome(main)}
	if main != nil {
		out.Step = main.place
	}
	chosen := fit(all, f.options)
	for i, c := range chosen {
		line := Line{Number: c.number, Text: c.text, Rule: ruleName(c.entry)}
		line.BlockStart = i == 0 || chosen[i-1].number+1 != c.number
		out.Lines = append(out.Lines, line)
	}
	if out.Outcome != Succeeded && main != nil {
		out.Reason = f.reason(all, main)
	}
	return out
}

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

// failing is the step that failed: the first that says so, else the one with
// the most telling lines, the later of equals.
func (f *Finder) failing() *step {
	var best *step
	for _, s := range f.steps.steps {
		if best == nil || best.state != stepFailed && s.telling() >= best.telling() {
			best = s
		}
	}
	return best
}

// candidates values the lines of all steps in the light of the failing one.
func (f *Finder) candidates(main *step) []candidate {
	var all []candidate
	for _, s := range f.steps.steps {
		share, tail := s.share(main)
		for e := range s.entries {
			c := candidate{entry: e, step: s}
			c.worth = e.value * s.rarity(e.source) * s.near(e.number) * share
			if !e.noise {
				c.worth += tailWorth(e.rank) * tail
			}
			if e.platform && s.output > 0 && e.rule == nil {
				c.worth /= 4
			}
			c.text = strings.TrimRight(string(lines.Plain(nil, e.text)), " \t")
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	return all
}

// rarity is what is left of the worth of a rule that matches often in a step:
// what many lines say is seldom why it failed.
func (s *step) rarity(r *rule) float64 {
	if r == nil {
		return 1
	}
	n := float64(s.hits[r.index])
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
// that a rule calls a cause, or that stands in the block of one; the first of
// equals.
func (f *Finder) reason(all []candidate, main *step) Line {
	var best *candidate
	top := 0.0
	for i := range all {
		c := &all[i]
		if c.step != main && (c.step.group != main.group || c.step.number > main.number) {
			continue
		}
		v := c.value*c.step.rarity(c.source) + reasonTail*tailWorth(c.rank)
		if c.noise || c.echo {
			v = 0
		}
		if c.rule != nil {
			switch c.rule.role {
			case cause:
				v += 1.5
			case head:
				v /= 2
			case stop:
				v /= 2
			}
		} else if c.value == 0 {
			v /= 2
		}
		if v > top {
			best, top = c, v
		}
	}
	if best == nil {
		return Line{}
	}
	text := cut(strings.TrimSpace(best.text), min(f.options.Chars-12, 400))
	return Line{Number: best.number, Text: text, BlockStart: true, Rule: ruleName(best.entry)}
}

const (
	reasonTail = 0.4
	leastWorth = 1.2
)

// fit takes the most valued candidates that the limits allow, in log order.
func fit(all []candidate, o Options) []candidate {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all[b].worth, all[a].worth) })
	const usual = 140
	var chosen []int
	shown := map[string]bool{}
	used := 0
	for _, i := range order {
		c := &all[i]
		if len(chosen) == o.Lines || c.worth <= leastWorth && len(chosen) > 0 {
			break
		}
		key := strings.TrimSpace(c.text)
		if key == "" || shown[key] {
			continue
		}
		cost := min(utf8.RuneCountInString(c.text), usual) + prefixLen(c.number) + 1
		if used+cost > o.Chars && len(chosen) > 0 {
			continue
		}
		used += cost
		shown[key] = true
		chosen = append(chosen, i)
	}
	slices.Sort(chosen)
	out := make([]candidate, len(chosen))
	for k, i := range chosen {
		out[k] = all[i]
	}
	shorten(out, o.Chars)
	return out
}

// shorten cuts the longest lines until all fit chars.
func shorten(chosen []candidate, chars int) {
	limit := maxText
	for limit > 8 {
		total := 0
		for _, c := range chosen {
			total += min(utf8.RuneCountInString(c.text), limit) + prefixLen(c.number) + 1
		}
		if total <= chars {
			break
		}
		limit = limit * 15 / 16
	}
	for i := range chosen {
		chosen[i].text = cut(chosen[i].text, limit)
	}
}

// prefixLen is the length of "NUMBER: ".
func prefixLen(number int) int {
	n := 3
	if number < 0 {
		n, number = n+1, -number
	}
	for ; number >= 10; number /= 10 {
		n++
	}
	return n
}

// cut shortens text to at most limit runes, with an ellipsis in its middle.
func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	if limit < 3 {
		return "…"
	}
	runes := []rune(text)
	tail := (limit - 1) / 4
	return string(runes[:limit-1-tail]) + "…" + string(runes[len(runes)-tail:])
}
