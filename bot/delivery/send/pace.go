package send

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/logsapi/pace"
)

type paced struct {
	pacer  *pacer
	limits []Limit
}

func (s paced) exec(ctx context.Context, _ *Request, next next) Result {
	if err := s.pacer.wait(ctx, s.limits); err != nil {
		return withhold(err)
	}
	res := next(ctx)
	if res.outcome == limited {
		s.pacer.pause(ctx, s.limits[0].name, res.wait)
		res.wait = 0 // the pacer waits
	}
	return res
}

type ifUnlimited struct {
	pacer  *pacer
	limits []Limit
}

func (s ifUnlimited) exec(ctx context.Context, _ *Request, next next) Result {
	if !s.pacer.tryTake(ctx, s.limits) {
		return withhold(ErrWouldWait)
	}
	return next(ctx)
}

// pacer waits as its limiters say.
type pacer struct {
	shared Limiter // nil if this process is the only one
	local  *localLimiter
	log    logrus.FieldLogger

	mu     sync.Mutex
	paused pace.Buckets // holds those that wait already; a Limiter holds later ones
}

func newPacer(shared Limiter, log logrus.FieldLogger) *pacer {
	return &pacer{shared: shared, local: newLocalLimiter(), log: log, paused: pace.Buckets{Most: maxNames}}
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
		wait, err := p.limiter().Take(ctx, l.name, l.perSecond, l.burst)
		if err != nil && p.shared != nil && ctx.Err() == nil {
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

func (p *pacer) limiter() Limiter {
	if p.shared != nil {
		return p.shared
	}
	return p.local
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
		wait, err := p.limiter().Take(ctx, l.name, l.perSecond, l.burst)
		if err != nil || pace.Sleep(ctx, wait) != nil {
			return false
		}
	}
	return true
}

// pausedFor is how long the pauses last that this process was asked for.
func (p *pacer) pausedFor(limits []Limit) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, longest := time.Now(), time.Duration(0)
	for _, l := range limits {
		longest = max(longest, p.paused.Get(now, l.name).Paused(now))
	}
	return longest
}

// pause stops name for all requests of all replicas.
func (p *pacer) pause(ctx context.Context, name string, d time.Duration) {
	now := time.Now()
	until := now.Add(d)
	p.mu.Lock()
	p.paused.Get(now, name).Pause(until)
	p.mu.Unlock()
	if err := p.limiter().Pause(ctx, name, until); err != nil && ctx.Err() == nil {
		p.log.Warnf("share a pause towards Slack with the other replicas: %v", err)
	}
}
