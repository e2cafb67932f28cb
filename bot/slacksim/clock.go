package slacksim

import (
	"slices"
	"sync"
	"time"
)

// Clock gives the simulator the time and its timers: the 3 s of an acknowledgement,
// pings, tickets, the 30 min of a response URL, rate limits. Methods may be called
// concurrently.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f once after d. The returned function stops the timer if it
	// has not fired.
	AfterFunc(d time.Duration, f func()) (stop func())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) func() {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}

// HandClock is a Clock that only Advance moves, so that a test over real sockets
// can let 30 minutes pass at once.
type HandClock struct {
	mu     sync.Mutex
	now    time.Time
	timers []*handTimer // by due time
}

type handTimer struct {
	due time.Time
	f   func()
}

// NewHandClock returns a clock that shows start.
func NewHandClock(start time.Time) *HandClock { return &HandClock{now: start} }

// Now returns the time the clock was last moved to.
func (c *HandClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc implements Clock; f runs inside the Advance that reaches it.
func (c *HandClock) AfterFunc(d time.Duration, f func()) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &handTimer{due: c.now.Add(d), f: f}
	at, _ := slices.BinarySearchFunc(c.timers, t, func(a, b *handTimer) int {
		if a.due.After(b.due) {
			return 1
		}
		return -1 // timers with equal due times keep their order
	})
	c.timers = slices.Insert(c.timers, at, t)
	return func() { c.remove(t) }
}

func (c *HandClock) remove(t *handTimer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.timers, t); i >= 0 {
		c.timers = slices.Delete(c.timers, i, i+1)
	}
}

// Advance moves the clock by d and calls the timers that are due, one after the
// other.
func (c *HandClock) Advance(d time.Duration) {
	end := c.Now().Add(d)
	for {
		f := c.next(end)
		if f == nil {
			return
		}
		f()
	}
}

// next removes the first timer due by end, sets the clock to its time and returns
// its function. Without such a timer it sets the clock to end and returns nil.
func (c *HandClock) next(end time.Time) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 || c.timers[0].due.After(end) {
		c.now = end
		return nil
	}
	t := c.timers[0]
	c.timers = slices.Delete(c.timers, 0, 1)
	c.now = t.due
	return t.f
}
