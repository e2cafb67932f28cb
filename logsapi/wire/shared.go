package wire

import (
	"context"
	"fmt"
	"time"

	"logbot/logsapi/pace"
)

// Shared is a rate that several processes with one credential keep together. It
// must be safe for concurrent use. After an error the request goes all the same:
// each process keeps its own rate, too.
type Shared interface {
	// Take takes one of burst tokens that come back at rate a second. wait 0: it is
	// taken. Else nothing was taken, and wait is the time after which it is worth
	// asking again.
	Take(ctx context.Context, rate float64, burst int) (wait time.Duration, err error)
	// Pause withholds all tokens for a time.
	Pause(ctx context.Context, length time.Duration) error
}

const (
	// sharedPatience bounds how long telling the others of a pause may take.
	sharedPatience = time.Second
	// leastPause is the pause after a refusal that names none: long enough for the
	// requests of all processes that are on their way to end.
	leastPause = time.Second
)

// shared is a Shared at the client's rate.
type shared struct {
	with Shared
	rate float64
}

// wait returns when a request may be sent, or with an error when ctx ends first.
func (s *shared) wait(ctx context.Context) error {
	if s == nil {
		return nil
	}
	for {
		wait, err := s.with.Take(ctx, s.rate, maxBurst)
		if err != nil || wait <= 0 {
			return ctx.Err()
		}
		if pace.Sleep(ctx, wait) != nil {
			return fmt.Errorf("its turn among the replicas has not come: %w", ctx.Err())
		}
	}
}

// pause tells the others that the service asks for fewer requests. It returns at
// once.
func (s *shared) pause(length time.Duration) {
	if s == nil {
		return
	}
	length = min(max(length, leastPause), longestWait)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), sharedPatience)
		defer cancel()
		_ = s.with.Pause(ctx, length) // each process slows down by itself, too
	}()
}
