package send

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"
)

// classify judges how an attempt ended. wrote says that at least the beginning of
// its request was handed to the network. asked is how long Slack asks to wait, 0 if
// it does not say.
//
// Slack has three forms of "too many requests": a status with a time, a status
// without, and a plain answer.
func classify(wrote bool, err error) (o outcome, asked time.Duration) {
	var tooFast *slack.RateLimitedError
	var status slack.StatusCodeError
	var answer slack.SlackErrorResponse
	var network *url.Error
	switch {
	case err == nil:
		return arrived, 0
	case errors.As(err, &tooFast):
		return limited, tooFast.RetryAfter
	case errors.As(err, &status):
		return classifyStatus(status.Code), 0
	case errors.As(err, &answer):
		return classifyCode(answer.Err), 0
	case err.Error() == "mime: no media type":
		// slack-go's complaint about the answer of a response_url; the status before
		// it was 200.
		return arrived, 0
	case wrote:
		return unsure, 0 // cut off, or an answer that cannot be read
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return missed, 0
	}
	return refused, 0 // a message that cannot be encoded
}

func classifyStatus(status int) outcome {
	switch {
	case status == http.StatusTooManyRequests:
		return limited
	case status == http.StatusServiceUnavailable, status == http.StatusRequestTimeout:
		return missed // "unable to handle the request", "did not receive a complete request": RFC 9110
	case status >= http.StatusInternalServerError:
		return unsure // a gateway may have passed it on
	}
	return refused
}

// isAnswer reports whether an error is an answer of Slack's.
func isAnswer(err error) bool {
	return errors.As(err, new(slack.StatusCodeError)) || errors.As(err, new(slack.SlackErrorResponse))
}
