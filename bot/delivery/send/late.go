package send

import (
	"context"
	"sync"
	"time"
)

// Late tells somebody once that a delivery takes long: when Slack has been asked for
// some time and has not carried it out, or when such a request is ahead of it in its
// lane. Waiting for the bot's own pace does not count. It is safe for concurrent use.
type Late struct {
	ctx    context.Context // of tell
	cancel context.CancelFunc
	after  time.Duration
	tell   func(ctx context.Context, why error) // why is the last error; nil if Slack has not answered yet

	mu    sync.Mutex
	timer *time.Timer
	why   error
	over  bool // told, or the delivery has ended
	isDue bool // the time has passed
	told  sync.WaitGroup
	wake  func() // called once when the time has passed; may be nil
}

// passed reports whether the time has passed.
func (l *Late) passed() bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isDue
}

// NewLate returns a Late that calls tell, in a goroutine of its own, after that time.
// The caller ends it, which ends the context of tell. A nil Late does nothing.
func NewLate(ctx context.Context, after time.Duration, tell func(ctx context.Context, why error)) *Late {
	ctx, cancel := context.WithCancel(ctx)
	return &Late{ctx: ctx, cancel: cancel, after: after, tell: tell}
}

// Begin notes that Slack is being asked.
func (l *Late) Begin() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer == nil && !l.over {
		l.timer = time.AfterFunc(l.after, l.due)
	}
}

// Failed notes why Slack has not carried out a request. It counts as Begin.
func (l *Late) Failed(err error) {
	if l == nil {
		return
	}
	l.mu.Lock()
	l.why = err
	l.mu.Unlock()
	l.Begin()
}

// Arrived notes that Slack has carried out one request of a delivery that goes on.
func (l *Late) Arrived() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
}

// End ends the delivery. It waits until tell has returned.
func (l *Late) End() {
	if l == nil {
		return
	}
	l.Arrived()
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
	l.cancel()
	l.told.Wait()
}

// due tells at once, unless the delivery was told or has ended.
func (l *Late) due() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isDue = true
	wake := l.wake
	l.wake = nil
	if !l.over {
		l.over = true
		why := l.why
		l.told.Go(func() { l.tell(l.ctx, why) })
	}
	if wake != nil {
		go wake()
	}
}

// onDue has wake called when the time passes.
func (l *Late) onDue(wake func()) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake = wake
}
