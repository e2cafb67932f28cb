package excerpt

// belt carries items from a goroutine that fills them to one that uses them, in order.
// The items are used again.
type belt[T any] struct {
	full, empty chan *T
}

// beltLength bounds the items of a belt. With fewer, stages wait for one another, as they
// take turns in being slow; more bring nothing.
const beltLength = 32

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
	steps   []string // the same, of those that have one
	records []extent
}

// extent is a record in a batch.
type extent struct {
	text, seen     int32 // where they end
	begins         bool  // it has the next step
	platform, more bool
}

func (b *batch) reset() {
	b.text, b.seen, b.steps, b.records = b.text[:0], b.seen[:0], b.steps[:0], b.records[:0]
}

func (b *batch) add(r *record) {
	b.text, b.seen = append(b.text, r.text...), append(b.seen, r.seen...)
	if r.step != "" {
		b.steps = append(b.steps, r.step)
	}
	b.records = append(b.records, extent{int32(len(b.text)), int32(len(b.seen)), r.step != "", r.platform, r.more})
}

func (b *batch) each(take func(*record)) {
	var r record
	var text, seen int32
	steps := b.steps
	for i := range b.records {
		e := &b.records[i]
		r.text, r.seen = b.text[text:e.text], b.seen[seen:e.seen]
		r.step, r.platform, r.more = "", e.platform, e.more
		if e.begins {
			r.step, steps = steps[0], steps[1:]
		}
		take(&r)
		text, seen = e.text, e.seen
	}
}
