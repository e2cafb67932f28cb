package excerpt

import (
	"bytes"
	"math"

	"logbot/logsapi/lines"
)

// flow is the worth that a line gives to those behind it.
type flow struct {
	value float64
	left  int // lines it still reaches
	rule  *rule
	early bool
}

// push puts a text into recent and files the line that falls out.
func (f *Finder) push(text []byte) *entry {
	e := &f.recent[f.pushed%recentLen]
	if f.step.lines >= recentLen && e.value > 0 {
		f.step.keep(e)
	}
	f.pushed++
	f.step.lines++
	*e = entry{number: f.number, text: lines.AppendMiddle(e.text[:0], text, maxText)}
	return e
}

// back is the line n lines before the last one, nil where the step has none.
func (f *Finder) back(n int) *entry {
	if n >= f.step.lines || n >= recentLen {
		return nil
	}
	return &f.recent[(f.pushed-1-n)%recentLen]
}

// weigh gives a line its value, and its share to the lines around it.
func (f *Finder) weigh(e *entry, found *verdict) {
	if v := f.flow.next(e); v > 0 {
		e.value, e.source, e.early = v, f.flow.rule, f.flow.early
	}
	if found.noise != nil {
		e.noise, e.rule = true, found.noise
		if found.noise.weight > 1 {
			e.value, e.source = 0, nil
		} else {
			e.value /= 2
		}
		return
	}
	r := found.best
	known := f.options.Green.has(e.text)
	if r == nil {
		if f.options.Green.filled() && !known {
			f.step.fresh++
			e.value = max(e.value, freshWorth)
		}
		return
	}
	e.rule = r
	weight := r.weight
	if e.known = known; known {
		weight *= knownShare
	} else { // lines of every build make no other line less rare
		f.step.hits[r.index]++
		weight *= damped(f.step.hits[r.index])
	}
	if r.role == roleCause || r.role == roleHead {
		e.mask = masked(e.text)
		f.step.count(e.mask)
	}
	early := !known && f.step.hits[r.index] <= earlyHits && r.weight >= sureWeight
	if weight > e.value {
		e.value, e.source, e.early = weight, r, early
	}
	f.step.evidence = max(f.step.evidence, weight)
	if weight*0.8 > f.flow.value || f.flow.left == 0 {
		f.flow = flow{value: weight * 0.8, left: max(r.after, 2), rule: r, early: early}
	}
	share := weight * 0.7
	for n := 1; n <= r.before; n++ {
		above := f.back(n)
		if above == nil || above.first {
			break
		}
		if !above.noise && !above.blank {
			if share > above.value {
				above.value, above.source, above.early = share, r, early
			}
			share *= 0.9
		}
	}
}

// knownShare is what a line is worth that the green log has too.
const knownShare = 0.1

// freshWorth is what a line that no rule matches is worth when there is a green
// log that lacks it: it fills room that is left.
const freshWorth = 1.6

// earlyHits is how many matches of a rule of sureWeight keep their worth however
// many follow: of an avalanche of errors the first explain the rest.
const earlyHits = 3

// damped is the share of its weight that the nth match of a rule in a step has:
// the first errors explain the later ones.
func damped(n uint32) float64 {
	if n <= 3 {
		return 1
	}
	return max(0.7, math.Pow(0.98, float64(n-3)))
}

// next is what flows to the line e.
func (w *flow) next(e *entry) float64 {
	if w.left == 0 {
		return 0
	}
	w.left--
	switch {
	case e.blank:
		w.value *= 0.8
		return 0
	case continues(e.text):
		w.value *= 0.95
	default:
		w.value *= 0.8
	}
	return w.value
}

// continues says whether a line looks like a part of the one before it.
func continues(text []byte) bool {
	switch text[0] {
	case ' ', '\t', '|', '^', '>', '+', '-', '~', '#':
		return true
	}
	return bytes.HasPrefix(text, []byte("E "))
}

// drain files the lines of the step that are still recent, each with its rank
// from the end.
func (f *Finder) drain() {
	rank := 0
	for n := range min(f.step.lines, recentLen) {
		e := f.back(n)
		if e.blank {
			continue
		}
		if f.options.Green.has(e.text) {
			e.known = true
		}
		if !e.noise {
			rank++
			e.rank = rank
		}
		// A step of nothing but noise keeps its last line, to have something.
		if e.value > 0 || e.rank > 0 && e.rank <= tailLines || e.noise && len(f.step.tail) == 0 {
			f.step.end(e)
		}
	}
}
