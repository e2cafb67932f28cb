package excerpt

import "slices"

// automaton is what the gate is compared with: an Aho-Corasick automaton over the
// same literals, whose table folds ASCII case.
type automaton struct {
	class [256]uint8 // byte -> column of the table
	shift uint       // log2 of the columns of a row
	next  []uint16   // state<<shift | class -> state; 0 is the start
	begin uint16     // state behind a blank
	first uint16     // states from here on end a literal
	found [][]uint16 // state-first -> the literals that end there
}

// newAutomaton builds the table for the literals; a literal is known by its index.
func newAutomaton(literals []string) *automaton {
	g := &automaton{}
	columns := 1 // column 0: bytes that stand in no literal
	for _, literal := range literals {
		for _, c := range []byte(literal) {
			if c = fold(c); g.class[c] == 0 {
				g.class[c] = uint8(columns)
				columns++
			}
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		g.class[c] = g.class[fold(c)]
	}
	for 1<<g.shift < columns {
		g.shift++
	}
	t := newTrie(1 << g.shift)
	for id, literal := range literals {
		if !t.add(literal, uint16(id), &g.class) {
			panic("too many literals")
		}
	}
	g.number(t)
	return g
}

// trie is the automaton while it is built.
type trie struct {
	columns int
	next    []int32 // node*columns + class -> node; -1 is none
	ends    [][]uint16
}

func newTrie(columns int) *trie {
	t := &trie{columns: columns}
	t.node()
	return t
}

func (t *trie) node() int32 {
	t.ends = append(t.ends, nil)
	for range t.columns {
		t.next = append(t.next, -1)
	}
	return int32(len(t.ends) - 1)
}

func (t *trie) add(literal string, id uint16, class *[256]uint8) bool {
	at := int32(0)
	for _, c := range []byte(literal) {
		i := int(at)*t.columns + int(class[fold(c)])
		if t.next[i] < 0 {
			if len(t.ends) == 1<<16 {
				return false
			}
			n := t.node()
			t.next[i] = n
		}
		at = t.next[i]
	}
	t.ends[at] = append(t.ends[at], id)
	return true
}

// resolve fills every missing edge with the edge of the longest suffix, breadth
// first, and returns the nodes in that order.
func (t *trie) resolve() []int32 {
	suffix := make([]int32, len(t.ends))
	order := []int32{0}
	for at := 0; at < len(order); at++ {
		node := order[at]
		for c := range t.columns {
			i := int(node)*t.columns + c
			back := int32(0)
			if node != 0 {
				back = t.next[int(suffix[node])*t.columns+c]
			}
			child := t.next[i]
			if child < 0 {
				t.next[i] = back
				continue
			}
			suffix[child] = back
			t.ends[child] = append(t.ends[child], t.ends[back]...)
			order = append(order, child)
		}
	}
	return order
}

// number turns the trie into the table; the states that end a literal get the
// highest numbers, so that one comparison tells them.
func (g *automaton) number(t *trie) {
	order := t.resolve()
	slices.SortStableFunc(order, func(a, b int32) int {
		return min(len(t.ends[a]), 1) - min(len(t.ends[b]), 1)
	})
	state := make([]uint16, len(order))
	for i, node := range order {
		state[node] = uint16(i)
	}
	g.next = make([]uint16, len(order)<<g.shift)
	for i, node := range order {
		for c := range t.columns {
			g.next[i<<g.shift|c] = state[t.next[int(node)*t.columns+c]]
		}
		if len(t.ends[node]) > 0 {
			g.found = append(g.found, t.ends[node])
		}
	}
	g.first = uint16(len(order) - len(g.found))
	g.begin = g.next[g.class[' ']]
}

// scan appends the literals that stand in text to seen, one as often as it
// stands there. A literal that begins with a blank also stands at the start of
// text.
func (g *automaton) scan(seen []uint16, text []byte) []uint16 {
	next, shift, first := g.next, g.shift&15, g.first
	state := g.begin
	for _, c := range text {
		state = next[int(state)<<shift|int(g.class[c])]
		if state >= first {
			seen = append(seen, g.found[state-first]...)
		}
	}
	return seen
}
