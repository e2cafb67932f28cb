package redact

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
)

const (
	// margin is more than any finder looks beyond Reach: the name of a value and what
	// stands between them, a command line, the words of a BEGIN line, a Mask.
	margin = 2048

	// fresh is how much text a stream takes in at a time.
	fresh = 64 << 10
)

// passCount is how often a text is masked. A mask may bring to light what was not a
// secret before: a token that another secret followed without a blank. Later passes
// look only at what is near a mask, and there is next to never a third one to find
// something.
const passCount = 3

// passes masks a text that arrives in pieces passCount times. As long as the text has
// no Mask, the later passes have nothing to do; what a Mask to come may concern is kept
// for them.
type passes struct {
	streams [passCount]stream
	idle    []byte // from sent on: the end of a text without a Mask
	sent    int
	lines   int  // that end in what was sent
	awake   bool // the later passes are at work
}

func (g *Gate) passes() passes {
	var p passes
	for i := range p.streams {
		p.streams[i] = g.stream(i > 0)
	}
	return p
}

// through takes in the next part of the text and returns what can be told, all if it
// is the last. The result is valid until the next call.
func (p *passes) through(part []byte, last bool) []byte {
	part = p.streams[0].through(part, last)
	if !p.awake {
		p.idle, p.sent = append(p.idle[:0], p.idle[p.sent:]...), 0
		fresh := max(len(p.idle)-len(Mask), 0)
		p.idle = append(p.idle, part...)
		if !bytes.Contains(p.idle[fresh:], []byte(Mask)) {
			p.sent = len(p.idle)
			if !last {
				p.sent = max(p.sent-p.kept(), 0)
			}
			p.lines += bytes.Count(p.idle[:p.sent], []byte{'\n'})
			return p.idle[:p.sent]
		}
		part, p.idle = p.idle, nil
		p.wake()
	}
	for i := range p.streams[1:] {
		part = p.streams[1+i].through(part, last)
	}
	return part
}

// kept is how much of a text without a Mask the later passes need before the first one.
func (p *passes) kept() int {
	n := 0
	for i := range p.streams[1:] {
		n += 2 * p.streams[1+i].ahead
	}
	return n
}

// wake puts the later passes to work on what follows.
func (p *passes) wake() {
	p.awake = true
	for i := range p.streams[1:] {
		p.streams[1+i].line = p.lines
	}
}

func (s *stream) through(part []byte, last bool) []byte {
	s.add(part)
	if last {
		s.out = s.end(s.out[:0])
	} else {
		s.out = s.advanceAhead(s.out[:0])
	}
	return s.out
}

func (p *passes) findings() (all []Finding) {
	for i := range p.streams {
		all = merged(all, p.streams[i].findings...)
	}
	return all
}

func (p *passes) hidden() int {
	n := 0
	for i := range p.streams {
		n += p.streams[i].hidden
	}
	return n
}

// stream masks a text that arrives in pieces. Literals are looked up once, from
// left to right, as soon as enough text follows them; text leaves when no literal
// still to come can reach back to it. The result does not depend on the pieces.
type stream struct {
	gate    *Gate
	again   bool   // the text has been masked before
	reach   int    // how far a value is followed, in bytes
	ahead   int    // how far before and past its first byte a literal may need to look
	carry   []byte // the end of the input, which may be a part of a sequence
	text    []byte // what is still needed of the input, and what has not left yet
	gaps    []gap  // what was left out of text
	unseen  []byte // the bytes of the gaps
	passed  int    // so many gaps have left or were dropped
	scanned int    // text before it has been searched for literals
	lines   int    // lines that start before it have been searched for expressions
	done    int    // text before it has left
	covered int    // text before it belongs to a value that has been masked
	pending []hit  // found, starting at or after done
	hidden  int
	out     []byte // as through returned it

	findings []Finding
	noted    int // text before it belongs to the last finding
	line     int // how many lines end before text[counted]
	counted  int

	keyWords int // as in window
}

// stream returns a stream that masks a text for the first time or again.
func (g *Gate) stream(again bool) stream {
	const least, most = 2 * maxForm, 8 << 10 // what later passes look at is short, and waits for less
	reach := g.reach
	if again {
		reach = min(reach, most)
	}
	return stream{gate: g, again: again, reach: reach, ahead: max(reach, least) + margin}
}

// add takes in the next part of the input.
func (s *stream) add(raw []byte) {
	s.forget()
	if len(s.carry) > 0 {
		raw = append(s.carry, raw...)
		s.carry = nil
	}
	if taken := s.take(raw, false); taken < len(raw) {
		s.carry = append([]byte(nil), raw[taken:]...)
	}
}

// find searches text[:end] for the secrets whose literals start before scanTo.
func (s *stream) find(end, scanTo int) {
	t := window{except: &s.gate.exceptions, text: s.text[:end], gaps: s.gaps, reach: s.reach, keyWords: s.keyWords}
	anchors := s.gate.anchors()
	next := scanTo
	text := t.text
	limit := min(scanTo, end-2)
	near := limit // up to where a later pass has to look
	if s.again {
		near = s.scanned
	}
	for i := s.scanned; i < limit; i++ {
		if i >= near {
			i, near = s.nearMask(text, i)
			near = min(near, limit)
		}
		if i = anchors.next(text, i, near); i >= near {
			i--
			continue
		}
		if anchors.find(&t, i); t.unfinished {
			next = min(next, i)
		}
	}
	t.kind = "" // what an operator's expression finds may be anything
	s.findExpressions(&t, scanTo)
	s.pending = append(s.pending, t.found...)
	s.scanned = max(s.scanned, next)
	s.keyWords = t.keyWords
}

// nearMask returns the first place from i on that is near a Mask, and where text is not
// near it any more: a later pass looks at nothing else.
func (s *stream) nearMask(text []byte, i int) (from, to int) {
	const near = margin - len(Mask)
	start := max(i-near, 0)
	n := bytes.Index(text[start:], []byte(Mask))
	if n < 0 {
		return len(text), len(text)
	}
	return max(i, start+n-near), start + n + near + 1
}

// advance appends to out the masked text up to limit, having looked for literals
// up to scanTo in text[:end].
func (s *stream) advance(out []byte, end, scanTo, limit int) []byte {
	s.find(end, scanTo)
	slices.SortFunc(s.pending, func(a, b hit) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	used := 0
	for _, found := range s.pending {
		if found.start >= limit {
			break
		}
		used++
		s.note(found)
		if found.start >= s.covered && found.end > s.done {
			out = s.emit(out, found.start)
			out = append(out, Mask...)
			s.hidden++
			s.gate.masked.Add(1)
		}
		s.covered = max(s.covered, found.end)
	}
	s.pending = slices.Delete(s.pending, 0, used)
	return s.emit(out, limit)
}

// emit appends to out the text from done to limit: of what is covered, only the
// newlines.
func (s *stream) emit(out []byte, limit int) []byte {
	if hidden := min(s.covered, limit); hidden > s.done {
		for range bytes.Count(s.text[s.done:hidden], []byte{'\n'}) {
			out = append(out, '\n')
		}
		s.done = hidden
		for s.passed < len(s.gaps) && (s.gaps[s.passed].at < hidden || s.gaps[s.passed].at == hidden && hidden < s.covered) {
			s.passed++
		}
	}
	if limit < s.done || s.covered > s.done {
		return out
	}
	for s.passed < len(s.gaps) && s.gaps[s.passed].at <= limit {
		gap := &s.gaps[s.passed]
		s.passed++
		out = append(out, s.text[s.done:gap.at]...)
		out = append(out, s.unseen[gap.from:gap.to]...)
		s.done = gap.at
	}
	out = append(out, s.text[s.done:limit]...)
	s.done = limit
	return out
}

// forget drops text that has left and that no literal still to come looks at.
func (s *stream) forget() {
	drop := min(s.done, s.scanned, s.lines) - margin
	if drop < 2*s.gate.fresh { // less often, as what stays is moved
		return
	}
	s.countLines(drop)
	s.counted -= drop
	s.noted = max(s.noted-drop, 0)
	s.text = slices.Delete(s.text, 0, drop)
	gone := min(sort.Search(len(s.gaps), func(i int) bool { return s.gaps[i].at >= drop }), s.passed)
	if gone > 0 {
		bytes := s.gaps[gone-1].to
		s.unseen = slices.Delete(s.unseen, 0, bytes)
		s.gaps = slices.Delete(s.gaps, 0, gone)
		s.passed -= gone
		for i := range s.gaps {
			s.gaps[i].from -= bytes
			s.gaps[i].to -= bytes
		}
	}
	for i := range s.gaps {
		s.gaps[i].at -= drop
	}
	s.scanned -= drop
	s.lines -= drop
	s.done -= drop
	s.covered = max(s.covered-drop, 0)
	s.keyWords = max(s.keyWords-drop, 0)
	for i := range s.pending {
		s.pending[i].start -= drop
		s.pending[i].end -= drop
	}
}

// advanceAhead appends to out what can be told from the text so far, whatever
// follows it.
func (s *stream) advanceAhead(out []byte) []byte {
	scanTo := len(s.text) - s.ahead
	if scanTo <= s.scanned {
		return out
	}
	return s.advance(out, len(s.text), scanTo, max(scanTo-s.ahead, s.done))
}

// end appends to out what is left, the text being complete.
func (s *stream) end(out []byte) []byte {
	if len(s.carry) > 0 {
		s.take(s.carry, true)
		s.carry = nil
	}
	return s.advance(out, len(s.text), len(s.text), len(s.text))
}
