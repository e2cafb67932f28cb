// Package recent provides a map that keeps only its newest keys.
package recent

import "sync"

// Map maps keys to values, up to a number of keys; a new key replaces the oldest.
// It is safe for concurrent use.
type Map[V any] struct {
	mu      sync.Mutex
	entries map[string]entry[V]
	ring    []string // keys, in the order in which they were added
	next    int
}

type entry[V any] struct {
	value V
	slot  int // in the ring
}

// NewMap returns a map of at most most keys.
func NewMap[V any](most int) *Map[V] {
	return &Map[V]{entries: map[string]entry[V]{}, ring: make([]string, most)}
}

// Get returns the value of a key; ok is false if it has none.
func (m *Map[V]) Get(key string) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key]
	return e.value, ok
}

// Set sets the value of a key. A known key keeps its age.
func (m *Map[V]) Set(key string, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(key, v)
}

// Add sets the value of a new key. It reports false if the key is known.
func (m *Map[V]) Add(key string, v V) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.entries[key]; known {
		return false
	}
	m.set(key, v)
	return true
}

func (m *Map[V]) set(key string, v V) {
	if e, known := m.entries[key]; known {
		m.entries[key] = entry[V]{v, e.slot}
		return
	}
	// A key that was removed and set again has a later slot than at first.
	oldest := m.ring[m.next]
	if e, known := m.entries[oldest]; known && e.slot == m.next {
		delete(m.entries, oldest)
	}
	m.ring[m.next] = key
	m.entries[key] = entry[V]{v, m.next}
	m.next = (m.next + 1) % len(m.ring)
}

// Remove removes a key. If it is set again, it is the newest.
func (m *Map[V]) Remove(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
}
