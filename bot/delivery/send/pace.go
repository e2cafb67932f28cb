package send

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/logsapi/pace"
)

// Limit is how often one thing may be done at Slack.
type Limit struct {
	name      string
	perSecond float64
	burst     int
}

// Slack's limits (apis/web-api/rate-limits), with room left to stay below them: a
// tier counts calls in a minute, so burst + 60·rate is less than the tier.

// InChannel is the limit of messages in one channel: one a second, "short bursts"
// tolerated. Response URLs and ephemeral messages count, too.
func InChannel(channel string) Limit { return Limit{"post/" + channel, 1, 3} }

// InWorkspace is the limit of messages in all channels together: "several hundred" a
// minute.
func InWorkspace() Limit { return Limit{"chat.postMessage", 5, 300} }

// Tier2 is the limit of a method of this tier: 19 of 20 calls a minute.
func Tier2(method string) Limit { return Limit{method, 0.2, 7} }

// Tier3 is the limit of a method of this tier: 48 of 50 calls a minute.
func Tier3(method string) Limit { return Limit{method, 0.6, 12} }

// Tier4 is the limit of a method of this tier: 97 of 100 calls a minute.
func Tier4(method string) Limit { return Limit{method, 1.2, 25} }

// Rate is the limit as a rate.
func (l Limit) Rate() pace.Rate { return pace.Rate{PerSecond: l.perSecond, Burst: l.burst} }

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

type localLimiter struct {
	mu      sync.Mutex
	buckets pace.Buckets
}

func newLocalLimiter() *localLimiter {
	return &localLimiter{buckets: pace.Buckets{Most: maxNames}}
}

func (l *localLimiter) Take(ctx context.Context, name string, perSecond float64, burst int) (time.Duration, error) {
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

// paused is how long a pause of name still lasts.
func (l *localLimiter) paused(name string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	return l.buckets.Get(now, name).Paused(now)
}

// pacer waits as its limiters say.
type pacer struct {
	limiter Limiter       // shared with other processes, or local
	local   *localLimiter // holds the pauses of those that wait already
	log     logrus.FieldLogger
}

func newPacer(shared Limiter, log logrus.FieldLogger) *pacer {
	p := &pacer{limiter: shared, local: newLocalLimiter(), log: log}
	if shared == nil {
		p.limiter = p.local
	}
	return p
}

// Paced waits before each attempt until all limits allow it. It pauses the first
// one for everybody when Slack says that there are too many requests.
func (p *pacer) Paced(limits ...Limit) Stage {
	return func(ctx context.Context, _ *Request, next func(context.Context) Result) Result {
		if err := p.wait(ctx, limits); err != nil {
			return withhold(err)
		}
		res := next(ctx)
		if res.outcome == limited {
			p.pause(ctx, limits[0].name, res.wait)
			res.wait = 0 // the pacer waits
		}
		return res
	}
}

// IfUnlimited is Paced for a request that is dropped with ErrWouldWait rather than
// wait.
func (p *pacer) IfUnlimited(limits ...Limit) Stage {
	return func(ctx context.Context, _ *Request, next func(context.Context) Result) Result {
		if !p.tryTake(ctx, limits) {
			return withhold(ErrWouldWait)
		}
		return next(ctx)
	}
}

// wait takes one use of each limit and waits until it may begin.
func (p *pacer) wait(ctx context.Context, limits []Limit) error {
	wait, err := p.takeAll(ctx, limits)
	if err != nil {
		return err
	}
	for {
		if err := pace.Sleep(ctx, wait); err != nil {
			return err
		}
		if wait = p.pausedFor(limits); wait <= 0 {
			return nil
		}
	}
}

// takeAll takes one use of each limit and returns the longest wait.
func (p *pacer) takeAll(ctx context.Context, limits []Limit) (longest time.Duration, err error) {
	for _, l := range limits {
		wait, err := p.limiter.Take(ctx, l.name, l.perSecond, l.burst)
		if err != nil && p.limiter != Limiter(p.local) && ctx.Err() == nil {
			p.log.Warnf("shared rate limits towards Slack unavailable, using those of this process: %v", err)
			wait, err = p.local.Take(ctx, l.name, l.perSecond, l.burst)
		}
		if err != nil {
			return 0, err
		}
		longest = max(longest, wait)
	}
	return longest, nil
}

// tryWithin is how long tryTake may take: a shared limiter has to be asked.
const tryWithin = 100 * time.Millisecond

// tryTake takes one use of each limit if there is no wait. If it reports false, the
// limit that is used up was not taken from: what is dropped must not delay others.
func (p *pacer) tryTake(ctx context.Context, limits []Limit) bool {
	if p.pausedFor(limits) > 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, tryWithin)
	defer cancel()
	for _, l := range limits {
		wait, err := p.limiter.Take(ctx, l.name, l.perSecond, l.burst)
		if err != nil || pace.Sleep(ctx, wait) != nil {
			return false
		}
	}
	return true
}

// pausedFor is how long the pauses last that this process was asked for.
func (p *pacer) pausedFor(limits []Limit) (longest time.Duration) {
	for _, l := range limits {
		longest = max(longest, p.local.paused(l.name))
	}
	return longest
}

// PausedFor is how long this process still posts nothing in a channel because Slack
// asked for that.
func (p *pacer) PausedFor(channel string) time.Duration {
	return p.pausedFor([]Limit{InChannel(channel)})
}

// pause stops name for all requests of all replicas.
func (p *pacer) pause(ctx context.Context, name string, d time.Duration) {
	until := time.Now().Add(d)
	err := p.local.Pause(ctx, name, until)
	if p.limiter != Limiter(p.local) {
		err = p.limiter.Pause(ctx, name, until)
	}
	if err != nil && ctx.Err() == nil {
		p.log.Warnf("share a pause towards Slack with the other replicas: %v", err)
	}
}
