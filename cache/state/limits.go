package state

import (
	"context"
	"time"

	"logbot/logsapi/pace"
)

// Limits are rates that all replicas share. Time is the Redis server's, or this
// process's if there is no Redis.
type Limits interface {
	// Take takes cost tokens from the bucket of a name, which gains rate tokens a
	// second and holds at most burst (a higher cost is an error). It returns 0 if
	// they are taken. Otherwise nothing was taken, and wait is how long it takes
	// until asking again is worth it; see Wait.
	//
	// A caller passes the same rate and burst for a name each time. While Redis is
	// away each process has a bucket of its own, with its share of the rate and of
	// the burst by the number of processes it last knew; that is not an error. A
	// process that does not know of others yet assumes that it is alone.
	Take(ctx context.Context, name string, rate float64, burst, cost int) (wait time.Duration, err error)
	// Pause stops the bucket from giving tokens for a time, as after a 429 with
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
		if err := pace.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}
