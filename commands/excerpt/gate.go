package excerpt

import (
	"encoding/binary"
)

// gate finds which of many literals stand in a line, in any ASCII case. Every
// literal has pieces of three or four bytes, chosen so that one of them stands at an
// even place of the line wherever the literal stands. So the gate hashes the bytes at
// every second place, asks a table of bits, and compares literals only if the bit is
// set. It is not changed after newGate and may be shared.
type gate struct {
	quads    [1 << quadBits / 64]uint64   // a bit for each hash of a piece of four bytes
	triples  [1 << tripleBits / 64]uint64 // of three
	first    [1<<listBits + 1]uint32      // hash of a piece -> the first of pieces that has it
	pieces   []piece
	literals []literal
}

// The tables of bits fit the first cache of a core.
const (
	quadBits    = 17
	tripleBits  = 13
	listBits    = 12
	maxLiterals = 1 << 16
)

// literal is a text in lower case, without the blank it may begin with.
type literal struct {
	text  []byte
	blank bool // a blank stands before text, or the line begins with it
}

// piece is some bytes of a literal.
type piece struct {
	bytes   uint32 // folded; the highest byte is 0 where there are three
	literal uint16
	at      int16  // of the text; -1 if the piece begins with the byte before it
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
	for _, text := range literals {
		if len(text) < minLiteral {
			return nil, false
		}
		l := literal{text: []byte(text), blank: text[0] == ' '}
		for i, c := range l.text {
			l.text[i] = fold(c)
		}
		if l.blank {
			l.text = l.text[1:]
		}
		g.literals = append(g.literals, l)
	}
	g.pieces = make([]piece, 0, 4*len(literals))
	g.choosePieces()
	g.index()
	return g, true
}

func fold(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// choosePieces gives each literal a piece that begins at an even place of it, and one
// that begins at an odd place.
func (g *gate) choosePieces() {
	var common counts
	for _, l := range g.literals {
		for at := range len(l.text) - 3 {
			common[hash(quad(l.text[at:]))>>listShift]++
		}
	}
	for id, l := range g.literals {
		switch len(l.text) {
		case 3:
			g.add(id, 0, triple(l.text))
			g.addWithByteBefore(id, l.text)
		case 4:
			g.add(id, 0, quad(l.text))
			if l.text[1] == l.text[2] && l.text[2] == l.text[3] { // such as blanks, which are frequent
				g.addWithByteBefore(id, l.text)
			} else {
				g.add(id, 1, triple(l.text[1:]))
			}
		default:
			for odd := range 2 {
				best := odd
				for at := odd; at+4 <= min(len(l.text), maxAt); at += 2 {
					if common.of(l.text[at:]) < common.of(l.text[best:]) {
						best = at
					}
				}
				g.add(id, best, quad(l.text[best:]))
			}
		}
	}
}

// addWithByteBefore adds pieces of three bytes of the text and any byte before them.
func (g *gate) addWithByteBefore(id int, text []byte) {
	for before := range 256 / 2 { // folded, the others are the same
		c := byte(before&^31<<1 | before&31)
		g.add(id, -1, quad([]byte{c, text[0], text[1], text[2]}))
	}
}

const maxAt = 1 << 10 // bytes of a literal that its pieces are taken from

// counts is how often literals have four bytes, by their hash: what many of them
// have, such as "erro", is frequent in logs, too.
type counts [1 << listBits]uint16

func (c *counts) of(text []byte) uint16 { return c[hash(quad(text))>>listShift] }

func (g *gate) add(id, at int, bytes uint32) {
	p := piece{bytes: bytes, literal: uint16(id), at: int16(at)}
	for k, c := range g.literals[id].text[:min(len(g.literals[id].text), 8)] {
		p.begin |= uint64(c|folding&0xff) << (8 * k)
		p.mask |= 0xff << (8 * k)
	}
	g.pieces = append(g.pieces, p)
}

// index sorts the pieces by their hashes and fills the tables.
func (g *gate) index() {
	for _, p := range g.pieces {
		g.first[hash(p.bytes)>>listShift+1]++
	}
	for i := range g.first[1:] {
		g.first[i+1] += g.first[i]
	}
	next, sorted := g.first, make([]piece, len(g.pieces))
	for _, p := range g.pieces {
		at := &next[hash(p.bytes)>>listShift]
		sorted[*at] = p
		*at++
		if p.bytes>>24 == 0 {
			h := hash(p.bytes<<8) >> tripleShift
			g.triples[h/64] |= 1 << (h % 64)
		} else {
			h := hash(p.bytes) >> quadShift
			g.quads[h/64] |= 1 << (h % 64)
		}
	}
	g.pieces = sorted
}

const (
	listShift   = 32 - listBits
	quadShift   = 32 - quadBits
	tripleShift = 32 - tripleBits
)

// hash mixes bytes upwards (Fibonacci hashing).
func hash(bytes uint32) uint32 { return bytes * 0x9e3779b1 }

// folding makes the letters of four bytes lower case, and some other bytes equal.
const folding = 0x20202020

func quad(text []byte) uint32 { return binary.LittleEndian.Uint32(text) | folding }

func triple(text []byte) uint32 {
	return uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | folding>>8
}

// scan appends the literals that stand in text to seen, one as often as it
// stands there. A literal that begins with a blank also stands at the start of
// text.
func (g *gate) scan(seen []uint16, text []byte) []uint16 {
	i := 0
	for ; i+4 <= len(text); i += 2 {
		bytes := binary.LittleEndian.Uint32(text[i:]) | folding
		q, t := hash(bytes)>>quadShift, hash(bytes<<8)>>tripleShift
		quads, triples := g.quads[q/64]>>(q%64)&1, g.triples[t/64]>>(t%64)&1
		if quads|triples == 0 {
			continue
		}
		if quads != 0 {
			seen = g.compare(seen, text, i, bytes)
		}
		if triples != 0 {
			seen = g.compare(seen, text, i, bytes&(1<<24-1))
		}
	}
	if i+3 == len(text) {
		seen = g.compare(seen, text, i, triple(text[i:]))
	}
	return seen
}

// compare appends the literals that have these bytes as a piece and stand in text so
// that it begins at i.
func (g *gate) compare(seen []uint16, text []byte, i int, bytes uint32) []uint16 {
	h := hash(bytes) >> listShift
	pieces := g.pieces[g.first[h]:g.first[h+1]]
	for k := range pieces {
		p := &pieces[k]
		at := i - int(p.at)
		if p.bytes != bytes || at < 0 || at+8 <= len(text) && (binary.LittleEndian.Uint64(text[at:])|folding<<32|folding)&p.mask != p.begin {
			continue
		}
		if g.literals[p.literal].stands(text, at) {
			seen = append(seen, p.literal)
		}
	}
	return seen
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
