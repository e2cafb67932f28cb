package wire

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"logbot/logsapi/pace"
)

// How fast a client asks. No number is published for the log endpoints; the
// service's other limits are a few requests a second for one user.
const (
	defaultRate  = 5.0              // requests a second
	maxBurst     = 20               // requests at once, after a pause
	reserved     = 5                // of those, not for bulk readers
	slowest      = 1.0 / 16         // of the rate, however often the service asks for fewer
	recovery     = 30 * time.Second // from standing still to the whole rate
	sameRefusals = time.Second      // within it refusals are answers to one burst
)

// limiter spreads the requests of one credential, since the service counts them
// for one account. It is a bucket of tokens: a request takes one, and they come
// back at the rate.
//
// Requests that wait are admitted in the order in which they came, but those of
// bulk readers (Request.Bulk) only while no other waits and more than reserved
// tokens are left. So a person who wants one page gets it at once, however many
// logs are being read to their end; those get the rest of the rate.
type limiter struct {
	most float64 // the rate when nothing is wrong

	mu          sync.Mutex
	bucket      pace.Bucket
	rate        float64         // tokens a second, from most*slowest to most
	rated       time.Time       // when rate was last brought up to date
	throttled   time.Time       // when the service last asked for fewer requests
	interactive []chan struct{} // one for each request that waits, closed when it may go
	bulk        []chan struct{}
	timer       *time.Timer // runs while a request waits
}

func newLimiter(rate float64) *limiter {
	return &limiter{most: rate, rate: rate}
}

// bucketRate is the present rate.
func (l *limiter) bucketRate() pace.Rate { return pace.Rate{PerSecond: l.rate, Burst: maxBurst} }

// wait returns when a request may be sent, or with an error when ctx ends first.
func (l *limiter) wait(ctx context.Context, bulk bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	admitted := make(chan struct{})
	queue := &l.interactive
	if bulk {
		queue = &l.bulk
	}
	l.mu.Lock()
	*queue = append(*queue, admitted)
	l.serve()
	l.mu.Unlock()
	select {
	case <-admitted:
		return nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(*queue, admitted); i >= 0 {
		*queue = slices.Delete(*queue, i, i+1)
	} else {
		l.bucket.Return(l.bucketRate(), 1) // its turn had just come
	}
	l.serve()
	return fmt.Errorf("its turn has not come, at %.2g requests a second: %w", l.rate, ctx.Err())
}

// slow is called when the service asks for fewer requests.
func (l *limiter) slow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.recover()
	if !l.throttled.IsZero() && now.Sub(l.throttled) < sameRefusals {
		return
	}
	l.throttled = now
	l.rate = max(l.rate/2, l.most*slowest)
	l.bucket.Empty(now, l.bucketRate())
	l.serve()
}

// serve admits the requests whose turn has come, and sets the timer for the next.
func (l *limiter) serve() {
	now := l.recover()
	for {
		queue, keep := &l.interactive, 0
		if len(*queue) == 0 {
			queue, keep = &l.bulk, reserved
		}
		if len(*queue) == 0 {
			if l.timer != nil {
				l.timer.Stop()
			}
			return
		}
		if wait := l.bucket.Wait(now, l.bucketRate(), keep+1); wait > 0 {
			wait += time.Millisecond
			if l.timer == nil {
				l.timer = time.AfterFunc(wait, func() {
					l.mu.Lock()
					defer l.mu.Unlock()
					l.serve()
				})
			}
			l.timer.Reset(wait)
			return
		}
		l.bucket.Claim(now, l.bucketRate(), 1)
		close((*queue)[0])
		*queue = slices.Delete(*queue, 0, 1)
	}
}

// recover lets the rate recover since the last time, and returns the time.
func (l *limiter) recover() time.Time {
	now := time.Now()
	if !l.rated.IsZero() {
		before := l.bucketRate()
		l.rate = min(l.rate+l.most*now.Sub(l.rated).Seconds()/recovery.Seconds(), l.most)
		l.bucket.Adjust(now, before, l.bucketRate())
	}
	l.rated = now
	return now
}
