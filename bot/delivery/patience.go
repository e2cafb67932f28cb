package delivery

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/slack-go/slack"
)

const (
	// maxTries bounds how often one call to Slack is made.
	maxTries = 5
	// firstPause doubles with every try for which Slack names no time.
	firstPause = time.Second
)

// patiently makes a call to Slack and makes it again when Slack was busy, broken
// or out of reach.
func patiently(ctx context.Context, call func() error) error {
	pause := firstPause
	for try := 1; ; try++ {
		err := call()
		wait, again := retryAfter(err)
		if !again || try == maxTries {
			return err
		}
		if wait == 0 {
			wait, pause = pause, 2*pause
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(wait):
		}
	}
}

// retryAfter reports whether a call may be made again, and after how long where
// Slack says so. Slack has three forms of "too many requests": a status with a
// time, a status without, and a plain answer.
func retryAfter(err error) (wait time.Duration, again bool) {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var refused slack.SlackErrorResponse
	var network net.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return 0, false
	case errors.As(err, &limited):
		return max(limited.RetryAfter, time.Millisecond), true
	case errors.As(err, &status):
		return 0, status.Code == http.StatusTooManyRequests || status.Code >= 500
	case errors.As(err, &refused):
		switch refused.Err {
		case "ratelimited", "rate_limited", "internal_error", "service_unavailable", "fatal_error":
			return 0, true
		}
		return 0, false
	}
	return 0, errors.As(err, &network)
}
