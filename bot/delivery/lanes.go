package delivery

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// maxLane is how many may wait in one lane; beyond it a channel has far more to
// be told than it can read at one message a second.
const maxLane = 500

// ErrBusy says that too much is waiting to be sent to a channel already.
var ErrBusy = errors.New("too many messages are waiting for this channel")

// lanes let one sender at a time through for each key, in the order of their
// coming; different keys do not wait for each other.
type lanes struct {
	mu    sync.Mutex
	byKey map[string][]*turn // the first has the lane
}

type turn struct{ begins chan struct{} }

func newLanes() *lanes { return &lanes{byKey: map[string][]*turn{}} }

// enter waits for the turn of the caller, who calls leave when it is over.
func (l *lanes) enter(ctx context.Context, key string) (leave func(), err error) {
	l.mu.Lock()
	queue := l.byKey[key]
	if len(queue) > maxLane {
		l.mu.Unlock()
		return nil, ErrBusy
	}
	t := &turn{begins: make(chan struct{})}
	if len(queue) == 0 {
		close(t.begins)
	}
	l.byKey[key] = append(queue, t)
	l.mu.Unlock()
	leave = func() { l.leave(key, t) }
	select {
	case <-t.begins:
		return leave, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}

// enterFree is enter for who does not wait; free is false where somebody has the
// lane.
func (l *lanes) enterFree(key string) (leave func(), free bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.byKey[key]) > 0 {
		return nil, false
	}
	t := &turn{}
	l.byKey[key] = []*turn{t}
	return func() { l.leave(key, t) }, true
}

// leave ends a turn, or gives up a place in the queue.
func (l *lanes) leave(key string, t *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.byKey[key]
	at := slices.Index(queue, t)
	queue = slices.Delete(queue, at, at+1)
	if len(queue) == 0 {
		delete(l.byKey, key)
		return
	}
	l.byKey[key] = queue
	if at == 0 {
		close(queue[0].begins)
	}
}

// behind reports how many wait for the lane; the one who has it does not count.
func (l *lanes) behind(key string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, len(l.byKey[key])-1)
}
