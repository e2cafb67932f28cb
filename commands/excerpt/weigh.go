package excerpt

import (
	"bytes"

	"logbot/logsapi/lines"
)

// flow is the worth that a line gives to those behind it.
type flow struct {
	value int // in thousandths
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
	if ofTrace(text) {
		f.frames++
	} else {
		e.frames, f.frames = f.frames, 0
	}
	return e
}

// ofTrace says whether a line is one of the frames of a trace that stand under one
// another without other lines between them.
func ofTrace(text []byte) bool {
	if len(text) == 0 || text[0] != ' ' && text[0] != '\t' {
		return false
	}
	text = trimBlank(text)
	return bytes.HasPrefix(text, []byte("at ")) || bytes.HasPrefix(text, []byte("from ")) || bytes.HasPrefix(text, []byte("... ")) && bytes.HasSuffix(text, []byte(" more"))
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
	known, fresh := f.options.Green.compare(e.text)
	e.known = known
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
	if r == nil {
		if fresh {
			f.step.fresh++
			e.value = max(e.value, freshWorth)
		}
		return
	}
	e.rule = r
	weight := r.points()
	if known {
		weight /= knownPart
	} else { // lines of every build make no other line less rare
		f.step.hits[r.index]++
		weight = weight * damped(f.step.hits[r.index]) / unit
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
	if below := weight * 8 / 10; below > f.flow.value || f.flow.left == 0 {
		f.flow = flow{value: below, left: max(r.after, 2), rule: r, early: early}
	}
	share := weight * 7 / 10
	for n := 1; n <= r.before; n++ {
		above := f.back(n)
		if above == nil || above.first {
			break
		}
		if !above.noise && !above.blank {
			if share > above.value {
				above.value, above.source, above.early = share, r, early
			}
			share = share * 9 / 10
		}
	}
}

// unit is the worth of weight 1: values are counted in thousandths, in integers,
// so that every machine chooses the same lines.
const unit = 1000

// points is the weight of the rule in thousandths.
func (r *rule) points() int { return int(r.weight*unit + 0.5) }

// knownPart is what the worth of a line that the green log has too is divided by.
const knownPart = 10

// freshWorth is what a line that no rule matches is worth when there is a green
// log that lacks it: it fills room that is left.
const freshWorth = 1600

// earlyHits is how many matches of a rule of sureWeight keep their worth however
// many follow: of an avalanche of errors the first explain the rest.
const earlyHits = 3

// damped is the part of its weight, in thousandths, that the nth match of a rule
// in a step has: the first errors explain the later ones.
func damped(n uint32) int {
	const least = 700
	part := unit
	for ; n > earlyHits && part > least; n-- {
		part = part * 98 / 100
	}
	return max(part, least)
}

// next is what flows to the line e.
func (w *flow) next(e *entry) int {
	if w.left == 0 {
		return 0
	}
	w.left--
	switch {
	case e.blank:
		w.value = w.value * 8 / 10
		return 0
	case continues(e.text):
		w.value = w.value * 95 / 100
	default:
		w.value = w.value * 8 / 10
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
