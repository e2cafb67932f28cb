package delivery

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"
)

// outcome is what is known about a call after it ended.
type outcome int

const (
	arrived outcome = iota // it was carried out
	refused                // it was not, and never will be
	limited                // it was not: Slack asks for patience
	missed                 // it was not: it never reached Slack, or Slack was not there
	unsure                 // nobody knows
)

// outcomeOf judges how a call ended. wrote says that at least its beginning was
// handed to the network. after is how long Slack asks to wait, where it says so.
//
// Slack has three forms of "too many requests": a status with a time, a status
// without, and a plain answer.
func outcomeOf(err error, wrote bool) (o outcome, after time.Duration) {
	var tooFast *slack.RateLimitedError
	var status slack.StatusCodeError
	var answer slack.SlackErrorResponse
	var network *url.Error
	switch {
	case err == nil:
		return arrived, 0
	case errors.Is(err, errSpent):
		return refused, 0
	case errors.As(err, &tooFast):
		return limited, tooFast.RetryAfter
	case errors.As(err, &status):
		return outcomeOfStatus(status.Code), 0
	case errors.As(err, &answer):
		return outcomeOfAnswer(answer.Err), 0
	case err.Error() == "mime: no media type":
		// slack-go's complaint about the answer of a response_url; the status before
		// it was 200.
		return arrived, 0
	case wrote:
		return unsure, 0 // cut off, or an answer that cannot be read
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return missed, 0
	}
	return refused, 0 // a message that cannot even be written down
}

func outcomeOfStatus(code int) outcome {
	switch {
	case code == http.StatusTooManyRequests:
		return limited
	case code == http.StatusServiceUnavailable, code == http.StatusRequestTimeout:
		return missed // "unable to handle the request", "did not receive a complete request": RFC 9110
	case code >= http.StatusInternalServerError:
		return unsure // a gateway may have handed it on
	}
	return refused
}

// outcomeOfAnswer follows Slack's words for the errors that every method has:
// after internal_error and fatal_error "some aspect of the operation" may have
// succeeded.
func outcomeOfAnswer(code string) outcome {
	switch code {
	case "ratelimited", "rate_limited":
		return limited
	case "service_unavailable", "request_timeout", "team_added_to_org":
		return missed
	case "internal_error", "fatal_error":
		return unsure
	}
	return refused
}

// nameless takes the path out of the address in an error of the network: who has
// that of a response_url or of an upload needs no token. It changes the error in
// place, before anybody has put it into words.
func nameless(err error) error {
	var network *url.Error
	if !errors.As(err, &network) {
		return err
	}
	u, bad := url.Parse(network.URL)
	if bad != nil {
		network.URL = "an address that cannot be read"
		return err
	}
	network.URL = (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
	return err
}

// refusal is Slack's name of the error, or nothing.
func refusal(err error) string {
	if answer := (slack.SlackErrorResponse{}); errors.As(err, &answer) {
		return answer.Err
	}
	return ""
}

// IsNotInChannel reports whether Slack refused because the bot may not post in the
// channel.
func IsNotInChannel(err error) bool {
	switch refusal(err) {
	case "not_in_channel", "channel_not_found", "restricted_action", "posting_to_channel_denied", "user_not_in_channel":
		return true
	}
	return false
}

// IsChannelClosed reports whether Slack refused because the channel takes nothing
// from the bot: IsNotInChannel, or the channel is archived or closed to apps. It is
// false for failures of Slack and for refusals of the app as a whole.
func IsChannelClosed(err error) bool {
	switch refusal(err) {
	case "is_archived", "restricted_action_read_only_channel", "restricted_action_thread_only_channel", "messages_tab_disabled":
		return true
	}
	return IsNotInChannel(err)
}

// IsUneditable reports whether Slack refused because the message to change was
// deleted, or may not be changed (any more).
func IsUneditable(err error) bool {
	switch refusal(err) {
	case "message_not_found", "cant_update_message", "edit_window_closed":
		return true
	}
	return false
}

// unfit reports whether Slack refused the form of a message. A response_url says
// so by its status alone.
func unfit(err error) bool {
	switch refusal(err) {
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_attachments":
		return true
	}
	status := slack.StatusCodeError{}
	return errors.As(err, &status) && status.Code == http.StatusBadRequest
}

// isURLExpired reports whether a response_url takes no more: its five uses are over,
// or its 30 minutes (404, used_url or expired_url).
func isURLExpired(err error) bool {
	status := slack.StatusCodeError{}
	if errors.As(err, &status) {
		return status.Code == http.StatusNotFound || status.Code == http.StatusGone
	}
	code := refusal(err)
	return code == "used_url" || code == "expired_url"
}
