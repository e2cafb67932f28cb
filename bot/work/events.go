package work

import (
	"sync"

	"logbot/bot/recent"
)

// maxEvents is how many events are remembered: Slack may deliver an event again
// within five minutes.
const maxEvents = 4096

// Events remembers which events of Slack were accepted. It is safe for concurrent
// use.
type Events struct {
	mu  sync.Mutex
	ids recent.Map[struct{}]
}

// NewEvents returns an empty Events.
func NewEvents() *Events { return &Events{ids: recent.NewMap[struct{}](maxEvents)} }

// Accept reports whether an event was not accepted before, and remembers it.
func (e *Events) Accept(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, known := e.ids.Get(id); known {
		return false
	}
	e.ids.Set(id, struct{}{})
	return true
}

// Forget lets an event be accepted again.
func (e *Events) Forget(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ids.Remove(id)
}
