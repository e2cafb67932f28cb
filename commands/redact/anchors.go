package redact

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// A shape is a literal and how to find the secret near it.
type shape struct {
	literal string
	fold    bool // the literal is lower case and matches in any ASCII case
	find    finder
	offset  int // of the pair that selects it, in the literal

	begin, mask uint64 // the first eight bytes of the literal, folded; mask, where it is shorter
}

// A finder looks for the secret that belongs to the literal found at
// text[at:end]. It looks no further back than Reach and no further ahead than
// Reach, each with a margin, so that a stream can tell when it has seen enough.
type finder func(t *window, at, end int) (span, bool)

// A span is a secret in a text: text[start:end].
type span struct {
	start, end int
}

// anchors finds all literals of all shapes in one pass: two bytes of the text select
// the few literals worth comparing. Which two bytes of a literal count is up to how
// rare they are. It is small: what is needed at each start should not take long to make.
type anchors struct {
	known  [1 << 10]uint64 // a bit for each pair that is in a literal; fits the nearest cache
	before [1 << 10]uint16 // how many pairs are known before those of an element of known
	first  []uint32        // of each known pair, in shapes; and where the last one's end
	shapes []shape         // by their pairs
}

// has reports whether literals are selected by the pair.
func (a *anchors) has(pair int) bool { return a.known[pair>>6]&(1<<(pair&63)) != 0 }

// of returns the shapes that a known pair selects.
func (a *anchors) of(pair int) []shape {
	n := int(a.before[pair>>6]) + bits.OnesCount64(a.known[pair>>6]&(1<<(pair&63)-1))
	return a.shapes[a.first[n]:a.first[n+1]]
}

// next returns where the first pair from i on begins that selects a literal; the last
// byte of text if none does.
func (a *anchors) next(text []byte, i int) int {
	pair := uint16(text[i])
	for k, c := range text[i+1:] {
		pair = pair<<8 | uint16(c)
		if a.known[pair>>6]>>(pair&63)&1 != 0 {
			return i + k
		}
	}
	return len(text) - 1
}

// newAnchors makes the tables for all shapes. What one pair selects keeps its order.
func newAnchors(shapes []shape) *anchors {
	a := &anchors{}
	places := make([]uint64, 0, 2*len(shapes)) // the pair, and behind it the index of the shape
	for n := range shapes {
		s := &shapes[n]
		s.prepare()
		firsts, nFirst := cases(s.literal[s.offset], s.fold)
		seconds, nSecond := cases(s.literal[s.offset+1], s.fold)
		for _, first := range firsts[:nFirst] {
			for _, second := range seconds[:nSecond] {
				pair := pairOf(first, second)
				a.known[pair>>6] |= 1 << (pair & 63)
				places = append(places, uint64(pair)<<32|uint64(n))
			}
		}
	}
	slices.Sort(places)
	known := 0
	for i, bitsOf := range a.known {
		a.before[i] = uint16(known)
		known += bits.OnesCount64(bitsOf)
	}
	a.first, a.shapes = make([]uint32, 0, known+1), make([]shape, len(places))
	for i, place := range places {
		if i == 0 || place>>32 != places[i-1]>>32 {
			a.first = append(a.first, uint32(i))
		}
		a.shapes[i] = shapes[uint32(place)]
	}
	a.first = append(a.first, uint32(len(places)))
	return a
}

// prepare chooses the pair of the literal and takes its first bytes.
func (s *shape) prepare() {
	least := frequency(s.literal[0], s.literal[1], s.fold)
	for i := 1; i < len(s.literal)-1; i++ {
		if f := frequency(s.literal[i], s.literal[i+1], s.fold); f < least {
			s.offset, least = i, f
		}
	}
	for k, c := range []byte(s.literal[:min(len(s.literal), 8)]) {
		s.begin |= uint64(c|folding&0xff) << (8 * k)
		s.mask |= 0xff << (8 * k)
	}
}

// frequency estimates how often two bytes stand side by side in logs, as letterPairs
// does for letters.
func frequency(first, second byte, fold bool) int {
	switch {
	case isLetter(first) && isLetter(second):
		n := int(letterPairs[lower(first)-'a'][lower(second)-'a'] - '0')
		if !fold && (isUpper(first) || isUpper(second)) {
			n = max(n-4, 0)
		}
		return n
	case isDigit(first) && isDigit(second), first == second:
		return 9
	case isDigit(first) || isDigit(second):
		return 3
	case first >= 0x80:
		return 5 // the first bytes of one character are those of many
	}
	return 4
}

// cases are the bytes that match b, and how many they are.
func cases(b byte, fold bool) ([2]byte, int) {
	if fold && isLower(b) {
		return [2]byte{b, b - 'a' + 'A'}, 2
	}
	return [2]byte{b}, 1
}

func pairOf(first, second byte) int { return int(first)<<8 | int(second) }

// folding makes letters lower case, and some other bytes equal.
const folding = 0x2020202020202020

// mayMatch reports whether the literal may stand at text[at:], by its first bytes.
func (s *shape) mayMatch(text []byte, at int) bool {
	return at >= 0 && (at+8 > len(text) || (binary.LittleEndian.Uint64(text[at:])|folding)&s.mask == s.begin)
}

// matches reports whether the literal stands at text[at:].
func (s *shape) matches(text []byte, at int) bool {
	n := len(s.literal)
	if at < 0 || len(text)-at < n {
		return false
	}
	text = text[at:]
	if !s.fold {
		return text[n-1] == s.literal[n-1] && text[0] == s.literal[0] && string(text[:n]) == s.literal
	}
	if lower(text[0]) != s.literal[0] || lower(text[n-1]) != s.literal[n-1] {
		return false
	}
	for i := range n {
		if lower(text[i]) != s.literal[i] {
			return false
		}
	}
	return true
}
