package bot

// latest keeps values under keys, up to a number; a new key takes the place of
// the oldest. Callers lock around it.
type latest[V any] struct {
	entries map[string]entry[V]
	ring    []string // keys, in the order in which they came
	next    int
}

type entry[V any] struct {
	value V
	slot  int // in the ring
}

func newLatest[V any](most int) latest[V] {
	return latest[V]{entries: map[string]entry[V]{}, ring: make([]string, most)}
}

// get returns the value under a key; ok is false when there is none.
func (l *latest[V]) get(key string) (v V, ok bool) {
	e, ok := l.entries[key]
	return e.value, ok
}

// set keeps a value in place of what was under its key.
func (l *latest[V]) set(key string, v V) {
	if e, known := l.entries[key]; known {
		l.entries[key] = entry[V]{v, e.slot}
		return
	}
	// A key that was removed and set again lives in a later slot than its first.
	oldest := l.ring[l.next]
	if e, known := l.entries[oldest]; known && e.slot == l.next {
		delete(l.entries, oldest)
	}
	l.ring[l.next] = key
	l.entries[key] = entry[V]{v, l.next}
	l.next = (l.next + 1) % len(l.ring)
}

// remove takes a key and its value away. Set again, the key is the newest.
func (l *latest[V]) remove(key string) { delete(l.entries, key) }
