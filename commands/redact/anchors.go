package redact

import "encoding/binary"

// A shape is a literal and how to find the secret near it.
type shape struct {
	literal string
	fold    bool // the literal is lower case and matches in any ASCII case
	find    finder
}

// A finder looks for the secret that belongs to the literal found at
// text[at:end]. It looks no further back than Reach and no further ahead than
// Reach, each with a margin, so that a stream can tell when it has seen enough.
type finder func(t *window, at, end int) (span, bool)

// A span is a secret in a text: text[start:end].
type span struct {
	start, end int
}

// anchors finds all literals of all shapes in one pass: three bytes of the text, their
// key, select the few literals worth comparing. Which three bytes of a literal are its
// key is up to how rare they are; to one of two bytes belong these and any third one.
type anchors struct {
	// pairs has for two bytes a bit for each group of keys that begin with them, and
	// further up one for each that goes on with them behind its first byte. It fits the
	// nearest cache.
	pairs   [1 << pairBits]uint32
	first   [1 << slotBits]uint16 // hash of a key -> the first of entries that may have it; 0 if there is none
	entries []entry               // the one at 0 is none
	short   []entry               // literals of two bytes
}

const (
	pairBits = 12
	slotBits = 11
	groups   = 16

	shortGroup = groups - 1 // of literals of two bytes; others have the rest
)

// entry is a shape in the list of those whose keys have one hash.
type entry struct {
	shape  *shape
	offset int    // of the key in the literal
	begin  uint64 // the first eight bytes of the literal, folded
	mask   uint64 // of begin, where the literal is shorter
	next   uint16 // of the list, 0 at its end
}

// slot is the index in anchors.first for a key, the lower three of these four bytes.
func slot(key uint32) uint32 { return key << 8 * 0x9e3779b1 >> (32 - slotBits) }

// keyAt returns a key, folded.
func keyAt(text []byte) uint32 {
	return uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | folding&0xffffff
}

// pairOf is where two bytes belong in anchors.pairs, in any case.
func pairOf(first, second byte) int {
	return int(first&0x1f|first>>1&0x20) | int(second&0x1f|second>>1&0x20)<<6
}

// next returns the first place from i on, but before limit, where a literal may have its
// key; limit if there is none. Two bytes of text follow limit.
func (a *anchors) next(text []byte, i, limit int) int {
	const (
		low   = 0x1f1f1f1f1f1f1f1f
		high  = 0x2020202020202020
		one   = 0x003f003f003f003f
		other = 0x0fc00fc00fc00fc0
		mask  = 1<<pairBits - 1
	)
	pairs := &a.pairs
	for ; i+8 <= limit+2; i += 6 { // pairOf of all bytes at once: of the first and the second, the third and the fourth...
		x := binary.LittleEndian.Uint64(text[i:])
		x = x&low | x>>1&high
		y := x >> 8
		x, y = x&one|x>>2&other, y&one|y>>2&other
		p0, p1, p2, p3 := pairs[x&mask], pairs[y&mask], pairs[x>>16&mask], pairs[y>>16&mask]
		p4, p5, p6 := pairs[x>>32&mask], pairs[y>>32&mask], pairs[x>>48&mask]
		if p0&(p1>>groups)|p1&(p2>>groups)|p2&(p3>>groups)|p3&(p4>>groups)|p4&(p5>>groups)|p5&(p6>>groups) != 0 {
			break
		}
	}
	for ; i < limit; i++ {
		if pairs[pairOf(text[i], text[i+1])]&(pairs[pairOf(text[i+1], text[i+2])]>>groups) != 0 {
			return i
		}
	}
	return limit
}

// find looks for the secrets of the literals that have their key at text[i:].
func (a *anchors) find(t *window, i int) {
	key := keyAt(t.text[i:])
	for k := a.first[slot(key)]; k != 0; k = a.entries[k].next {
		if e := &a.entries[k]; e.mayMatch(t.text, i-e.offset) {
			e.shape.look(t, i-e.offset)
		}
	}
	if a.pairs[pairOf(t.text[i], t.text[i+1])]>>shortGroup&1 == 0 {
		return
	}
	for k := range a.short {
		if e := &a.short[k]; e.mayMatch(t.text, i) {
			e.shape.look(t, i)
		}
	}
}

// look hides the secret that belongs to the literal at text[at:], if it stands there.
func (s *shape) look(t *window, at int) {
	if !s.matches(t.text, at) {
		return
	}
	t.kind = ""
	if found, ok := s.find(t, at, at+len(s.literal)); ok && (found.end-found.start < t.reach || s.literal == keyWords) {
		t.hide(found.start, found.end)
	}
}

// newAnchors makes the tables for all shapes. What one key selects keeps its order.
func newAnchors(shapes []shape) *anchors {
	a := &anchors{entries: make([]entry, 1, len(shapes)+1)}
	for i := range shapes {
		a.add(&shapes[i])
	}
	return a
}

func (a *anchors) add(s *shape) {
	e := entry{shape: s}
	for k, c := range []byte(s.literal[:min(len(s.literal), 8)]) {
		e.begin |= uint64(c|folding&0xff) << (8 * k)
		e.mask |= 0xff << (8 * k)
	}
	if len(s.literal) == 2 {
		for c := range 256 {
			a.pairs[pairOf(s.literal[1], byte(c))] |= 1 << groups << shortGroup
		}
		a.pairs[pairOf(s.literal[0], s.literal[1])] |= 1 << shortGroup
		a.short = append(a.short, e)
		return
	}
	least := frequency(s.literal)
	for i := 1; i < len(s.literal)-2; i++ {
		if f := frequency(s.literal[i:]); f < least {
			e.offset, least = i, f
		}
	}
	key := keyAt([]byte(s.literal[e.offset:]))
	group := key & 0xffff * 0x9e3779b1 >> 16 % shortGroup // keys that begin alike are in one
	a.pairs[pairOf(byte(key), byte(key>>8))] |= 1 << group
	a.pairs[pairOf(byte(key>>8), byte(key>>16))] |= 1 << groups << group
	at := &a.first[slot(key)]
	for *at != 0 {
		at = &a.entries[*at].next
	}
	*at = uint16(len(a.entries))
	a.entries = append(a.entries, e)
}

// frequency estimates how often the three bytes that text begins with stand side by
// side in logs, in any case.
func frequency(text string) int {
	return pairFrequency(text[0], text[1]) + pairFrequency(text[1], text[2])
}

// pairFrequency estimates it for two bytes, as letterPairs does for letters.
func pairFrequency(first, second byte) int {
	switch {
	case lower(first) == lower(second), isDigit(first) && isDigit(second):
		return 9 // logs draw lines and show progress with runs of one byte
	case isLetter(first) && isLetter(second):
		return int(letterPairs[lower(first)-'a'][lower(second)-'a'] - '0')
	case first == ' ' || second == ' ':
		return 7
	case isDigit(first) || isDigit(second):
		return 3
	case first >= 0x80:
		return 5 // the first bytes of one character are those of many
	}
	return 4
}

// folding makes letters lower case, and some other bytes equal.
const folding = 0x2020202020202020

// mayMatch reports whether the literal may stand at text[at:], by its first bytes.
func (e *entry) mayMatch(text []byte, at int) bool {
	return at >= 0 && (at+8 > len(text) || (binary.LittleEndian.Uint64(text[at:])|folding)&e.mask == e.begin)
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
