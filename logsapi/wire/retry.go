package wire

import (
	"context"
	"errors"
	"time"

	"logbot/logsapi/pace"
)

const (
	maxTries     = 4                // of a request, the first included
	firstBackoff = time.Second      // doubled with every try, with jitter
	longestWait  = 30 * time.Second // a longer Retry-After is left to the caller
)

// retrier tries again what may succeed in a moment.
type retrier struct {
	sleep func(context.Context, time.Duration) error
}

// Retry calls try until it succeeds, fails with an error that will not go away,
// or has failed four times. In between it waits, but not past ctx's deadline.
func (r *retrier) Retry(ctx context.Context, op string, try func() error) error {
	for n := 1; ; n++ {
		err := try()
		var e *Error
		if err == nil || !errors.As(err, &e) || !e.again || n == maxTries {
			return err
		}
		wait := max(e.RetryAfter, pace.Jitter(pace.Backoff(n, firstBackoff, longestWait)))
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait || wait > longestWait {
			return err
		}
		if err := r.Pause(ctx, op, wait); err != nil {
			return err
		}
	}
}

// Pause waits for d. Its error says that ctx ended during op.
func (r *retrier) Pause(ctx context.Context, op string, d time.Duration) error {
	if r.sleep(ctx, d) != nil {
		return ended(op, ctx.Err())
	}
	return nil
}
