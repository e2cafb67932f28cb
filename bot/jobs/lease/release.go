package lease

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// parallelCalls is how many calls to the store Release makes at the same time.
const parallelCalls = 32

// Release returns the commands that this process will not answer to the store, so that
// another process claims them at once, and tells the store what it missed. It is called
// when the bot has stopped. What the store is not told before ctx ends is logged;
// another process does that work when its lease ends.
func (h *Holder) Release(ctx context.Context) {
	slots := make(chan struct{}, parallelCalls)
	var calls sync.WaitGroup
	for _, l := range h.those(func(l *Lease) bool { return l.isCommand && l.held() || l.behind() }) {
		slots <- struct{}{}
		calls.Go(func() {
			defer func() { <-slots }()
			if err := l.release(ctx); err != nil {
				h.log.WithField("intent", l.currentClaim().ID).Warnf("stopping, but the store was not told about work of this process: %v", err)
			}
		})
	}
	calls.Wait()
}

func (l *Lease) release(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.holder.mu.Lock()
	behind := l.behind()
	l.holder.mu.Unlock()
	var missed error
	if behind {
		if err := l.holder.tell(ctx, l); NoAnswer(err) { // else it is logged
			missed = err
		}
	}
	l.holder.mu.Lock()
	unanswered := l.isCommand && l.held() && !l.answered // an answered one is ended by its next holder
	if l.isCommand && l.held() {
		l.setStatus(closed)
	}
	l.holder.mu.Unlock()
	if !unanswered {
		return missed
	}
	if err := l.Reschedule(ctx, time.Now(), l.currentClaim().Payload); err != nil {
		return fmt.Errorf("return a command to the store: %w", err)
	}
	return nil
}

// Idle returns a channel that is closed when this process holds no command. It is
// called once.
func (h *Holder) Idle() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	idle := make(chan struct{})
	h.idle = idle
	h.signalIdle()
	return idle
}

// signalIdle closes the channel of Idle if no command is held. h.mu is locked.
func (h *Holder) signalIdle() {
	if h.idle == nil {
		return
	}
	for _, l := range h.leases {
		if l.isCommand && l.held() {
			return
		}
	}
	close(h.idle)
	h.idle = nil
}
