package excerpt

import (
	"cmp"
	"math"
	"math/bits"
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
	worth int // in thousandths
	shown int // its number as it is shown
	show  int // chance that it is one of the lines that explain the failure, in thousandths
	why   int // chance that it is the one that says why, in thousandths
	order int // how many lines were chosen before it

	because, becauseReason string // the features that decided on both chances; empty if nobody asks
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
		out.Lines = shown(pick(all, nil, f.options), f.options)
		return out
	}
	scene := f.newScene(all, main)
	f.ranker().rank(scene, f.options.Explain)
	why := reasons(all)
	out.Lines = shown(pick(all, why, f.options), f.options)
	if out.Outcome != Aborted && f.options.Known != Aborted {
		f.explain(&out, scene, why)
	}
	return out
}

// explain says why the build failed.
func (f *Finder) explain(out *Excerpt, s *scene, why []int) {
	for _, i := range why {
		c := &s.all[i]
		text := lines.ShortenMiddle(strings.TrimSpace(c.text), min(f.options.Chars-prefixLen(c.shown), maxReason))
		out.Reasons = append(out.Reasons, Line{Number: c.shown, Text: text, BlockStart: true, Rule: ruleName(c.entry), Because: c.becauseReason})
	}
	if len(why) > 0 {
		out.Reason = out.Reasons[0]
		out.Confidence = f.ranker().confidence(s.all[why[0]].why)
		if f.vague(out.Outcome, s.main) {
			out.Confidence = min(out.Confidence, f.ranker().confidence(0))
		}
	}
}

// vague says whether neither the log nor its reader says that the build failed, and
// no line that is hardly ever wrong either. Chances are of failures only.
func (f *Finder) vague(told Outcome, main *step) bool {
	return told == Unknown && f.options.Known != Failed && main.evidence < sureWeight*unit
}

// ranker is that of the options. The embedded one is not unpacked before it is asked.
func (f *Finder) ranker() *Ranker {
	if f.options.Ranker == nil {
		return EmbeddedRanker()
	}
	return f.options.Ranker
}

// lastOf is the last line of the log.
func lastOf(all []candidate) []candidate {
	if len(all) == 0 {
		return nil
	}
	last := all[len(all)-1]
	last.show = unit
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
		line := Line{Number: c.shown, Text: c.text, Rank: c.order, Rule: ruleName(c.entry), Because: c.because}
		line.BlockStart = i == 0 || chosen[i-1].number+1 < c.number
		k := kind{c.step, c.mask}
		if more := c.step.alike[c.mask] - count[k]; c.mask != 0 && more > 0 && room > 0 && chars >= foldChars {
			line.Folded = more
			count[k] += more // the first of its kind tells
			room, chars = room-1, chars-foldChars
		} else if frames := framesBehind(chosen, i); frames > 0 && room > 0 && chars >= foldChars {
			line.Frames = frames
			room, chars = room-1, chars-foldChars
		}
		out = append(out, line)
	}
	return out
}

// framesBehind is how many frames of a trace are left out between a chosen line and
// the next.
func framesBehind(chosen []candidate, i int) int {
	if i+1 == len(chosen) {
		return 0
	}
	c, next := chosen[i], chosen[i+1]
	left := next.number - c.number - 1
	if left < leastFrames || left > next.frames {
		return 0
	}
	return left
}

// leastFrames is from how many on the frames that are left out are told.
const leastFrames = 3

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
			c.worth = e.value * s.rarity(e) / unit * s.near(e.number) / unit * share / unit
			if !e.noise {
				c.worth += tailWorth(e.rank) * tail / unit / e.staleness()
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

// staleness is what the worth of a line is divided by when the green log has it
// too.
func (e *entry) staleness() int {
	if e.known {
		return knownPart
	}
	return 1
}

// rarity is what is left of the worth of a line, in thousandths, when the rule it
// is from matches often in its step: what many lines say is seldom why it failed.
// It falls with the fourth root.
func (s *step) rarity(e *entry) int {
	if e.early {
		return unit
	}
	n := s.fresh // a line without a source has its worth for being new
	if e.source != nil {
		n = int(s.hits[e.source.index])
	}
	if n <= rareHits {
		return unit
	}
	const most = 1e6 // keeps the root within 64 bits
	return unit * unit / root(root(min(n, most)*unit*unit*unit*unit/rareHits))
}

// root is the square root, rounded down.
func root(n int) int { return int(math.Sqrt(float64(n))) }

// near is what is left of the worth of a line, in thousandths, for its distance to
// the end of its step.
func (s *step) near(number int) int {
	return unit * unit / (unit + nearLoss*(log2(nearLines+s.last-number)-log2(nearLines))/log2(2))
}

// log2 is the binary logarithm of a positive number in 256ths, linear between
// powers of two.
func log2(n int) int {
	whole := bits.Len(uint(n)) - 1
	return whole<<8 + n<<8>>whole - 1<<8
}

const (
	rareHits  = 6
	nearLoss  = 60 // thousandths for each doubling of the distance
	nearLines = 40
)

// share is how much the lines of a step count in the light of the failing one,
// and how much it counts that they stand at its end, in thousandths.
func (s *step) share(main *step) (lines, tail int) {
	switch {
	case s == main:
		return unit, unit
	case s.state == stepFailed:
		return 800, 600
	case s.group == main.group && s.number < main.number:
		return 700, 100
	case s.state == stepPassed:
		return 200, 0
	case main.state == stepFailed && main.evidence >= 6*unit:
		return 150, 0
	case main.state == stepFailed:
		return 300, 0
	}
	return 500, 100
}

// tailWorth is what a line is worth, in thousandths, for standing rank lines before the end of
// its step.
func tailWorth(rank int) int {
	if rank == 0 || rank > tailLines {
		return 0
	}
	return 7*unit - 6500*(rank-1)/tailLines
}

const maxReason = 400 // characters

// rankWorth is how many candidates are worth more than each.
func rankWorth(all []candidate) []int {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all[b].worth, all[a].worth) })
	ranks := make([]int, len(all))
	for rank, i := range order {
		ranks[i] = rank
	}
	return ranks
}

// maxReasons is how many lines may be taken for the reason.
const maxReasons = 3

// reasons are the candidates that say why with the highest chance, the best first.
// The first of lines with the same text stands for all. A few share their chances;
// what comes more often is as likely as the best of them.
func reasons(all []candidate) []int {
	places := map[string][]int{}
	var order []int
	for i := range all {
		key := strings.TrimSpace(all[i].text)
		if key == "" || all[i].why == 0 {
			continue
		}
		if places[key] == nil {
			order = append(order, i)
		}
		places[key] = append(places[key], i)
	}
	for _, i := range order {
		same := places[strings.TrimSpace(all[i].text)]
		sum, best := 0, 0
		for _, k := range same {
			sum, best = sum+all[k].why, max(best, all[k].why)
			all[k].why = 0
		}
		if all[i].why = sum; len(same) > mostSharing {
			all[i].why = best
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all[b].why, all[a].why) })
	return order[:min(len(order), maxReasons)]
}

// mostSharing is how many lines with the same text share their chances.
const mostSharing = 3
