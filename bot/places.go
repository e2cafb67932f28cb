package bot

import "sync"

// places bound how much is acknowledged and not answered: in all, and of one
// channel, so that a flood in one leaves room for the others.
type places struct {
	mu  sync.Mutex
	all int
	of  map[string]int // by channel
}

func newPlaces() *places { return &places{of: map[string]int{}} }

// take takes a place; false where there is none.
func (p *places) take(channel string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= maxTaken || p.of[channel] >= maxOfChannel {
		return false
	}
	p.all++
	p.of[channel]++
	return true
}

// free gives a place back.
func (p *places) free(channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if p.of[channel]--; p.of[channel] == 0 {
		delete(p.of, channel)
	}
}
