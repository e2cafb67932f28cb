package redact

import "bytes"

// A shape is a literal and how to find the secret near it.
type shape struct {
	literal string
	fold    bool // the literal is lower case and matches in any ASCII case
	find    finder
	offset  int // of the pair that selects it, in the literal
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
// rare they are.
type anchors struct {
	known [1 << 10]uint64 // a bit for each pair that is in a literal; fits the nearest cache
	pair  [1 << 16]uint16 // index into lists
	lists [][]shape
}

// has reports whether literals are selected by the pair.
func (a *anchors) has(pair int) bool { return a.known[pair>>6]&(1<<(pair&63)) != 0 }

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

func (a *anchors) add(s shape) {
	for i := range len(s.literal) - 1 {
		if frequency(s.literal[i], s.literal[i+1], s.fold) < frequency(s.literal[s.offset], s.literal[s.offset+1], s.fold) {
			s.offset = i
		}
	}
	for _, first := range cases(s.literal[s.offset], s.fold) {
		for _, second := range cases(s.literal[s.offset+1], s.fold) {
			pair := pairOf(first, second)
			if !a.has(pair) {
				a.known[pair>>6] |= 1 << (pair & 63)
				a.pair[pair] = uint16(len(a.lists))
				a.lists = append(a.lists, nil)
			}
			list := &a.lists[a.pair[pair]]
			*list = append(*list, s)
		}
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

func cases(b byte, fold bool) []byte {
	if upper := bytes.ToUpper([]byte{b})[0]; fold && upper != b {
		return []byte{b, upper}
	}
	return []byte{b}
}

func pairOf(first, second byte) int { return int(first)<<8 | int(second) }

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
