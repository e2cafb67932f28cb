// Package logtext is the text of a log: pieces with repetitions, whose time stamps
// advance, read without ever being in memory as a whole.
package logtext

import (
	"bytes"
	"io"
	"iter"
	"slices"
	"time"
)

const (
	searchedBytes = 64 << 10 // searched for the first stamp
	lastLines     = 20       // searched for the last stamp
)

// Text is one log: pieces one after another. Repetitions exist only while they are
// read, so a log of any length takes the memory of its distinct lines. A Text never
// changes and may be read concurrently.
type Text struct {
	pieces []Piece
	starts []int64 // offset of each piece
	Size   int64   // bytes
}

// Block is whole lines and the stamps in them, found once. It never changes.
type Block struct {
	text   []byte
	stamps []stamp
}

func NewBlock(text []byte) *Block { return &Block{text, findStamps(text)} }

// Piece is a block that may be repeated.
type Piece struct {
	*Block
	repetitions int64
	step        time.Duration // added to the stamps with every repetition
	shift       time.Duration // added to all stamps
}

func NewPiece(block *Block, count int64, every time.Duration) Piece {
	return Piece{Block: block, repetitions: count, step: every}
}

// read copies the n-th repetition, from 0, beginning at an offset in it. It returns
// the number of bytes, at most to the end of the repetition.
func (p Piece) read(b []byte, n int64, from int) int {
	b = b[:copy(b, p.text[from:])]
	move := p.shift + p.step*time.Duration(n)
	if move == 0 {
		return len(b)
	}
	next, _ := slices.BinarySearchFunc(p.stamps, from-wallBytes+1, func(s stamp, at int) int { return s.at - at })
	var later [wallBytes]byte
	for _, s := range p.stamps[next:] {
		if s.at >= from+len(b) {
			break
		}
		putWall(&later, s.wall.Add(move))
		hidden := max(from-s.at, 0) // bytes of the stamp before from
		copy(b[s.at+hidden-from:], later[hidden:])
	}
	return len(b)
}

func New(pieces ...Piece) *Text {
	t := &Text{}
	for _, p := range pieces {
		if len(p.text) == 0 {
			continue
		}
		t.pieces = append(t.pieces, p)
		t.starts = append(t.starts, t.Size)
		t.Size += int64(len(p.text)) * p.repetitions
	}
	return t
}

// Of returns the text of one block.
func Of(text []byte) *Text { return New(NewPiece(NewBlock(text), 1, 0)) }

// Shifted returns t with all stamps later by d.
func (t *Text) Shifted(d time.Duration) *Text {
	if d == 0 {
		return t
	}
	pieces := slices.Clone(t.pieces)
	for i := range pieces {
		pieces[i].shift += d
	}
	return New(pieces...)
}

// Head returns the first size bytes of t.
func (t *Text) Head(size int64) *Text {
	short := *t
	short.Size = min(size, t.Size)
	return &short
}

// Join concatenates texts.
func Join(texts ...*Text) *Text {
	var pieces []Piece
	for _, t := range texts {
		pieces = append(pieces, t.pieces...)
	}
	return New(pieces...)
}

// locate returns what is at an offset inside t: a piece, which of its repetitions,
// and the offset in that.
func (t *Text) locate(off int64) (p Piece, repetition int64, from int) {
	i, found := slices.BinarySearch(t.starts, off)
	if !found {
		i--
	}
	p, off = t.pieces[i], off-t.starts[i]
	length := int64(len(p.text))
	return p, off / length, int(off % length)
}

// ReadAt implements io.ReaderAt.
func (t *Text) ReadAt(b []byte, off int64) (int, error) {
	if off >= t.Size {
		return 0, io.EOF
	}
	done, wanted := 0, len(b)
	b = b[:min(int64(wanted), t.Size-off)]
	for done < len(b) {
		p, repetition, from := t.locate(off)
		n := p.read(b[done:], repetition, from)
		done += n
		off += int64(n)
	}
	if done < wanted {
		return done, io.EOF
	}
	return done, nil
}

// Slice returns the bytes between two offsets, which must be inside t.
func (t *Text) Slice(from, to int64) []byte {
	b := make([]byte, to-from)
	n, _ := t.ReadAt(b, from)
	return b[:n]
}

// LinesForward returns the offset after so many lines from an offset, or the size
// of t.
func (t *Text) LinesForward(from int64, lines int) int64 {
	for from < t.Size {
		p, _, in := t.locate(from)
		rest := p.text[in:] // the stamps in it are not moved; lines are counted all the same
		rest = rest[:min(int64(len(rest)), t.Size-from)]
		for at := 0; at < len(rest); {
			end := bytes.IndexByte(rest[at:], '\n')
			if end < 0 {
				break
			}
			at += end + 1
			if lines--; lines == 0 {
				return from + int64(at)
			}
		}
		from += int64(len(rest))
	}
	return t.Size
}

// LinesBack returns the offset so many lines before an offset, or 0. A line that
// the offset cuts counts as one.
func (t *Text) LinesBack(to int64, lines int) int64 {
	for to--; to > 0; { // the last byte ends the last line or is inside it
		p, _, in := t.locate(to - 1)
		before := p.text[:in+1] // as in LinesForward
		to -= int64(len(before))
		for end := bytes.LastIndexByte(before, '\n'); end >= 0; end = bytes.LastIndexByte(before[:end], '\n') {
			if lines--; lines == 0 {
				return to + int64(end) + 1
			}
		}
	}
	return 0
}

// Times returns the first and the last stamp of t. It reports false if there are
// none near its ends.
func (t *Text) Times() (first, last time.Time, ok bool) {
	for at := range t.lineStamps(0) {
		first, ok = at, true
		break
	}
	for at := range t.lineStamps(t.LinesBack(t.Size, lastLines)) {
		if at.After(last) {
			last = at
		}
	}
	return first, last, ok && !last.IsZero()
}

// lineStamps returns the stamps at the beginning of lines, from the beginning of one,
// in the next searchedBytes.
func (t *Text) lineStamps(from int64) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for line, end := from, min(t.Size, from+searchedBytes); line < end; line = t.LinesForward(line, 1) {
			if at, ok := ParseStamp(t.Slice(line, min(t.Size, line+int64(StampBytes)))); ok && !yield(at) {
				return
			}
		}
	}
}
