package pace

import (
	"context"
	"math/rand/v2"
	"time"
)

// Sleep waits for d, or until ctx ends; then it returns the cause of that. A d of
// 0 or less only looks at ctx.
func Sleep(ctx context.Context, d time.Duration) error {
	return SleepOr(ctx, d, nil)
}

// SleepOr is Sleep that a value or the closing of wake ends early, which is no
// error. A nil wake never does.
func SleepOr(ctx context.Context, d time.Duration, wake <-chan struct{}) error {
	if d <= 0 || ctx.Err() != nil {
		return context.Cause(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-wake:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Backoff is the pause after the n-th failure in a row, counted from 1: first,
// then twice as long each time, at most most.
func Backoff(n int, first, most time.Duration) time.Duration {
	for ; n > 1 && first <= most/2; n-- {
		first *= 2
	}
	if n > 1 {
		return most
	}
	return min(first, most)
}

// Jitter returns a random time from half of d to d, so that many who failed
// together do not try again together.
func Jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d - rand.N(d/2+1)
}
