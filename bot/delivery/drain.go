package delivery

import (
	"context"
	"sync"
	"sync/atomic"
)

// Stats is what a courier has done since it was made.
type Stats struct {
	Sent    int64 // calls that were carried out
	Retried int64 // tries after the first
	Limited int64 // times that Slack asked for patience
	Repeats int64 // messages sent again, and marked so, though an earlier try may have arrived
	Unsure  int64 // files of which only a later refusal shows that they arrived
	LeftOut int64 // notes of progress that were not worth a wait
	Waiting int64 // deliveries that are not over
}

// counters are the Stats as they grow.
type counters struct {
	Sent, Retried, Limited, Repeats, Unsure, LeftOut atomic.Int64
}

// Stats returns what was done so far.
func (c *Courier) Stats() Stats {
	return Stats{
		Sent: c.counted.Sent.Load(), Retried: c.counted.Retried.Load(), Limited: c.counted.Limited.Load(),
		Repeats: c.counted.Repeats.Load(), Unsure: c.counted.Unsure.Load(), LeftOut: c.counted.LeftOut.Load(),
		Waiting: int64(c.underway.count()),
	}
}

// underway counts deliveries.
type underway struct {
	mu     sync.Mutex
	n      int
	idle   chan struct{} // closed when n becomes 0
	closed bool
}

func (u *underway) add() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return false
	}
	if u.n == 0 {
		u.idle = make(chan struct{})
	}
	u.n++
	return true
}

func (u *underway) done() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.n--
	if u.n == 0 {
		close(u.idle)
	}
}

func (u *underway) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.n
}

// rest is closed when nothing is under way; nil when nothing is now.
func (u *underway) rest() <-chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.n == 0 {
		return nil
	}
	return u.idle
}

func (u *underway) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
}

// begin counts a delivery and gives its context an end.
func (c *Courier) begin(ctx context.Context) (context.Context, func(), error) {
	if !c.underway.add() {
		return nil, nil, ErrClosed
	}
	ctx, cancel := context.WithCancelCause(ctx)
	unbind := context.AfterFunc(c.life, func() { cancel(ErrClosed) })
	release := func() { unbind(); cancel(nil); c.underway.done() }
	if _, ends := ctx.Deadline(); ends {
		return ctx, release, nil
	}
	ctx, stop := context.WithTimeout(ctx, deliverWithin)
	return ctx, func() { stop(); release() }, nil
}

// Drain waits until everything that was handed over is delivered, or ctx ends. It
// goes on taking deliveries meanwhile; Close does not. It returns how many are not
// over.
func (c *Courier) Drain(ctx context.Context) (left int) {
	for {
		idle := c.underway.rest()
		if idle == nil {
			return 0
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return c.underway.count()
		}
	}
}

// Close ends what is still under way and takes no more. Deliveries that it ends
// return ErrClosed.
func (c *Courier) Close() {
	c.underway.close()
	c.end()
}
