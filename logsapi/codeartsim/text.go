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
	lastLines    = 20          // looked at for the last stamp
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
	later  time.Duration // by how much the stamps of the first are later than in the block
	stamps []stamp
}

type stamp struct {
	at   int // offset in the block
	time time.Time
}

func newPiece(block []byte, count int64, every time.Duration) piece {
	p := piece{block: block, count: count, every: every}
	if count > 1 && every != 0 {
		p.stamps = stampsOf(block)
	}
	return p
}

// stampsOf finds the stamps of a block: those that lines begin with, and those
// of entries that were glued to a line.
func stampsOf(block []byte) (stamps []stamp) {
	for at := 0; ; at++ {
		next := bytes.IndexByte(block[at:], '[')
		if next < 0 {
			return stamps
		}
		at += next
		if t, ok := stampOf(block[at:]); ok {
			stamps = append(stamps, stamp{at, t})
		}
	}
}

// stampOf reads the stamp that line begins with.
func stampOf(line []byte) (time.Time, bool) {
	if len(line) < stampBytes || line[0] != '[' || line[5] != '/' { // Parse is slow to say no
		return time.Time{}, false
	}
	t, err := time.Parse(stampForm, string(line[:stampBytes]))
	return t, err == nil
}

// read copies from one offset on in the n-th repetition, from 0, and returns
// how many bytes it copied: up to the end of the repetition.
func (p piece) read(b []byte, n int64, from int) int {
	b = b[:copy(b, p.block[from:])]
	move := p.later + p.every*time.Duration(n)
	if move == 0 {
		return len(b)
	}
	next, _ := slices.BinarySearchFunc(p.stamps, from-stampBytes+1, func(s stamp, at int) int { return s.at - at })
	var later [stampBytes]byte
	for _, s := range p.stamps[next:] {
		if s.at >= from+len(b) {
			break
		}
		s.time.Add(move).AppendFormat(later[:0], stampForm)
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

// moved is t with all its stamps later by d.
func (t *text) moved(d time.Duration) *text {
	if d == 0 {
		return t
	}
	pieces := slices.Clone(t.pieces)
	for i := range pieces {
		pieces[i].later += d
		if pieces[i].stamps == nil {
			pieces[i].stamps = stampsOf(pieces[i].block)
		}
	}
	return newText(pieces...)
}

// head is the first size bytes of t.
func (t *text) head(size int64) *text {
	short := *t
	short.size = min(size, t.size)
	return &short
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
	if off >= t.size {
		return 0, io.EOF
	}
	done, wanted := 0, len(b)
	b = b[:min(int64(wanted), t.size-off)]
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

// times are the first and the last stamp of t; false when it has none near its
// ends.
func (t *text) times() (first, last time.Time, ok bool) {
	for line := range bytes.Lines(t.slice(0, min(t.size, scanBytes))) {
		if first, ok = stampOf(line); ok {
			break
		}
	}
	for line := range bytes.Lines(t.slice(t.linesBack(t.size, lastLines), t.size)) {
		if at, stamped := stampOf(line); stamped && at.After(last) {
			last = at
		}
	}
	return first, last, ok && !last.IsZero()
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
