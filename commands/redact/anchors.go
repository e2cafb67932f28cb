package redact

import (
	"bytes"
	"slices"
)

// A shape is a literal and how to find the secret near it.
type shape struct {
	literal string
	fold    bool   // the literal matches in any ASCII case
	find    finder // nil: the literal is itself the secret
}

// A finder looks for the secret that belongs to the literal found at
// text[at:end]. It looks no further back than Reach and no further ahead than
// Reach, each with a margin, so that a stream can tell when it has seen enough.
type finder func(t *window, at, end int) (span, bool)

// A span is a secret in a text: text[start:end].
type span struct {
	start, end int
}

// anchors finds all literals of all shapes in one pass: the first two bytes of
// the text at a position select the few literals worth comparing.
type anchors struct {
	pair  [1 << 16]uint16 // index into lists; 0 is no literal
	lists [][]shape
}

func (a *anchors) add(s shape) {
	for _, first := range cases(s.literal[0], s.fold) {
		for _, second := range cases(s.literal[1], s.fold) {
			p := &a.pair[pairOf(first, second)]
			if *p == 0 {
				if len(a.lists) == 0 {
					a.lists = append(a.lists, nil)
				}
				*p = uint16(len(a.lists))
				a.lists = append(a.lists, nil)
			}
			a.lists[*p] = append(a.lists[*p], s)
		}
	}
}

func cases(b byte, fold bool) []byte {
	if !fold {
		return []byte{b}
	}
	return slices.Compact([]byte{bytes.ToLower([]byte{b})[0], bytes.ToUpper([]byte{b})[0]})
}

func pairOf(first, second byte) int { return int(first)<<8 | int(second) }

// matches reports whether text begins with the literal.
func (s *shape) matches(text []byte) bool {
	n := len(s.literal)
	if len(text) < n {
		return false
	}
	if s.fold {
		return bytes.EqualFold(text[:n], []byte(s.literal))
	}
	return string(text[:n]) == s.literal
}
