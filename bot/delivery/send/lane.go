package send

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// maxLane is how many may wait in one lane. At one message a second they take
// longer than anybody waits.
const maxLane = 500

var errLaneFull = errors.New("too many messages are waiting for this channel")

// ErrSuperseded says that a request was dropped because a newer one is waiting.
var ErrSuperseded = errors.New("a newer one is waiting")

// ErrWouldWait says that a request was dropped because it would have to wait.
var ErrWouldWait = errors.New("dropped, as it would have to wait")

// lanes let one request at a time through for each key, in the order of entering.
type lanes struct {
	mu    sync.Mutex
	byKey map[string][]*waiter // the first has the lane
}

// waiter is a request in a lane.
type waiter struct {
	turn chan struct{} // closed when it has the lane
	late *Late         // may be nil
}

func newLanes() *lanes { return &lanes{byKey: map[string][]*waiter{}} }

// InLane lets the requests of one lane through one at a time, in their order.
func (l *lanes) InLane(key string) Stage {
	return func(ctx context.Context, r *Request, next func(context.Context) Result) Result {
		leave, err := l.enter(ctx, key, r.Late)
		if err != nil {
			return withhold(fmt.Errorf("wait in the queue: %w", err))
		}
		defer leave()
		r.Late.onDue(func() { l.noteLate(key) })
		return next(ctx)
	}
}

// InFreeLane is InLane for a request that is dropped with ErrWouldWait rather than
// wait.
func (l *lanes) InFreeLane(key string) Stage {
	return func(ctx context.Context, _ *Request, next func(context.Context) Result) Result {
		leave, free := l.enterFree(key)
		if !free {
			return withhold(ErrWouldWait)
		}
		defer leave()
		return next(ctx)
	}
}

// UnlessSuperseded drops a request with ErrSuperseded if another one waits for the
// same lane.
func (l *lanes) UnlessSuperseded(key string) Stage {
	return func(ctx context.Context, _ *Request, next func(context.Context) Result) Result {
		if l.waiting(key) > 0 {
			return withhold(ErrSuperseded)
		}
		return next(ctx)
	}
}

// noteLate notes that the first request of a lane takes long: those behind it do, too.
func (l *lanes) noteLate(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.byKey[key] {
		w.late.due()
	}
}

// enter waits for the lane. The caller leaves it.
func (l *lanes) enter(ctx context.Context, key string, late *Late) (leave func(), err error) {
	l.mu.Lock()
	queue := l.byKey[key]
	if len(queue) > maxLane {
		l.mu.Unlock()
		return nil, errLaneFull
	}
	w := &waiter{turn: make(chan struct{}), late: late}
	if len(queue) == 0 {
		close(w.turn)
	} else if queue[0].late.passed() {
		late.due()
	}
	l.byKey[key] = append(queue, w)
	l.mu.Unlock()
	leave = func() { l.leave(key, w) }
	select {
	case <-w.turn:
		return leave, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}

// enterFree enters the lane if nobody has it.
func (l *lanes) enterFree(key string) (leave func(), free bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.byKey[key]) > 0 {
		return nil, false
	}
	w := &waiter{turn: make(chan struct{})}
	l.byKey[key] = []*waiter{w}
	return func() { l.leave(key, w) }, true
}

func (l *lanes) leave(key string, w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.byKey[key]
	at := slices.Index(queue, w)
	queue = slices.Delete(queue, at, at+1)
	if len(queue) == 0 {
		delete(l.byKey, key)
		return
	}
	l.byKey[key] = queue
	if at == 0 {
		close(queue[0].turn)
	}
}

// waiting is how many wait for the lane; the one who has it does not count.
func (l *lanes) waiting(key string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, len(l.byKey[key])-1)
}
