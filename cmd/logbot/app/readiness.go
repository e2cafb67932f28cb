package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"logbot/bot"
	"logbot/cache/pagestore"
	"logbot/cache/redisclient"
	"logbot/cmd/logbot/listen"
	"logbot/cmd/logbot/metrics"
	"logbot/logsapi"
	"logbot/logsapi/pace"
)

const (
	// probeEvery is the pause between two looks at the state, and probeWithin how long
	// one may take.
	probeEvery  = 5 * time.Second
	probeWithin = time.Second
	// silentAfter is how long Slack may be silent on all sockets until the bot is not
	// ready; it answers a ping every five seconds, and a socket that is silent for 15 s
	// is replaced.
	silentAfter = 30 * time.Second
	// deadAfter is how long Slack may be silent until the process should be restarted.
	deadAfter = 5 * time.Minute
)

// Status is what /healthz and /readyz tell. It is valid from OpenBot on.
func (b *Bot) Status() listen.Status {
	return listen.Status{
		Alive: func() (bool, string) {
			silence := b.bot.Stats().Sockets.Silence
			if silence < deadAfter {
				return true, ""
			}
			return false, fmt.Sprintf("Slack was not heard for %v", silence.Round(time.Second))
		},
		Parts: map[string]func() listen.Part{
			"slack":    b.slackPart,
			"state":    b.probed.part,
			"codearts": b.watcher.upstream.part,
		},
	}
}

// slackPart says whether commands arrive and can be answered.
func (b *Bot) slackPart() listen.Part {
	ready, why := b.bot.Ready()
	if !ready {
		return listen.Part{State: listen.Down, Why: why}
	}
	h := b.bot.Stats().Sockets
	switch {
	case h.Silence >= silentAfter:
		return listen.Part{State: listen.Down, Why: fmt.Sprintf("Slack was not heard for %v", h.Silence.Round(time.Second))}
	case h.Connected < h.Wanted:
		return listen.Part{State: listen.Degraded, Why: fmt.Sprintf("%d of %d connections are open: %s", h.Connected, h.Wanted, h.Trouble)}
	}
	return listen.Part{State: listen.OK}
}

// queue tells how much stored work there is; a state.Intents does.
type queue interface {
	Len(ctx context.Context) (int, error)
}

// probe looks at the state now and then. It is safe for concurrent use.
type probe struct {
	queued atomic.Int64

	mu   sync.Mutex
	last listen.Part
}

// run looks until ctx ends, and tells what each look found: nil if the state works.
func (p *probe) run(ctx context.Context, q queue, tell func(context.Context, error)) {
	for {
		if err := p.look(ctx, q); ctx.Err() == nil {
			tell(ctx, err)
		}
		if pace.Sleep(ctx, probeEvery) != nil {
			return
		}
	}
}

// look asks the state how much work it has. A call that does not return in time is not
// waited for.
func (p *probe) look(ctx context.Context, q queue) error {
	within, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	type answer struct {
		n   int
		err error
	}
	answered := make(chan answer, 1)
	go func() {
		n, err := q.Len(within)
		answered <- answer{n, err}
	}()
	var a answer
	select {
	case a = <-answered:
	case <-within.Done():
		a.err = fmt.Errorf("no answer within %v", probeWithin)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	part := listen.Part{State: listen.OK}
	if a.err != nil {
		part = listen.Part{State: listen.Down, Why: a.err.Error()}
	} else {
		p.queued.Store(int64(a.n))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = part
	return a.err
}

func (p *probe) part() listen.Part {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last.State == "" {
		return listen.Part{State: listen.Unknown}
	}
	return p.last
}

// upstream is what the last answers of CodeArts tell of it. It implements
// logsapi.Observer and is safe for concurrent use.
type upstream struct {
	mu       sync.Mutex
	answered bool
	failing  map[string]string // by service: why
}

// Exchanged implements logsapi.Observer.
func (u *upstream) Exchanged(service string, status int, _ time.Duration) {
	if status < 200 || status > 299 {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answered = true
	delete(u.failing, service)
}

// Failed implements logsapi.Observer. An error about what was asked for says nothing of
// the service.
func (u *upstream) Failed(service string, e *logsapi.Error) {
	for _, kind := range []error{logsapi.ErrUnauthorized, logsapi.ErrThrottled, logsapi.ErrUnavailable, logsapi.ErrProtocol} {
		if !errors.Is(e.Kind, kind) {
			continue
		}
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.failing == nil {
			u.failing = map[string]string{}
		}
		u.failing[service] = fmt.Sprintf("%s: %s", e.Host, e.Summary)
		return
	}
}

// part is Degraded at worst: a log that is cached is answered all the same.
func (u *upstream) part() listen.Part {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, service := range logsapi.Services() {
		if why, failing := u.failing[service]; failing {
			return listen.Part{State: listen.Degraded, Why: service + ": " + why}
		}
	}
	if !u.answered {
		return listen.Part{State: listen.Unknown, Why: "nothing was asked yet"}
	}
	return listen.Part{State: listen.OK}
}

// counted are the counts that the bot's parts keep.
func (b *Bot) counted() metrics.Sources {
	return metrics.Sources{
		Pages: b.pages.Stats,
		Slack: func() bot.Stats { return b.bot.Stats() },
		Jobs:  b.jobs.Stats,
		Stores: func() map[string]redisclient.BreakerStats {
			stats := map[string]redisclient.BreakerStats{"state": b.store.Breakers()}
			if inRedis, ok := b.stored.(*pagestore.Redis); ok {
				stats["pages"] = inRedis.Breakers()
			}
			return stats
		},
		State: func() metrics.StateStats {
			audit := b.auditor.Stats()
			return metrics.StateStats{
				Queued:    int(b.probed.queued.Load()),
				LostVotes: b.records.lost.Load(), Audit: metrics.AuditStats{Stored: audit.Stored, Lost: audit.Lost, Uncopied: audit.Uncopied, Crashes: audit.Crashes},
				Right: b.records.right.Load(), Wrong: b.records.wrong.Load(),
				Masked: b.masked.Load() + b.ruled.maskedNow(),
			}
		},
	}
}
