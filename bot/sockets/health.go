package sockets

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Health is how the sockets fare.
type Health struct {
	Wanted    int // sockets that are to be open
	Connected int // sockets that are; more than wanted while one is renewed
	// Counted is how many sockets Slack counted for the app when the last one was
	// opened, over all processes.
	Counted int
	// Silence is how long ago Slack was last heard on any open socket; without one,
	// since the last was lost. Slack answers a ping every few seconds.
	Silence    time.Duration
	Reconnects int64  // sockets that were opened after the first ones
	Trouble    string // why a socket was last lost or could not be opened; empty once all are open

	heard time.Time
}

// Health returns how the sockets fare now.
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

// opened notes a socket that said hello, and warns when Slack counts more than
// this process can account for.
func (s *Sockets) opened(l *link, counted int) {
	s.mu.Lock()
	s.links = append(s.links, l)
	close(s.more)
	s.more = make(chan struct{})
	s.health.Counted = counted
	s.health.Reconnects++ // with the first ones, which Health takes off
	if len(s.links) >= s.o.Connections {
		s.health.Trouble = ""
	}
	now := time.Now()
	s.ended = slices.DeleteFunc(s.ended, func(t time.Time) bool { return now.Sub(t) > time.Minute })
	ours := len(s.links) + len(s.ended)
	ghosts := counted > max(ours, s.o.Connections) && counted > s.most
	if ghosts {
		s.most = counted
	}
	s.mu.Unlock()
	if ghosts {
		s.o.Log.Warnf("Slack counts %d connections of this app, this process has %d: that is well where replicas with one REDIS_URL run; "+
			"else another process uses the same app, or connections that died still count, and commands that Slack sends there are not answered", counted, ours)
	}
	s.o.Log.WithField("connections", counted).Info("connected to Slack")
	s.o.Changed(s.Health())
}

// closed notes the end of a socket that said hello.
func (s *Sockets) closed(l *link, why string) {
	s.mu.Lock()
	s.links = slices.DeleteFunc(s.links, func(o *link) bool { return o == l })
	s.ended = append(s.ended, time.Now())
	if heard := l.lastHeard(); heard.After(s.health.heard) {
		s.health.heard = heard
	}
	if len(s.links) < s.o.Connections {
		s.health.Trouble = why
	}
	s.mu.Unlock()
	s.o.Changed(s.Health())
}

// troubled notes why a socket could not be opened.
func (s *Sockets) troubled(err error) {
	s.mu.Lock()
	s.health.Trouble = fmt.Sprint(err)
	s.mu.Unlock()
	s.o.Changed(s.Health())
}

// others are the open links but one; more is closed when there is another.
func (s *Sockets) others(l *link) (list []*link, more <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.links), func(o *link) bool { return o == l }), s.more
}

// write writes a frame to a link, or to any other one, also one that comes only
// now, where that is gone.
func (s *Sockets) write(ctx context.Context, l *link, frame []byte) error {
	err := l.write(ctx, frame)
	for err != nil {
		others, more := s.others(l)
		for _, other := range others {
			if err = other.write(ctx, frame); err == nil {
				return nil
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return err
		}
	}
	return nil
}
