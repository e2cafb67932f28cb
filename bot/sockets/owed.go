package sockets

import (
	"sync"
	"time"
)

// ackTimeout is how long Slack waits for an acknowledgement.
const ackTimeout = 3 * time.Second

// owed are the envelopes of one link that are not acknowledged yet. Some never are, so
// that Slack sends them again: after ackTimeout they count no more.
type owed struct {
	mu      sync.Mutex
	since   map[string]time.Time
	changed chan struct{} // holds a value after a removal
}

func newOwed() owed {
	return owed{since: map[string]time.Time{}, changed: make(chan struct{}, 1)}
}

func (o *owed) add(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.since) >= backlog {
		o.forget()
	}
	o.since[id] = time.Now()
}

func (o *owed) remove(id string) {
	o.mu.Lock()
	delete(o.since, id)
	o.mu.Unlock()
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// forget drops what is too old. mu is held.
func (o *owed) forget() {
	for id, since := range o.since {
		if time.Since(since) >= ackTimeout {
			delete(o.since, id)
		}
	}
}

func (o *owed) none() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget()
	return len(o.since) == 0
}

// settled waits until everything is acknowledged. It returns false if ended or late
// comes first.
func (o *owed) settled(ended <-chan struct{}, late <-chan time.Time) bool {
	for {
		select {
		case <-ended:
			return false
		default:
		}
		if o.none() {
			return true
		}
		select {
		case <-o.changed:
		case <-ended:
			return false
		case <-late:
			return false
		}
	}
}
