package redact

import (
	"bytes"
	"cmp"
	"slices"
)

const (
	// margin is more than any finder looks beyond Reach: the name of a header and
	// its punctuation, the words of a BEGIN line, a Mask.
	margin = 256

	// fresh is how much text a stream takes in at a time.
	fresh = 64 << 10
)

// stream masks a text that arrives in pieces. Literals are looked up once, from
// left to right, as soon as enough text follows them; text leaves when no literal
// still to come can reach back to it. The result does not depend on the pieces.
type stream struct {
	gate    *Gate
	text    []byte // what is still needed of the input, and what has not left yet
	scanned int    // text before it has been searched for literals
	done    int    // text before it has left
	covered int    // text before it belongs to a value that has been masked
	pending []span // found, starting at or after done
	hidden  int

	keyWords int // as in window
}

// find searches text[:end] for the secrets whose literals start before scanTo.
func (s *stream) find(end, scanTo int) {
	t := window{text: s.text[:end], reach: s.gate.reach, keyWords: s.keyWords}
	anchors := &s.gate.anchors
	next := scanTo
	for at := s.scanned; at < min(scanTo, end-1); at++ {
		list := anchors.pair[pairOf(t.text[at], t.text[at+1])]
		if list == 0 {
			continue
		}
		for i := range anchors.lists[list] {
			if shape := &anchors.lists[list][i]; shape.matches(t.text[at:]) {
				if found, ok := t.secret(shape, at); ok {
					s.pending = append(s.pending, found)
				}
				if t.unfinished {
					next = min(next, at)
				}
			}
		}
	}
	s.scanned = max(s.scanned, next)
	s.keyWords = t.keyWords
}

// advance appends to out the masked text up to limit, having looked for literals
// up to scanTo in text[:end].
func (s *stream) advance(out []byte, end, scanTo, limit int) []byte {
	s.find(end, scanTo)
	slices.SortFunc(s.pending, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	used := 0
	for _, found := range s.pending {
		if found.start >= limit {
			break
		}
		used++
		if found.start >= s.covered && found.end > s.done {
			out = s.emit(out, found.start)
			out = append(out, Mask...)
			s.hidden++
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
	}
	if limit > s.done {
		out = append(out, s.text[s.done:limit]...)
		s.done = limit
	}
	return out
}

// forget drops text that has left and that no literal still to come looks at.
func (s *stream) forget() {
	drop := min(s.done, s.scanned) - margin
	if drop < s.gate.fresh {
		return
	}
	s.text = slices.Delete(s.text, 0, drop)
	s.scanned -= drop
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
	scanTo := len(s.text) - s.gate.ahead
	if scanTo <= s.scanned {
		return out
	}
	return s.advance(out, len(s.text), scanTo, max(scanTo-s.gate.reach-margin, s.done))
}

// end appends to out what is left, the text being complete.
func (s *stream) end(out []byte) []byte {
	return s.advance(out, len(s.text), len(s.text), len(s.text))
}
