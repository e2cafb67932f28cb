package state

import (
	"context"
	"time"
)

// Limits are rates that all replicas keep to together. Time is the Redis
// server's, or this process's where there is no Redis.
type Limits interface {
	// Take takes cost tokens out of the bucket of a name, which gains rate tokens
	// a second and holds burst at most (a cost above it is refused). wait 0: they
	// are taken. Else nothing was taken, and wait is the time after which it is
	// worth asking again; see Wait.
	//
	// A caller gives a name the same rate and burst each time. While Redis is away
	// each process has a bucket of its own, with its part of the rate and of the
	// burst by the number of processes that it knew of last; that is no error. A
	// process that has not heard of the others yet takes itself to be alone.
	Take(ctx context.Context, name string, rate float64, burst, cost int) (wait time.Duration, err error)
	// Pause lets nobody take from the bucket for a time, as after a 429 with
	// Retry-After. A pause is never shortened.
	Pause(ctx context.Context, name string, length time.Duration) error
}

// Wait takes cost tokens from l, and waits for them as long as ctx allows.
func Wait(ctx context.Context, l Limits, name string, rate float64, burst, cost int) error {
	for {
		wait, err := l.Take(ctx, name, rate, burst, cost)
		if err != nil || wait <= 0 {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}
