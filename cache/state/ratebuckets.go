package state

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"logbot/logsapi/pace"
)

// maxBuckets is how many buckets a process keeps before it forgets those that are
// full.
const maxBuckets = 1_000

// rateBuckets are the Limits of one process.
type rateBuckets struct {
	mu      sync.Mutex
	buckets pace.Buckets
}

func newRateBuckets() *rateBuckets { return &rateBuckets{buckets: pace.Buckets{Most: maxBuckets}} }

// checkTake refuses a rate that means nothing.
func checkTake(name string, rate float64, burst, cost int) error {
	if name == "" || !(rate > 0) || math.IsInf(rate, 0) || cost < 1 || burst < cost {
		return fmt.Errorf("take %d tokens of %q at %v a second, at most %d at once: expected a name, a rate above 0 and a cost from 1 to the burst", cost, name, rate, burst)
	}
	return nil
}

// Take implements Limits.
func (b *rateBuckets) Take(ctx context.Context, name string, rate float64, burst, cost int) (time.Duration, error) {
	if err := checkTake(name, rate, burst, cost); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buckets.Get(now, name).Take(now, pace.Rate{PerSecond: rate, Burst: burst}, cost), nil
}

// Pause implements Limits.
func (b *rateBuckets) Pause(_ context.Context, name string, length time.Duration) error {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buckets.Get(now, name).Pause(now.Add(length))
	return nil
}

// pausedFor is how long a pause of a bucket still lasts.
func (b *rateBuckets) pausedFor(name string) time.Duration {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buckets.Get(now, name).Paused(now)
}
