package codeartsim

import (
	"bytes"
	"io"
	"slices"
	"time"
)

// Limits of what a folder may hold, so that one page and one load stay small.
const (
	maxFileBytes = 64 << 20    // one log file
	maxLineBytes = 64 << 10    // one line; a page is at most 1,000 of them
	maxRepeat    = 10_000_000  // repetitions of one piece
	maxEvery     = time.Minute // between two repetitions: maxRepeat of them fit a time.Duration
	scanBytes    = 64 << 10    // read at a time while lines are counted
	stampForm    = "[2006/01/02 15:04:05.000 GMT-07:00]"
	stampBytes   = len(stampForm) // every stamp is as long as the form, so repetitions are, too
)

// text is one log: pieces one after another. Repetitions exist only while they
// are read, so a log of any length takes the memory of its distinct lines.
// A text never changes and may be read concurrently.
type text struct {
	pieces []piece
	starts []int64 // offset of each piece
	size   int64   // bytes
}

// piece is a block of whole lines, repeated.
type piece struct {
	block  []byte
	count  int64
	every  time.Duration // by how much the stamps of a repetition are later than those of the one before
	stamps []stamp
}

type stamp struct {
	at   int // offset in the block
	time time.Time
}

func newPiece(block []byte, count int64, every time.Duration) piece {
	p := piece{block: block, count: count, every: every}
	if count == 1 || every == 0 {
		return p
	}
	at := 0
	for line := range bytes.Lines(block) {
		if t, err := time.Parse(stampForm, string(line[:min(len(line), stampBytes)])); err == nil {
			p.stamps = append(p.stamps, stamp{at, t})
		}
		at += len(line)
	}
	return p
}

// read copies from one offset on in the n-th repetition, from 0, and returns
// how many bytes it copied: up to the end of the repetition.
func (p piece) read(b []byte, n int64, from int) int {
	b = b[:copy(b, p.block[from:])]
	if n == 0 {
		return len(b)
	}
	next, _ := slices.BinarySearchFunc(p.stamps, from-stampBytes+1, func(s stamp, at int) int { return s.at - at })
	var later [stampBytes]byte
	for _, s := range p.stamps[next:] {
		if s.at >= from+len(b) {
			break
		}
		s.time.Add(p.every*time.Duration(n)).AppendFormat(later[:0], stampForm)
		hidden := max(from-s.at, 0) // bytes of the stamp before from
		copy(b[s.at+hidden-from:], later[hidden:])
	}
	return len(b)
}

func newText(pieces ...piece) *text {
	t := &text{}
	for _, p := range pieces {
		if len(p.block) == 0 {
			continue
		}
		t.pieces = append(t.pieces, p)
		t.starts = append(t.starts, t.size)
		t.size += int64(len(p.block)) * p.count
	}
	return t
}

// join is the texts one after another.
func join(texts ...*text) *text {
	var pieces []piece
	for _, t := range texts {
		pieces = append(pieces, t.pieces...)
	}
	return newText(pieces...)
}

// ReadAt reads like an io.ReaderAt.
func (t *text) ReadAt(b []byte, off int64) (int, error) {
	done := 0
	for done < len(b) {
		if off >= t.size {
			return done, io.EOF
		}
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
	return done, nil
}

// slice is the text from one offset to another, both inside it.
func (t *text) slice(from, to int64) []byte {
	b := make([]byte, to-from)
	n, _ := t.ReadAt(b, from)
	return b[:n]
}

// linesOn is the offset that lies so many lines behind from, or the end.
func (t *text) linesOn(from int64, lines int) int64 {
	buf := make([]byte, scanBytes)
	for from < t.size {
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
	return t.size
}

// linesBack is the offset that lies so many lines before to, or 0. A line that
// to cuts counts as one.
func (t *text) linesBack(to int64, lines int) int64 {
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
