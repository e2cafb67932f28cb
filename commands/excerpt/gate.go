package excerpt

import (
	"encoding/binary"
)

// gate finds which of many literals stand in a line, in any ASCII case. Every
// literal has windows of four bytes, chosen so that one of them begins at an even place
// of the line wherever the literal stands. So the gate looks at the four bytes at every
// second place, asks a table of bits, and compares literals only if the bit is set. It is
// not changed after newGate and may be shared.
type gate struct {
	bits     [1 << bitsBits]uint32   // hash of the last three bytes of a window -> a bit for the first one
	first    [1<<listBits + 1]uint16 // hash of a window -> the first of pieces that has it
	pieces   []piece
	any      [1 << bitsBits]uint16 // hash of the last three bytes -> the list in after, 0 if there is none
	after    [][]piece             // whose windows begin with any byte
	literals []literal
}

// The table of bits fits the first cache of a core.
const (
	bitsBits    = 12
	listBits    = 13
	maxLiterals = 1 << 16
)

// literal is a text in lower case, without the blank it may begin with.
type literal struct {
	text  []byte
	blank bool // a blank stands before text, or the line begins with it
}

// piece is a window of a literal.
type piece struct {
	bytes   uint32 // folded; without the first one where that may be any
	literal uint16
	at      int16  // of the text; -1 if the window begins with the byte before it
	begin   uint64 // the first eight bytes of the text, folded
	mask    uint64 // of begin, where the text is shorter
}

// newGate builds the tables for literals of minLiteral bytes or more; a literal is
// known by its index. ok is false if one is shorter, or if there are too many.
func newGate(literals []string) (g *gate, ok bool) {
	g = &gate{}
	if len(literals) > maxLiterals {
		return nil, false
	}
	g.literals = make([]literal, 0, len(literals))
	var room []byte // the texts, one after the other
	for _, text := range literals {
		if len(text) < minLiteral {
			return nil, false
		}
		if len(room)+len(text) > cap(room) {
			room = make([]byte, 0, max(len(text), 4<<10))
		}
		from := len(room)
		room = append(room, text...)
		l := literal{text: room[from:len(room):len(room)], blank: text[0] == ' '}
		for i, c := range l.text {
			l.text[i] = fold(c)
		}
		if l.blank {
			l.text = l.text[1:]
		}
		g.literals = append(g.literals, l)
	}
	// Twice, rather than sort: this is part of each start, which pays for memory.
	pieces := 0
	g.choosePieces(func(_, _ int, bytes uint32) {
		g.bits[place(bytes)] |= 1 << (bytes & 31)
		g.first[slot(bytes)]++
		pieces++
	})
	for i := range g.first[1:] {
		g.first[i+1] += g.first[i] // where the pieces of each hash end
	}
	g.pieces = make([]piece, pieces)
	g.choosePieces(func(id, at int, bytes uint32) {
		h := slot(bytes)
		g.first[h]-- // in the end where they begin
		g.pieces[g.first[h]] = g.piece(id, at, bytes)
	})
	for id, l := range g.literals {
		if len(l.text) < 5 {
			g.addWithByteBefore(id, l.text)
		}
	}
	return g, true
}

func fold(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// choosePieces gives each literal a piece that begins at an even place of it, and one
// that begins at an odd place; for the latter of short ones see addWithByteBefore.
func (g *gate) choosePieces(add func(id, at int, bytes uint32)) {
	var common counts
	for _, l := range g.literals {
		for at := range len(l.text) - 3 {
			common[slot(quad(l.text[at:]))]++
		}
	}
	for id, l := range g.literals {
		switch len(l.text) {
		case 3:
			for behind := range 256 / 2 { // folded, the others are the same
				c := byte(behind&^31<<1 | behind&31)
				add(id, 0, quad([]byte{l.text[0], l.text[1], l.text[2], c}))
			}
		case 4:
			add(id, 0, quad(l.text))
		default:
			for odd := range 2 {
				best := odd
				for at := odd; at+4 <= min(len(l.text), maxAt); at += 2 {
					if common.of(l.text[at:]) < common.of(l.text[best:]) {
						best = at
					}
				}
				add(id, best, quad(l.text[best:]))
			}
		}
	}
}

const maxAt = 1 << 10 // bytes of a literal that its pieces are taken from

// counts is how often literals have four bytes, by their hash: what many of them
// have, such as "erro", is frequent in logs, too.
type counts [1 << listBits]uint16

func (c *counts) of(text []byte) uint16 { return c[slot(quad(text))] }

// addWithByteBefore adds a piece of any byte and three bytes of the text behind it.
func (g *gate) addWithByteBefore(id int, text []byte) {
	bytes := quad([]byte{0, text[0], text[1], text[2]})
	h := place(bytes)
	g.bits[h] = 1<<32 - 1
	if g.any[h] == 0 {
		if len(g.after) == 0 {
			g.after = append(g.after, nil) // list 0 is none
		}
		g.any[h] = uint16(len(g.after))
		g.after = append(g.after, nil)
	}
	list := &g.after[g.any[h]]
	*list = append(*list, g.piece(id, -1, bytes>>8))
}

func (g *gate) piece(id, at int, bytes uint32) piece {
	p := piece{bytes: bytes, literal: uint16(id), at: int16(at)}
	for k, c := range g.literals[id].text[:min(len(g.literals[id].text), 8)] {
		p.begin |= uint64(c|folding&0xff) << (8 * k)
		p.mask |= 0xff << (8 * k)
	}
	return p
}

// place is where a window belongs in the table of bits: what it begins with decides on
// the bit.
func place(bytes uint32) uint32 { return hash(bytes>>8) >> (32 - bitsBits) }

// slot is where a window belongs in the list of pieces.
func slot(bytes uint32) uint32 { return hash(bytes) >> (32 - listBits) }

// hash mixes bytes upwards (Fibonacci hashing).
func hash(bytes uint32) uint32 { return bytes * 0x9e3779b1 }

// folding makes the letters of four bytes lower case, and some other bytes equal.
const folding = 0x20202020

func quad(text []byte) uint32 { return binary.LittleEndian.Uint32(text) | folding }

// scan appends the literals that stand in text to seen, some more than once. A literal
// that begins with a blank also stands at the start of text.
func (g *gate) scan(seen []uint16, text []byte) []uint16 {
	i := 0
	for ; i+8 <= len(text); i += 6 {
		bytes := binary.LittleEndian.Uint64(text[i:]) | folding<<32 | folding
		a, b, c := uint32(bytes), uint32(bytes>>16), uint32(bytes>>32)
		inA, inB, inC := g.bits[place(a)]>>(a&31), g.bits[place(b)]>>(b&31), g.bits[place(c)]>>(c&31)
		if (inA|inB|inC)&1 == 0 {
			continue
		}
		if inA&1 != 0 {
			seen = g.compare(seen, text, i, a)
		}
		if inB&1 != 0 {
			seen = g.compare(seen, text, i+2, b)
		}
		if inC&1 != 0 {
			seen = g.compare(seen, text, i+4, c)
		}
	}
	var last uint64 // the rest, of 7 bytes at most
	if n := len(text); n >= 8 {
		last = binary.LittleEndian.Uint64(text[n-8:]) >> (8 * (8 - (n - i)))
	} else {
		for k, c := range text {
			last |= uint64(c) << (8 * k)
		}
	}
	for ; i+3 <= len(text); i += 2 {
		if bytes := uint32(last) | folding; g.bits[place(bytes)]>>(bytes&31)&1 != 0 {
			seen = g.compare(seen, text, i, bytes)
		}
		last >>= 16
	}
	return seen
}

// compare appends the literals that have these bytes as a piece and stand in text so
// that it begins at i.
func (g *gate) compare(seen []uint16, text []byte, i int, bytes uint32) []uint16 {
	h := slot(bytes)
	for k := int(g.first[h]); k < int(g.first[h+1]); k++ {
		if p := &g.pieces[k]; p.bytes == bytes {
			seen = g.check(seen, text, i, p)
		}
	}
	if list := g.any[place(bytes)]; list != 0 {
		for k := range g.after[list] {
			if p := &g.after[list][k]; p.bytes == bytes>>8 {
				seen = g.check(seen, text, i, p)
			}
		}
	}
	return seen
}

// check appends the literal of a piece if it stands in text so that the piece begins at
// i, unless it was the last one to be found.
func (g *gate) check(seen []uint16, text []byte, i int, p *piece) []uint16 {
	at := i - int(p.at)
	if at < 0 || at+8 <= len(text) && (binary.LittleEndian.Uint64(text[at:])|folding<<32|folding)&p.mask != p.begin {
		return seen
	}
	if n := len(seen); n > 0 && seen[n-1] == p.literal || !g.literals[p.literal].stands(text, at) {
		return seen
	}
	return append(seen, p.literal)
}

// stands says whether the literal stands at text[at:].
func (l *literal) stands(text []byte, at int) bool {
	if at < 0 || len(text)-at < len(l.text) || l.blank && at > 0 && text[at-1] != ' ' {
		return false
	}
	text = text[at : at+len(l.text)]
	for i, c := range l.text {
		if text[i] != c && fold(text[i]) != c {
			return false
		}
	}
	return true
}
