// Package logtext is the text of a log: pieces with repetitions, whose time stamps
// advance, read without ever being in memory as a whole.
package logtext

import (
	"bytes"
	"io"
	"slices"
	"time"
)

const (
	// StampLayout is the layout of a stamp. Every stamp is as long as the layout.
	StampLayout = "[2006/01/02 15:04:05.000 GMT-07:00]"
	StampBytes  = len(StampLayout)

	scanBytes = 64 << 10 // read at a time while lines are counted
	lastLines = 20       // searched for the last stamp
)

// Text is one log: pieces one after another. Repetitions exist only while they are
// read, so a log of any length takes the memory of its distinct lines. A Text never
// changes and may be read concurrently.
type Text struct {
	pieces []Piece
	starts []int64 // offset of each piece
	Size   int64   // bytes
}

// Piece is a block of whole lines that may be repeated.
type Piece struct {
	block       []byte
	repetitions int64
	step        time.Duration // added to the stamps with every repetition
	shift       time.Duration // added to all stamps
	stamps      []stamp
}

type stamp struct {
	at   int // offset in the block
	time time.Time
}

func NewPiece(block []byte, count int64, every time.Duration) Piece {
	p := Piece{block: block, repetitions: count, step: every}
	if count > 1 && every != 0 {
		p.stamps = findStamps(block)
	}
	return p
}

// findStamps returns the stamps of a block: at the beginning of lines, and of
// entries that were glued to another line.
func findStamps(block []byte) (stamps []stamp) {
	for at := 0; ; at++ {
		next := bytes.IndexByte(block[at:], '[')
		if next < 0 {
			return stamps
		}
		at += next
		if t, ok := ParseStamp(block[at:]); ok {
			stamps = append(stamps, stamp{at, t})
		}
	}
}

// ParseStamp returns the stamp at the beginning of line.
func ParseStamp(line []byte) (time.Time, bool) {
	if len(line) < StampBytes || line[0] != '[' || line[5] != '/' { // Parse is slow to fail
		return time.Time{}, false
	}
	t, err := time.Parse(StampLayout, string(line[:StampBytes]))
	return t, err == nil
}

// read copies the n-th repetition, from 0, beginning at an offset in it. It returns
// the number of bytes, at most to the end of the repetition.
func (p Piece) read(b []byte, n int64, from int) int {
	b = b[:copy(b, p.block[from:])]
	move := p.shift + p.step*time.Duration(n)
	if move == 0 {
		return len(b)
	}
	next, _ := slices.BinarySearchFunc(p.stamps, from-StampBytes+1, func(s stamp, at int) int { return s.at - at })
	var later [StampBytes]byte
	for _, s := range p.stamps[next:] {
		if s.at >= from+len(b) {
			break
		}
		s.time.Add(move).AppendFormat(later[:0], StampLayout)
		hidden := max(from-s.at, 0) // bytes of the stamp before from
		copy(b[s.at+hidden-from:], later[hidden:])
	}
	return len(b)
}

func New(pieces ...Piece) *Text {
	t := &Text{}
	for _, p := range pieces {
		if len(p.block) == 0 {
			continue
		}
		t.pieces = append(t.pieces, p)
		t.starts = append(t.starts, t.Size)
		t.Size += int64(len(p.block)) * p.repetitions
	}
	return t
}

// Shifted returns t with all stamps later by d.
func (t *Text) Shifted(d time.Duration) *Text {
	if d == 0 {
		return t
	}
	pieces := slices.Clone(t.pieces)
	for i := range pieces {
		pieces[i].shift += d
		if pieces[i].stamps == nil {
			pieces[i].stamps = findStamps(pieces[i].block)
		}
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

// ReadAt implements io.ReaderAt.
func (t *Text) ReadAt(b []byte, off int64) (int, error) {
	if off >= t.Size {
		return 0, io.EOF
	}
	done, wanted := 0, len(b)
	b = b[:min(int64(wanted), t.Size-off)]
	for done < len(b) {
		i, found := slices.BinarySearch(t.starts, off)
		if !found {
			i--
		}
		p, in := t.pieces[i], off-t.starts[i]
		length := int64(len(p.block))
		n := p.read(b[done:], in/length, int(in%length))
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
	buf := make([]byte, scanBytes)
	for from < t.Size {
		n, _ := t.ReadAt(buf, from)
		for i, c := range buf[:n] {
			if c != '\n' {
				continue
			}
			if lines--; lines == 0 {
				return from + int64(i) + 1
			}
		}
		from += int64(n)
	}
	return t.Size
}

// Times returns the first and the last stamp of t. It reports false if there are
// none near its ends.
func (t *Text) Times() (first, last time.Time, ok bool) {
	for line := range bytes.Lines(t.Slice(0, min(t.Size, scanBytes))) {
		if first, ok = ParseStamp(line); ok {
			break
		}
	}
	for line := range bytes.Lines(t.Slice(t.LinesBack(t.Size, lastLines), t.Size)) {
		if at, stamped := ParseStamp(line); stamped && at.After(last) {
			last = at
		}
	}
	return first, last, ok && !last.IsZero()
}

// LinesBack returns the offset so many lines before an offset, or 0. A line that
// the offset cuts counts as one.
func (t *Text) LinesBack(to int64, lines int) int64 {
	buf := make([]byte, scanBytes)
	for to--; to > 0; { // the last byte ends the last line or is inside it
		n := min(to, scanBytes)
		to -= n
		t.ReadAt(buf[:n], to)
		for i := n - 1; i >= 0; i-- {
			if buf[i] != '\n' {
				continue
			}
			if lines--; lines == 0 {
				return to + i + 1
			}
		}
	}
	return 0
}
