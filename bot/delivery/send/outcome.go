package send

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"logbot/logsapi/pace"
)

const (
	// firstPause doubles with every attempt for which Slack names no time.
	firstPause = 500 * time.Millisecond
	maxPause   = 30 * time.Second
	// minLimitedPause is the shortest after "too many requests"; Slack counts in
	// seconds.
	minLimitedPause = time.Second
)

// Result is what is known after an attempt, or after a stage that prevented it.
type Result struct {
	outcome outcome
	err     error         // nil if the outcome is arrived
	wait    time.Duration // before the next attempt
}

// IsRefusal reports whether Slack has refused the request and always will.
func (r Result) IsRefusal() bool { return r.outcome == refused }

// outcome is what an attempt has achieved.
type outcome int

const (
	arrived  outcome = iota // Slack has carried it out
	refused                 // Slack has not, and never will
	limited                 // Slack has not: too many requests
	missed                  // Slack has not: it was unreachable or not available
	unsure                  // Slack may have carried it out or not
	withheld                // a stage decided that there will be no attempt
)

// withhold is the result of a stage that prevents an attempt.
func withhold(err error) Result { return Result{outcome: withheld, err: err} }

// Judge says how the n-th attempt ended, counted from 1, and how long to wait
// before the next. wrote says what Call does.
func Judge(n int, wrote bool, err error) Result {
	o, asked := classify(wrote, err)
	return Result{outcome: o, err: err, wait: pauseAfter(n, o, asked)}
}

// pauseAfter is how long to wait after the n-th attempt, counted from 1. asked is
// how long Slack asks to wait, 0 if it does not say.
func pauseAfter(n int, o outcome, asked time.Duration) time.Duration {
	pause := pace.Jitter(pace.Backoff(n, firstPause, maxPause))
	if o != limited {
		return pause
	}
	if asked > 0 {
		pause = asked
	}
	return max(pause, minLimitedPause)
}

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
		return rowOfStatus(status.Code).outcome, 0
	case errors.As(err, &answer):
		return rowOf(answer.Err).outcome, 0
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

// isAnswer reports whether an error is an answer of Slack's.
func isAnswer(err error) bool {
	return errors.As(err, new(slack.StatusCodeError)) || errors.As(err, new(slack.SlackErrorResponse))
}

// IsAnswered reports whether an error is one of sending something to Slack: its answer, or
// that there was none.
func IsAnswered(err error) bool {
	var network *url.Error
	return isAnswer(err) || errors.As(err, new(*slack.RateLimitedError)) || errors.As(err, &network) ||
		errors.Is(err, ErrOutcomeUnknown) || errors.Is(err, ErrURLSpent) || errors.Is(err, errLaneFull)
}

// errorCode is Slack's name of an error, or empty.
func errorCode(err error) string {
	if answer := (slack.SlackErrorResponse{}); errors.As(err, &answer) {
		return answer.Err
	}
	return ""
}

// hasCause reports whether Slack refused for that cause.
func hasCause(err error, c Cause) bool { return isAnswer(err) && Explain(err).Cause == c }

// hasCode reports whether Slack refused with one of these errors.
func hasCode(err error, codes ...string) bool { return slices.Contains(codes, errorCode(err)) }

// IsNotInChannel reports whether Slack refused because the bot is not a member of the
// conversation.
func IsNotInChannel(err error) bool { return hasCause(err, NotMember) }

// IsChannelClosed reports whether Slack refused because the conversation takes nothing
// from the bot: it is not a member, or the channel is archived or closed to apps. It is
// false for failures of Slack and for refusals of the app as a whole.
func IsChannelClosed(err error) bool { return isAnswer(err) && Explain(err).IsChannel() }

// IsMessageDeleted reports whether a message to delete does not exist (any more).
func IsMessageDeleted(err error) bool { return hasCode(err, "message_not_found") }

// IsFormRefused reports whether Slack refused the form of a message. A response_url
// says so by its status alone.
func IsFormRefused(err error) bool { return hasCause(err, Form) }

// IsSnippetRefused reports whether Slack refuses a file as a snippet, and may
// accept it as a plain one.
func IsSnippetRefused(err error) bool {
	return hasCode(err, "unknown_snippet_type", "snippet_too_large")
}

// IsFileDeleted reports whether a file to delete does not exist (any more).
func IsFileDeleted(err error) bool {
	return hasCode(err, "file_deleted", "file_not_found")
}

// IsSharedAlready reports whether Slack refused to share a file in a way that
// shows that an earlier attempt has shared it, if there was one.
func IsSharedAlready(err error) bool {
	return hasCode(err, "file_not_found", "file_update_failed")
}

// isURLExpired reports whether a response_url accepts nothing any more: its five
// uses are over, or its 30 minutes (404, used_url or expired_url).
func isURLExpired(err error) bool {
	status := slack.StatusCodeError{}
	if errors.As(err, &status) {
		return status.Code == http.StatusNotFound || status.Code == http.StatusGone
	}
	return hasCode(err, "used_url", "expired_url")
}

// Details is an error with what Slack says besides its code, for one line of the log.
func Details(err error) string {
	text := strings.ReplaceAll(err.Error(), "\n", "; ")
	answer := slack.SlackErrorResponse{}
	if !errors.As(err, &answer) {
		return text
	}
	for _, m := range answer.ResponseMetadata.Messages {
		text += " " + m
	}
	if answer.Needed != "" {
		text += " (needs the scope " + answer.Needed + ": add it to the app and reinstall the app in the workspace)"
	}
	return text
}
