package cache

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"
)

// memory is the PageStore of one process: the most useful values up to a number
// of bytes.
type memory struct {
	values *otter.Cache[string, timed]
}

type timed struct {
	value []byte
	ttl   time.Duration
}

// entryCost is what an entry takes beside its key and value, in bytes, rounded
// up: the node of the cache, its place in the table and the policies.
const entryCost = 256

// newMemory keeps up to limit bytes. Its Close ends a goroutine.
func newMemory(limit int64) *memory {
	return &memory{values: otter.Must(&otter.Options[string, timed]{
		MaximumWeight: uint64(limit),
		Weigher: func(key string, v timed) uint32 {
			return uint32(len(key) + cap(v.value) + entryCost)
		},
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, timed]) time.Duration {
			return e.Value.ttl
		}),
	})}
}

func (m *memory) Get(_ context.Context, key string) ([]byte, error) {
	v, ok := m.values.GetIfPresent(key)
	if !ok {
		return nil, ErrMiss
	}
	return v.value, nil
}

func (m *memory) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	switch {
	case len(value) > MaxValue:
		return ErrTooLarge
	case len(value) == 0 || ttl < time.Millisecond:
		m.values.Invalidate(key)
	default:
		m.values.Set(key, timed{value, ttl})
	}
	return nil
}

func (m *memory) Delete(_ context.Context, key string) error {
	m.values.Invalidate(key)
	return nil
}

func (m *memory) Close() error {
	m.values.StopAllGoroutines()
	return nil
}
