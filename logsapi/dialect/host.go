package dialect

import (
	"slices"
	"sync"
)

// Host is what has been seen of one host so far. It is safe for concurrent use.
type Host struct {
	words []string // for ascending, the usual one first; "" leaves sort out
	tell  func(Dialect)

	mu     sync.Mutex
	seen   Dialect
	told   map[Dialect]bool // a few: a Dialect has some flags
	order  proof
	word   int  // in words, the one to use
	proven bool // pages came in ascending order with it
	cursor bool // offsets are not a range
}

// NewHost returns a Host of which nothing is known. ascending are the words that can
// ask for ascending order, the usual one first; an empty one leaves the parameter
// out. tell is called, one call at a time and once for each Dialect, when something
// unusual was found out; it may be nil.
func NewHost(name string, tell func(Dialect), ascending ...string) *Host {
	return &Host{words: ascending, tell: tell, seen: Dialect{Host: name},
		told: map[Dialect]bool{{Host: name}: true}}
}

// Dialect is what has been seen so far.
func (h *Host) Dialect() Dialect {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen
}

// Note records what note changes, and tells it if it is new.
func (h *Host) Note(note func(*Dialect)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.note(note)
}

// Saw records the form of an answer.
func (h *Host) Saw(f Form) {
	h.Note(func(d *Dialect) {
		d.ByteOrder, d.QuotedResult = d.ByteOrder || f.ByteOrder, d.QuotedResult || f.QuotedResult
	})
}

func (h *Host) note(note func(*Dialect)) {
	note(&h.seen)
	if !h.told[h.seen] {
		h.told[h.seen] = true
		if h.tell != nil {
			h.tell(h.seen)
		}
	}
}

// Split returns the text of a page with line feeds between its lines.
func (h *Host) Split(text string) string {
	if text == "" {
		return text
	}
	is := breakOf(text)
	h.mu.Lock()
	if is != unknownBreak {
		h.note(func(d *Dialect) { d.LiteralBreak = is == literalBreak })
	}
	literal := h.seen.LiteralBreak
	h.mu.Unlock()
	if literal {
		return splitLiteral(text)
	}
	return text
}

// OldestFirst returns the text of a descending page with its lines oldest first. A
// page that is too short to show the order of its lines has that of earlier pages.
func (h *Host) OldestFirst(text string) string {
	h.mu.Lock()
	newest := h.order.settle(text) == newestFirst
	h.note(func(d *Dialect) { d.NewestFirst = h.order.balance < 0 })
	h.mu.Unlock()
	if newest {
		return reversed(text)
	}
	return text
}

// Word is how to ask for ascending order; proven says that pages came so.
func (h *Host) Word() (word string, proven bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.words[h.word], h.proven
}

// OtherWords are the words to try if one does not lead to ascending order.
func (h *Host) OtherWords(word string) []string {
	return slices.DeleteFunc(slices.Clone(h.words), func(other string) bool { return other == word })
}

// Proved records that word led to ascending order.
func (h *Host) Proved(word string) { h.use(word, true) }

// Prefer records that word is accepted, unlike the one that was used.
func (h *Host) Prefer(word string) { h.use(word, false) }

func (h *Host) use(word string, proven bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.Index(h.words, word)
	if i < 0 || h.proven && (h.word == i || !proven) {
		return
	}
	h.word, h.proven = i, proven
	h.note(func(d *Dialect) {
		if d.Ascending = word; i == 0 {
			d.Ascending = ""
		}
	})
}

// StartsLate reports whether the first page ascending is not the beginning of a log:
// its offset is above 0, or its lines are proven to come newest first.
func StartsLate(start int64, text string) bool {
	if text == "" {
		return false
	}
	if start > 0 {
		return true
	}
	order, proven, _ := orderOf(text)
	return proven && order == newestFirst
}

// Ranges reports whether the two offsets of a request are a range. If that is not
// known, a page that comes twice is a reason to try it.
func (h *Host) Ranges() (ranges, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen.Ranges, h.seen.Ranges || h.cursor
}

// SetRanges records what was found out of offsets. Cursor offsets that were seen to
// work are never doubted again.
func (h *Host) SetRanges(ranges bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cursor = !ranges
	h.note(func(d *Dialect) { d.Ranges = ranges })
}
