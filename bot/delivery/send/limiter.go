package send

import (
	"context"
	"fmt"
	"sync"
	"time"

	"logbot/logsapi/pace"
)

// Limiter says when something may be done, so that all replicas together keep
// Slack's limits. Names are those of methods, or "post/" and a channel.
// Implementations are safe for concurrent use.
type Limiter interface {
	// Take claims one use of name, of which there may be perSecond a second on
	// average and burst at once after a rest. It returns how long to wait before the
	// use; the claim holds whether it is used or not. It may also wait itself. If the
	// deadline of ctx comes before the use, it claims nothing and returns an error.
	Take(ctx context.Context, name string, perSecond float64, burst int) (wait time.Duration, err error)

	// Pause allows no use of name before until, as Slack asked for that, and no burst
	// after it.
	Pause(ctx context.Context, name string, until time.Time) error
}

// Unlimited is a Limiter without limits, for a stand-in for Slack.
type Unlimited struct{}

// Take never waits.
func (Unlimited) Take(context.Context, string, float64, int) (time.Duration, error) { return 0, nil }

// Pause does nothing.
func (Unlimited) Pause(context.Context, string, time.Time) error { return nil }

// maxNames is how many names are kept before those without recent use are
// forgotten.
const maxNames = 4096

// localLimiter is the Limiter of one process.
type localLimiter struct {
	mu      sync.Mutex
	buckets pace.Buckets
}

func newLocalLimiter() *localLimiter {
	return &localLimiter{buckets: pace.Buckets{Most: maxNames}}
}

func (l *localLimiter) Take(ctx context.Context, name string, perSecond float64, burst int) (time.Duration, error) {
	if perSecond <= 0 || burst < 1 {
		return 0, fmt.Errorf("limit of %s: %g a second, %d at once", name, perSecond, burst)
	}
	rate := pace.Rate{PerSecond: perSecond, Burst: burst}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b := l.buckets.Get(now, name)
	wait := b.Wait(now, rate, 1)
	if end, ends := ctx.Deadline(); ends && wait > 0 && now.Add(wait).After(end) {
		return 0, fmt.Errorf("limit of %s: %w: it has to wait %v", name, context.DeadlineExceeded, wait)
	}
	b.Claim(now, rate, 1)
	return wait, nil
}

func (l *localLimiter) Pause(_ context.Context, name string, until time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buckets.Get(time.Now(), name).Pause(until)
	return nil
}
