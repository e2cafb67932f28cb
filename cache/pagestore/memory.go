package pagestore

import (
	"context"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
)

// Memory is a Store in the process. It keeps the most useful values, up to a number
// of bytes.
//
// It keeps pointers, as all caches of the program do: for them the compiler makes the
// code of a cache once, for other types once for each.
type Memory struct {
	values *otter.Cache[string, *timed]
}

type timed struct {
	value []byte
	ttl   time.Duration
}

// entryCost is what an entry takes besides its key and value, in bytes, rounded up:
// its node and its places in the table and the policies.
const entryCost = 256

// NewMemory keeps up to limit bytes. Close ends its goroutine.
func NewMemory(limit int64) *Memory {
	return &Memory{values: otter.Must(&otter.Options[string, *timed]{
		MaximumWeight: uint64(limit),
		Weigher: func(key string, v *timed) uint32 {
			return uint32(len(key) + cap(v.value) + entryCost)
		},
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, *timed]) time.Duration {
			return e.Value.ttl
		}),
	})}
}

// Get implements Store.
func (m *Memory) Get(_ context.Context, key string) ([]byte, error) {
	v, ok := m.values.GetIfPresent(key)
	if !ok {
		return nil, ErrMiss
	}
	return v.value, nil
}

// Set implements Store.
func (m *Memory) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	switch {
	case len(value) > MaxValue:
		return ErrTooLarge
	case len(value) == 0 || ttl < time.Millisecond:
		m.values.Invalidate(key)
	default:
		m.values.Set(key, &timed{value, ttl})
	}
	return nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, key string) error {
	m.values.Invalidate(key)
	return nil
}

// Close implements Store.
func (m *Memory) Close() error {
	m.values.StopAllGoroutines()
	return nil
}

// Keys returns the keys of the values that begin with prefix.
func (m *Memory) Keys(prefix string) (keys []string) {
	for key := range m.values.Keys() {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Size is how many bytes the memory takes.
func (m *Memory) Size() int64 {
	m.values.CleanUp() // what is still to be evicted
	return int64(m.values.WeightedSize())
}
