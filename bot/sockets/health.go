package sockets

import (
	"context"
	"slices"
	"time"
)

// Health is the state of the sockets.
type Health struct {
	Wanted    int // sockets to hold open
	Connected int // sockets that are open; more than Wanted while one is renewed
	// Counted is how many sockets Slack counted for the app when the last one was
	// opened, over all processes.
	Counted int
	// Silence is the time since Slack was last heard on any open socket; if none is
	// open, since the last was lost. Slack answers a ping every few seconds.
	Silence    time.Duration
	Reconnects int64  // sockets opened after the first ones
	Trouble    string // why a socket was last lost or could not be opened; empty once all are open

	heard time.Time
}

// Health returns the state of the sockets.
func (s *Sockets) Health() Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.health
	h.Connected, h.Reconnects = len(s.links), max(0, h.Reconnects-int64(h.Wanted))
	for _, l := range s.links {
		if heard := l.lastHeard(); heard.After(h.heard) {
			h.heard = heard
		}
	}
	if !h.heard.IsZero() {
		h.Silence = time.Since(h.heard)
	}
	return h
}

// noteOpened adds a link that has said hello. It warns if Slack counts more
// connections than this process can account for.
func (s *Sockets) noteOpened(l *link, counted int) {
	s.mu.Lock()
	if len(s.links) == 0 {
		s.deafened, s.deafLogged = make(chan struct{}), time.Time{}
	}
	s.links = append(s.links, l)
	close(s.added)
	s.added = make(chan struct{})
	s.health.Counted = counted
	s.health.Reconnects++ // counts the first ones too, which Health subtracts
	if len(s.links) >= s.o.Connections {
		s.health.Trouble = ""
	}
	now := time.Now()
	s.ended = slices.DeleteFunc(s.ended, func(t time.Time) bool { return now.Sub(t) > time.Minute })
	ours := len(s.links) + len(s.ended)
	unexplained := counted > max(ours, s.o.Connections) && counted > s.mostCounted
	if unexplained {
		s.mostCounted = counted
	}
	s.mu.Unlock()
	if unexplained {
		s.o.Log.Warnf("Slack counts %d connections of this app, this process has %d. That is fine if other replicas with the same REDIS_URL run. "+
			"Otherwise another process uses this app and takes commands from this one, or dead connections still count", counted, ours)
	}
	s.o.Log.WithField("connections", counted).Info("connected to Slack")
	s.o.Changed(s.Health())
}

// noteClosed removes a link that had said hello.
func (s *Sockets) noteClosed(l *link, why string) {
	s.mu.Lock()
	s.links = slices.DeleteFunc(s.links, func(o *link) bool { return o == l })
	s.ended = append(s.ended, time.Now())
	if heard := l.lastHeard(); heard.After(s.health.heard) {
		s.health.heard = heard
	}
	if len(s.links) == 0 {
		close(s.deafened)
	}
	if len(s.links) < s.o.Connections {
		s.health.Trouble = why
	}
	s.mu.Unlock()
	s.o.Changed(s.Health())
}

func (s *Sockets) noteFailure(err error) {
	s.mu.Lock()
	s.health.Trouble = err.Error()
	s.mu.Unlock()
	s.o.Changed(s.Health())
}

// isDeaf reports whether no link is open. deafened is closed when that becomes so.
func (s *Sockets) isDeaf() (deaf bool, deafened <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.links) == 0, s.deafened
}

// others returns the open links except one; added is closed when there is a new one.
func (s *Sockets) others(l *link) (list []*link, added <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.links), func(o *link) bool { return o == l }), s.added
}

// write writes a frame to a link. If that fails it writes to any other link,
// and waits for a new one until ctx ends.
func (s *Sockets) write(ctx context.Context, l *link, frame []byte) error {
	err := l.write(ctx, frame)
	for err != nil {
		others, added := s.others(l)
		for _, other := range others {
			if err = other.write(ctx, frame); err == nil {
				return nil
			}
		}
		select {
		case <-added:
		case <-ctx.Done():
			return err
		}
	}
	return nil
}
