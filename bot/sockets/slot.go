package sockets

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/logsapi/pace"
)

// Reasons of Slack's for ending a socket.
const (
	reasonWarning  = "warning" // it ends in about 10 s
	reasonRefresh  = "refresh_requested"
	reasonDisabled = "link_disabled"
	reasonTooMany  = "too_many_websockets"
)

// disconnected is the end of a socket for which Slack gave a reason.
type disconnected struct{ reason string }

func (d disconnected) Error() string { return "Slack ended the connection: " + d.reason }

// keepOpen keeps one socket open until ctx ends. It closes tried after the first
// attempt to open it. It returns an error if Slack refuses the token permanently.
func (s *Sockets) keepOpen(ctx context.Context, tried chan<- struct{}) error {
	failures := 0
	renewed := func() {}
	for {
		l, err := s.open(ctx)
		renewed()
		renewed = func() {}
		if tried != nil {
			close(tried)
			tried = nil
		}
		if err == nil {
			err = l.wait(ctx)
			if time.Since(l.began) >= s.o.times.settled {
				failures = 0
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			renewed = s.awaitRenewal(ctx, l)
			continue
		}
		if final := permanent(err); final != nil {
			return final
		}
		s.noteFailure(err)
		s.rest(ctx, err, failures) // open fails if ctx has ended
		failures++
	}
}

// rest waits before the next attempt: long while other sockets are open, and for
// seconds while none is.
func (s *Sockets) rest(ctx context.Context, err error, failures int) {
	pause := s.pauseAfter(err, failures)
	deaf, deafened := s.isDeaf()
	if !deaf {
		began := time.Now()
		_ = pace.SleepOr(ctx, pause, deafened)
		if deaf, _ = s.isDeaf(); !deaf {
			return
		}
		pause -= time.Since(began)
	}
	if pause <= 0 {
		return
	}
	s.logDeaf(err)
	if _, isTooFast := errors.AsType[*slack.RateLimitedError](err); !isTooFast {
		t := s.o.times
		pause = min(pause, t.minDeaf+rand.N(t.maxDeaf-t.minDeaf))
	}
	_ = pace.Sleep(ctx, pause)
}

// logDeaf logs that no socket is open: at the first failure, and while that lasts.
func (s *Sockets) logDeaf(err error) {
	s.mu.Lock()
	due := time.Since(s.deafLogged) >= s.o.times.deafAgain
	if due {
		s.deafLogged = time.Now()
	}
	s.mu.Unlock()
	if !due {
		return
	}
	advice := ""
	if ended, _ := errors.AsType[disconnected](err); ended.reason == reasonTooMany {
		advice = ". Slack allows an app 10 connections over all its processes, and counts dead ones for a while. Do other processes use the same app-level token?"
	}
	s.o.Log.Errorf("no connection to Slack is open, so the bot receives nothing; it tries again every few seconds: %v%s", err, advice)
}

// awaitRenewal waits until a link that was warned may be replaced. The link is
// still read, also while its successor opens. One link is replaced at a time, so
// that another one is open. The caller calls renewed when the successor is open.
func (s *Sockets) awaitRenewal(ctx context.Context, l *link) (renewed func()) {
	_ = pace.SleepOr(ctx, s.o.times.renewal-time.Since(l.began), l.ended)
	longest := time.NewTimer(s.o.times.renewal)
	defer longest.Stop()
	renewed = func() {}
	select {
	case s.renewing <- struct{}{}:
		renewed = func() { <-s.renewing }
	case <-longest.C:
	case <-l.ended:
	case <-ctx.Done():
	}
	if s.o.Connections == MaxConnections {
		l.close() // Slack allows no connection for the successor
	}
	return renewed
}

// pauseAfter is how long to wait before the next attempt. failures is how many
// attempts in a row failed before this one.
func (s *Sockets) pauseAfter(err error, failures int) time.Duration {
	t := s.o.times
	ended, _ := errors.AsType[disconnected](err)
	tooFast, isTooFast := errors.AsType[*slack.RateLimitedError](err)
	switch {
	case isTooFast:
		return max(tooFast.RetryAfter, t.retry)
	case ended.reason == reasonDisabled:
		s.logOnce(logrus.ErrorLevel, "Socket Mode is switched off for this app, so the bot receives nothing. "+
			"Switch it on at https://api.slack.com/apps: your app, Socket Mode. The bot keeps trying.")
		return pace.Jitter(pace.Backoff(failures+1, t.disabled, t.maxRefused))
	case ended.reason == reasonTooMany:
		if deaf, _ := s.isDeaf(); !deaf {
			s.logOnce(logrus.WarnLevel, "Slack allows this app no more connections (10 over all its processes); "+
				"the bot continues with those it has. Do other processes use the same app-level token?")
		}
		return pace.Jitter(pace.Backoff(failures+1, t.tooMany, t.maxRefused))
	}
	if ended.reason != reasonRefresh {
		s.o.Log.Warnf("connection to Slack: %v", err)
	}
	if failures == 0 {
		return 0
	}
	return pace.Jitter(pace.Backoff(failures, t.retry, t.maxRetry))
}

const newToken = "make a new one at https://api.slack.com/apps: your app, Basic Information, App-Level Tokens, scope connections:write"

// permanent returns an error that no further attempt will cure, with what to do
// about it, and nil for all others. slack-go's own client retries most of them
// forever.
func permanent(err error) error {
	if status, is := errors.AsType[slack.StatusCodeError](err); is && status.Code == http.StatusNotFound {
		return fmt.Errorf("SLACK_API_URL is not the address of a Slack: %w", err)
	}
	answer, is := errors.AsType[slack.SlackErrorResponse](err)
	if !is {
		return nil
	}
	advice := ""
	switch answer.Err {
	case "invalid_auth", "not_authed":
		advice = "Slack does not know this token; " + newToken
	case "token_expired", "token_revoked", "account_inactive":
		advice = "this token is expired, revoked, or of a deactivated account; " + newToken
	case "not_allowed_token_type":
		advice = "this is not an app-level token, which begins with xapp-; " + newToken
	case "missing_scope", "no_permission":
		advice = "this token lacks the scope connections:write; " + newToken
	case "access_denied", "accesslimited", "forbidden_team", "ekm_access_denied", "enterprise_is_restricted",
		"team_access_not_granted", "two_factor_setup_required", "method_deprecated":
		advice = "Slack does not let this app connect; ask an admin of the workspace"
	default:
		return nil
	}
	return fmt.Errorf("SLACK_APP_TOKEN: %s (apps.connections.open: %w)", advice, answer)
}
