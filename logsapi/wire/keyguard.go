package wire

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// keyLock is how long a key is locked after more than five failures in a
	// row, for everything else that uses it too (signing guide of the service).
	keyLock = 5 * time.Minute
	// maxSigned is how many signed requests may be without an answer at a time:
	// were the key refused just now, so many failures would be on their way.
	maxSigned = 4
)

// keyGuard prevents that the service locks a key. After the key was refused it
// holds requests back for a while, and until the service has accepted it only one
// request at a time may pass. The zero keyGuard is ready for use.
type keyGuard struct {
	most int // requests inside at a time; 0 is any number

	mu       sync.Mutex
	inside   int
	accepted bool          // by the last answer that says so
	freed    chan struct{} // closed when a request may enter; nil if none waits
	until    time.Time     // requests are held
	cause    Error
}

// enter returns when a request may be sent, which must be followed by leave, or
// with the error that a held request gets.
func (g *keyGuard) enter(ctx context.Context, op string, now func() time.Time) error {
	for {
		freed, err := g.try(op, now())
		if freed == nil {
			return err
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return ended(op, ctx.Err())
		}
	}
}

// try enters, or returns what to wait for.
func (g *keyGuard) try(op string, now time.Time) (freed chan struct{}, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.until) {
		e := g.cause
		e.Op = op
		e.RetryAfter = g.until.Sub(now)
		return nil, &e
	}
	if g.most > 0 && g.inside > 0 && (!g.accepted || g.inside >= g.most) {
		if g.freed == nil {
			g.freed = make(chan struct{})
		}
		return g.freed, nil
	}
	g.inside++
	return nil, nil
}

func (g *keyGuard) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.freed != nil {
		close(g.freed)
		g.freed = nil
	}
}

// answered notes whether an answer shows that the credential was accepted.
func (g *keyGuard) answered(status int) {
	if status >= 500 || status == http.StatusUnauthorized || status == http.StatusTooManyRequests {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.accepted = true
}

// shut holds all requests from now on, with e, which it completes.
func (g *keyGuard) shut(e *Error, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.until, g.accepted = now.Add(keyLock), false
	e.RetryAfter = keyLock
	e.Hint += fmt.Sprintf("; requests are held until %s, since repeated failures lock the access", g.until.UTC().Format("15:04:05 UTC"))
	g.cause = *e
}
