package bot

// latest keeps values under keys, up to a number; a new key takes the place of
// the one that came first. Whoever has it guards it.
type latest[V any] struct {
	values map[string]V
	ring   []string
	next   int
}

func newLatest[V any](most int) latest[V] {
	return latest[V]{values: map[string]V{}, ring: make([]string, most)}
}

// set keeps a value in place of what was under its key.
func (l *latest[V]) set(key string, v V) {
	if _, known := l.values[key]; !known {
		delete(l.values, l.ring[l.next])
		l.ring[l.next] = key
		l.next = (l.next + 1) % len(l.ring)
	}
	l.values[key] = v
}
