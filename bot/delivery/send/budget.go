package send

import (
	"context"
	"errors"
	"sync"
	"time"

	"logbot/bot/recent"
)

const (
	responseUses = 5
	// responseLife is Slack's 30 minutes, less the time that a URL may have been on
	// its way to us.
	responseLife = 29 * time.Minute
	// maxBudgets limits the URLs that are remembered.
	maxBudgets = 8192
)

// ErrURLSpent says that a response_url accepts nothing any more, or has no more uses
// than are left to others.
var ErrURLSpent = errors.New("the response_url has no uses left")

// budgets count the uses of response URLs.
type budgets struct {
	mu    sync.Mutex
	byURL *recent.Map[*budget]
}

type budget struct {
	uses  int
	since time.Time
}

func newBudgets() *budgets { return &budgets{byURL: recent.NewMap[*budget](maxBudgets)} }

// Budgeted takes one use of a response_url for each attempt, and leaves so many to
// others. It ends in ErrURLSpent if it cannot. Without a URL it does nothing.
func (b *budgets) Budgeted(responseURL string, leave int) Stage {
	return func(ctx context.Context, _ *Request, next func(context.Context) Result) Result {
		if responseURL == "" {
			return next(ctx)
		}
		if !b.take(responseURL, leave) {
			return withhold(ErrURLSpent)
		}
		res := next(ctx)
		switch {
		case res.outcome == limited, res.outcome == missed, res.outcome == withheld:
			b.refund(responseURL)
		case isURLExpired(res.err):
			b.spend(responseURL)
			res.err = ErrURLSpent
		}
		return res
	}
}

// take takes one use if more than leave are left.
func (b *budgets) take(url string, leave int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	u := b.get(url)
	if u.uses+leave >= responseUses || time.Since(u.since) > responseLife {
		return false
	}
	u.uses++
	return true
}

// refund undoes a take whose attempt has surely not reached Slack.
func (b *budgets) refund(url string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if u := b.get(url); u.uses > 0 && u.uses <= responseUses {
		u.uses--
	}
}

// spend notes that Slack accepts nothing any more at a URL.
func (b *budgets) spend(url string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.get(url).uses = responseUses + 1
}

func (b *budgets) get(url string) *budget {
	u, known := b.byURL.Get(url)
	if !known {
		u = &budget{since: time.Now()}
		b.byURL.Set(url, u)
	}
	return u
}
