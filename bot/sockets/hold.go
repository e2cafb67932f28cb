package sockets

import (
	"context"
	"errors"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
)

// Reasons of Slack's for ending a socket.
const (
	reasonWarning  = "warning" // it ends in about 10 s
	reasonRefresh  = "refresh_requested"
	reasonDisabled = "link_disabled"
	reasonTooMany  = "too_many_websockets"
)

// disconnected is the end of a socket that Slack gave a reason for.
type disconnected struct{ reason string }

func (d disconnected) Error() string { return "Slack ended the connection: " + d.reason }

// hold keeps one socket open until ctx ends. It closes first when that is open for
// the first time, or has failed to be. It returns an error when Slack refuses the
// token for good.
func (s *Sockets) hold(ctx context.Context, first chan<- struct{}) error {
	failures := 0
	done := func() {}
	for {
		l, err := s.open(ctx)
		done()
		done = func() {}
		if first != nil {
			close(first)
			first = nil
		}
		if err == nil {
			err = l.over(ctx)
			if l.age() >= s.o.times.settled {
				failures = 0
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			done = s.succeed(ctx, l)
			continue
		}
		if final := forGood(err); final != nil {
			return final
		}
		s.troubled(err)
		s.pause(ctx, nil, s.rest(err, failures))
		failures++
	}
}

// succeed waits until a link that was warned may be replaced. It is read on
// meanwhile and beside its successor, and only one link is being replaced at a
// time, so that another one is surely open. done ends the turn.
func (s *Sockets) succeed(ctx context.Context, l *link) (done func()) {
	s.pause(ctx, l.ended, s.o.times.turn-l.age())
	turn := time.NewTimer(s.o.times.turn)
	defer turn.Stop()
	done = func() {}
	select {
	case s.renewing <- struct{}{}:
		done = func() { <-s.renewing }
	case <-turn.C:
	case <-l.ended:
	case <-ctx.Done():
	}
	if s.o.Connections == MaxConnections {
		l.close() // there is no room for both
	}
	return done
}

// rest is how long to wait after a failure before the next try.
func (s *Sockets) rest(err error, failures int) time.Duration {
	t := s.o.times
	ended, _ := errors.AsType[disconnected](err)
	tooFast, isTooFast := errors.AsType[*slack.RateLimitedError](err)
	switch {
	case isTooFast:
		return max(tooFast.RetryAfter, t.again)
	case ended.reason == reasonDisabled:
		s.once(logrus.ErrorLevel, "Socket Mode is switched off for this app, so nothing reaches the bot. "+
			"Switch it on at https://api.slack.com/apps: your app, Socket Mode. The bot looks again every few minutes.")
		return doubled(t.disabled, failures, t.longest)
	case ended.reason == reasonTooMany:
		s.once(logrus.WarnLevel, "Slack allows this app no more connections (10 over all its processes); "+
			"the bot goes on with those it has. Are other processes using the same app-level token?")
		return doubled(t.tooMany, failures, t.longest)
	}
	if ended.reason != reasonRefresh {
		s.o.Log.Warnf("connection to Slack: %v", err)
	}
	if failures == 0 {
		return 0 // the first try costs nobody anything
	}
	return doubled(t.again, failures-1, t.mostly)
}
