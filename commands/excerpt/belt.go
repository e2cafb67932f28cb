package excerpt

// belt carries items from a goroutine that fills them to one that uses them, in order.
// The items are used again.
type belt[T any] struct {
	full, empty chan *T
}

const beltLength = 4

// newBelt starts a goroutine that fills items until fill returns false, and then the
// last one, too, is carried.
func newBelt[T any](fill func(*T) (more bool)) *belt[T] {
	b := &belt[T]{full: make(chan *T, beltLength), empty: make(chan *T, beltLength)}
	for range beltLength {
		b.empty <- new(T)
	}
	go func() {
		defer close(b.full)
		for more := true; more; {
			item := <-b.empty
			more = fill(item)
			b.full <- item
		}
	}()
	return b
}

// next returns the next item, or false behind the last one. Each must be given back
// with done.
func (b *belt[T]) next() (*T, bool) {
	item, more := <-b.full
	return item, more
}

func (b *belt[T]) done(item *T) { b.empty <- item }

// batch holds some records.
type batch struct {
	text    []byte   // of all records, one behind the other
	seen    []uint16 // the same
	records []extent
}

// extent is a record in a batch.
type extent struct {
	text, seen     int // where they end
	step           string
	platform, more bool
}

func (b *batch) reset() { b.text, b.seen, b.records = b.text[:0], b.seen[:0], b.records[:0] }

func (b *batch) add(r *record) {
	b.text, b.seen = append(b.text, r.text...), append(b.seen, r.seen...)
	b.records = append(b.records, extent{text: len(b.text), seen: len(b.seen), step: r.step, platform: r.platform, more: r.more})
}

func (b *batch) each(take func(*record)) {
	var r record
	text, seen := 0, 0
	for _, e := range b.records {
		r = record{text: b.text[text:e.text], seen: b.seen[seen:e.seen], step: e.step, platform: e.platform, more: e.more}
		take(&r)
		text, seen = e.text, e.seen
	}
}
