package work

import (
	"context"
	"runtime/debug"
	"sync"

	"github.com/sirupsen/logrus"

	"logbot/cache/patience"
)

const (
	// UrgentWorkers is how many urgent functions run at a time.
	UrgentWorkers = 4
	maxUrgent     = 128
)

// Urgent runs what must follow a press at once, such as opening a form. It does not
// wait behind commands. It is safe for concurrent use.
type Urgent struct {
	queue   chan func(context.Context)
	pending *sync.WaitGroup
	log     logrus.FieldLogger
}

// NewUrgent returns an empty queue. pending counts what is waited for before the
// process ends.
func NewUrgent(pending *sync.WaitGroup, log logrus.FieldLogger) *Urgent {
	return &Urgent{queue: make(chan func(context.Context), maxUrgent), pending: pending, log: log}
}

// Submit queues do without waiting. It reports false if the queue is full.
func (u *Urgent) Submit(do func(context.Context)) bool {
	select {
	case u.queue <- do:
		return true
	default:
		return false
	}
}

// detach runs do in a goroutine of its own, because it waits for something. The
// process ends after it.
func (u *Urgent) detach(ctx context.Context, do func(context.Context)) {
	u.pending.Go(func() { u.run(ctx, do) })
}

// Work runs one worker until ctx ends.
func (u *Urgent) Work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case do := <-u.queue:
			u.run(ctx, do)
		}
	}
}

// run survives a panic.
func (u *Urgent) run(ctx context.Context, do func(context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			u.log.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	do(patience.With(ctx))
}
