package state

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"
)

// maxBuckets is how many buckets one process holds before it drops those that
// are full.
const maxBuckets = 1_000

// rateBuckets are the Limits of one process.
//
// A bucket is one time: when it will be full again. Taking moves that on by what
// the tokens take to come back; a bucket that would be full too late has not
// enough. (This is the generic cell rate algorithm; the script of Redis does the
// same.)
type rateBuckets struct {
	mu     sync.Mutex
	full   map[string]time.Time
	paused map[string]time.Time
}

func newRateBuckets() *rateBuckets {
	return &rateBuckets{full: map[string]time.Time{}, paused: map[string]time.Time{}}
}

// checkTake refuses a rate that means nothing.
func checkTake(name string, rate float64, burst, cost int) error {
	if name == "" || !(rate > 0) || math.IsInf(rate, 0) || cost < 1 || burst < cost {
		return fmt.Errorf("take %d tokens of %q at %v a second, at most %d at once: expected a name, a rate above 0 and a cost from 1 to the burst", cost, name, rate, burst)
	}
	return nil
}

// spanOf is the time that n tokens take to come at a rate.
func spanOf(n int, rate float64) time.Duration {
	return time.Duration(min(float64(n)/rate*float64(time.Second), float64(math.MaxInt64/4)))
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
	if wait := b.paused[name].Sub(now); wait > 0 {
		return wait, nil
	}
	full := b.full[name]
	if full.Before(now) {
		full = now
	}
	full = full.Add(spanOf(cost, rate))
	if wait := full.Add(-spanOf(burst, rate)).Sub(now); wait > 0 {
		return wait, nil
	}
	b.room(now)
	b.full[name] = full
	return 0, nil
}

// Pause implements Limits.
func (b *rateBuckets) Pause(_ context.Context, name string, length time.Duration) error {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.room(now)
	if until := now.Add(length); until.After(b.paused[name]) {
		b.paused[name] = until
	}
	return nil
}

// room drops what says nothing any more, where there is much.
func (b *rateBuckets) room(now time.Time) {
	for _, times := range []map[string]time.Time{b.full, b.paused} {
		if len(times) < maxBuckets {
			continue
		}
		for name, until := range times {
			if !until.After(now) {
				delete(times, name)
			}
		}
	}
}

// pausedFor is how long nobody may take from the bucket of a name.
func (b *rateBuckets) pausedFor(name string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Until(b.paused[name])
}
