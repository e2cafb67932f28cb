package excerpt

import (
	"slices"
	"strings"
)

// What the choice of lines weighs, in thousandths of a chance.
const (
	leastShown = 20 // a line that joins a block is shown from this chance on,
	leastOpens = 60 // one that opens a block from this
	leastWhy   = 60 // a second and third line that may be the reason from this, as the reason
	whyPart    = 2  // how much the chance to be the reason counts beside the chance to be shown
	joinGain   = 60 // what a line gains that joins a block: scattered lines explain little
)

// Bounds of what is shown.
const (
	maxBlocks = 4
	maxFrames = 3 // frames of libraries in a row
)

// joinedLines is how far apart two lines of a block may stand.
const joinedLines = 5

// maxAlike is how many lines that differ only in numbers are shown.
const maxAlike = 3

// picker chooses the lines of an excerpt.
type picker struct {
	Options
	all    []candidate
	chosen []int
	blocks int
	used   int // characters
	texts  map[string]bool
	kinds  map[uint64]int
	out    []bool // not to be asked again
}

// pick chooses the lines with the highest chances that the limits allow, in the
// order of the log. They form at most maxBlocks blocks. The lines that may be the
// reason come first.
func pick(all []candidate, why []int, o Options) []candidate {
	lift(all)
	p := picker{Options: o, all: all, texts: map[string]bool{}, kinds: map[uint64]int{}, out: make([]bool, len(all))}
	p.foldFrames()
	p.leaveKnown(why)
	for k, i := range why {
		if k == 0 || len(p.chosen) < o.Lines && all[i].why >= leastWhy && !p.out[i] {
			p.take(i)
		}
	}
	for len(p.chosen) < o.Lines {
		i := p.next()
		if i < 0 {
			break
		}
		p.take(i)
	}
	slices.Sort(p.chosen)
	picked := make([]candidate, len(p.chosen))
	for k, i := range p.chosen {
		picked[k] = all[i]
	}
	shorten(picked, o.Chars)
	return picked
}

// next is the line to show next, -1 if none is worth it.
func (p *picker) next() int {
	next, best := -1, 0
	for i := range p.all {
		if p.out[i] {
			continue
		}
		c := &p.all[i]
		v := c.show + c.why*whyPart
		if len(p.chosen) > 0 {
			switch joins := p.joins(i); {
			case joins && v >= leastShown:
				v += joinGain
			case !joins && v >= leastOpens && p.blocks < maxBlocks:
			default:
				continue
			}
		}
		if next < 0 || v > best || v == best && c.worth > p.all[next].worth {
			next, best = i, v
		}
	}
	return next
}

// joins says whether candidate i stands in a block that is shown.
func (p *picker) joins(i int) bool {
	for _, k := range p.chosen {
		if p.near(i, k) {
			return true
		}
	}
	return false
}

// take shows candidate i, if it says something new and there is room.
func (p *picker) take(i int) {
	p.out[i] = true
	c := &p.all[i]
	const usual = 140
	cost := min(printed(c.shown, c.text), usual+prefixLen(c.shown)+1)
	key, kind := strings.TrimSpace(c.text), masked(c.entry.text)
	if key == "" || p.texts[key] || c.rule != nil && p.kinds[kind] == maxAlike || p.used+cost > p.Chars && len(p.chosen) > 0 {
		return
	}
	p.used += cost
	p.texts[key] = true
	p.kinds[kind]++
	c.order = len(p.chosen)
	p.chosen = append(p.chosen, i)
	p.count()
}

// count counts the blocks: a line may have joined two of them.
func (p *picker) count() {
	order := slices.Sorted(slices.Values(p.chosen))
	p.blocks = 0
	for k, i := range order {
		if k == 0 || !p.near(order[k-1], i) {
			p.blocks++
		}
	}
}

// near says whether two candidates stand in one block.
func (p *picker) near(i, k int) bool {
	return p.all[i].step == p.all[k].step && abs(p.all[i].number-p.all[k].number) <= joinedLines
}

// foldFrames leaves out the frames of libraries in a trace but the first ones.
func (p *picker) foldFrames() {
	shown := 0
	for i := range p.all {
		if !p.libraryFrame(i) {
			shown = 0
			continue
		}
		if i > 0 && !p.follows(i) {
			shown = 0
		}
		if shown++; shown > maxFrames {
			p.out[i] = true
		}
	}
}

// leaveKnown leaves out what the green log has, too, unless the likeliest reason is among
// that: what every build says does not explain why one failed.
func (p *picker) leaveKnown(why []int) {
	if len(why) == 0 || p.all[why[0]].known {
		return
	}
	for i := range p.all {
		p.out[i] = p.out[i] || p.all[i].known
	}
}

// follows says whether candidate i stands right behind the one before it.
func (p *picker) follows(i int) bool {
	c, above := &p.all[i], &p.all[i-1]
	return c.step == above.step && c.number == above.number+1
}

func (p *picker) libraryFrame(i int) bool {
	body := trimBlank([]byte(p.all[i].text))
	return frame(body) && libraryFrame(body)
}

// lift gives the first of lines that differ only in numbers the chance of the best
// of them: if not all can be shown, the first is.
func lift(all []candidate) {
	first := map[uint64]int{}
	for i := range all {
		if all[i].rule == nil {
			continue
		}
		kind := masked(all[i].entry.text)
		if at, known := first[kind]; !known {
			first[kind] = i
		} else if all[at].early && all[at].step == all[i].step {
			all[at].show = max(all[at].show, all[i].show)
		}
	}
}

func abs(n int) int { return max(n, -n) }
