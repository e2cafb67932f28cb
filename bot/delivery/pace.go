package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// A limit is how often one thing may be done at Slack.
type limit struct {
	name      string
	perSecond float64
	burst     int
}

// Slack's limits (apis/web-api/rate-limits), with room left to stay below them: a
// tier counts calls in a minute, so burst + 60·rate is less than the tier.
//
// Messages: one a second in a channel, "short bursts" tolerated; response URLs and
// ephemeral messages "in general" too. All channels together: "several hundred" a
// minute.
const (
	inChannelPerSecond, inChannelBurst = 1.0, 3
	allPerSecond, allBurst             = 5.0, 300
	tier3PerSecond, tier3Burst         = 0.6, 12 // 48 of 50 a minute
	tier4PerSecond, tier4Burst         = 1.2, 25 // 97 of 100 a minute
)

func inChannel(channel string) limit {
	return limit{"post/" + channel, inChannelPerSecond, inChannelBurst}
}
func inAll() limit              { return limit{"chat.postMessage", allPerSecond, allBurst} }
func tier3(method string) limit { return limit{method, tier3PerSecond, tier3Burst} }
func tier4(method string) limit { return limit{method, tier4PerSecond, tier4Burst} }

// Limiter says when something may be done, so that all replicas together keep
// Slack's limits. Names are those of methods, or "post/" and a channel.
// Implementations are safe for concurrent use.
type Limiter interface {
	// Take claims one use of name, of which there may be so many a second, and
	// burst at once after a rest. It returns how long to wait before it; the claim
	// holds whether it is used or not. It may also wait itself. Where the deadline
	// of ctx comes before the use may begin, it claims nothing and returns an error.
	Take(ctx context.Context, name string, perSecond float64, burst int) (wait time.Duration, err error)

	// Pause lets no use of name begin before until, because Slack said so, and no
	// burst after it.
	Pause(ctx context.Context, name string, until time.Time) error
}

// Unlimited is a Limiter without limits, for measurements against a stand-in.
type Unlimited struct{}

// Take never waits.
func (Unlimited) Take(context.Context, string, float64, int) (time.Duration, error) { return 0, nil }

// Pause does nothing.
func (Unlimited) Pause(context.Context, string, time.Time) error { return nil }

// forgetAbove is how many names are kept before those that are at rest are
// forgotten.
const forgetAbove = 4096

// ownPace is the Limiter of one process.
type ownPace struct {
	mu    sync.Mutex
	names map[string]*debt
}

// debt is what a name owes: it is paid off at paid, and burst-1 uses may be owed.
type debt struct {
	paid  time.Time
	spare time.Duration // how much may be owed
}

func newOwnPace() *ownPace { return &ownPace{names: map[string]*debt{}} }

func (o *ownPace) Take(ctx context.Context, name string, perSecond float64, burst int) (time.Duration, error) {
	if perSecond <= 0 || burst < 1 {
		return 0, fmt.Errorf("pace of %s: %g a second, %d at once", name, perSecond, burst)
	}
	each := time.Duration(float64(time.Second) / perSecond)
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	d := o.of(name, now)
	d.spare = time.Duration(burst-1) * each
	if d.paid.Before(now) {
		d.paid = now
	}
	wait := max(0, d.paid.Sub(now)-d.spare)
	if end, ends := ctx.Deadline(); ends && wait > 0 && now.Add(wait).After(end) {
		return 0, fmt.Errorf("pace of %s: %w before its turn in %v", name, context.DeadlineExceeded, wait)
	}
	d.paid = d.paid.Add(each)
	return wait, nil
}

func (o *ownPace) Pause(_ context.Context, name string, until time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	d := o.of(name, time.Now())
	if owed := until.Add(d.spare); owed.After(d.paid) {
		d.paid = owed
	}
	return nil
}

func (o *ownPace) of(name string, now time.Time) *debt {
	if d := o.names[name]; d != nil {
		return d
	}
	if len(o.names) >= forgetAbove {
		for n, d := range o.names {
			if d.paid.Before(now) {
				delete(o.names, n)
			}
		}
	}
	d := &debt{}
	o.names[name] = d
	return d
}

// pacer waits as a Limiter says, and by itself where that is out of reach.
type pacer struct {
	shared Limiter
	own    *ownPace
	log    logrus.FieldLogger

	mu     sync.Mutex
	paused map[string]time.Time // by this process; for those who wait already
}

func newPacer(shared Limiter, log logrus.FieldLogger) *pacer {
	p := &pacer{shared: shared, own: newOwnPace(), log: log, paused: map[string]time.Time{}}
	if shared == nil {
		p.shared = p.own
	}
	return p
}

// claim takes one use of each limit and returns how long to wait for the last.
func (p *pacer) claim(ctx context.Context, limits []limit) (longest time.Duration, err error) {
	_, own := p.shared.(*ownPace)
	for _, l := range limits {
		wait, err := p.shared.Take(ctx, l.name, l.perSecond, l.burst)
		if err != nil && !own && ctx.Err() == nil {
			p.log.Warnf("the shared pace towards Slack is out of reach: %v", err)
			wait, err = p.own.Take(ctx, l.name, l.perSecond, l.burst)
		}
		if err != nil {
			return 0, err
		}
		longest = max(longest, wait)
	}
	return longest, nil
}

// passingWithin is how long something passing may wait for its limits: for the
// answer of a pace that is shared, not for a turn.
const passingWithin = 100 * time.Millisecond

// spare claims one use of each limit where that means no wait. Where it reports
// false, the limit that has no room was not claimed: what is left out must not
// hold up what comes after it.
func (p *pacer) spare(ctx context.Context, limits []limit) bool {
	if p.pauseOf(limits) > 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, passingWithin)
	defer cancel()
	for _, l := range limits {
		wait, err := p.shared.Take(ctx, l.name, l.perSecond, l.burst)
		if err != nil || sleep(ctx, wait) != nil {
			return false
		}
	}
	return true
}

// wait claims one use of each limit and waits until it may begin.
func (p *pacer) wait(ctx context.Context, limits []limit) error {
	wait, err := p.claim(ctx, limits)
	if err != nil {
		return err
	}
	for {
		if err := sleep(ctx, wait); err != nil {
			return err
		}
		if wait = p.pauseOf(limits); wait <= 0 {
			return nil
		}
	}
}

// pauseOf is how long the pauses of this process last.
func (p *pacer) pauseOf(limits []limit) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	longest := time.Duration(0)
	for _, l := range limits {
		longest = max(longest, time.Until(p.paused[l.name]))
	}
	return longest
}

// pause stops name for everybody.
func (p *pacer) pause(ctx context.Context, name string, d time.Duration) {
	until := time.Now().Add(d)
	p.mu.Lock()
	if len(p.paused) >= forgetAbove {
		for n, t := range p.paused {
			if time.Until(t) <= 0 {
				delete(p.paused, n)
			}
		}
	}
	if until.After(p.paused[name]) {
		p.paused[name] = until
	}
	p.mu.Unlock()
	if err := p.shared.Pause(ctx, name, until); err != nil && ctx.Err() == nil {
		p.log.Warnf("tell all replicas of a pause towards Slack: %v", err)
	}
}

// sleep waits d, or until ctx ends, which is an error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
