package send

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
)

func TestAttemptsAreClassifiedByWhatIsKnown(t *testing.T) {
	broken := &url.Error{Op: "Post", URL: "x", Err: syscall.ECONNRESET}
	answer := func(code string) error { return slack.SlackErrorResponse{Err: code} }
	status := func(code int) error { return slack.StatusCodeError{Code: code} }
	for _, c := range []struct {
		err   error
		wrote bool
		want  outcome
	}{
		{nil, true, arrived},
		{errors.New("mime: no media type"), true, arrived},
		{&slack.RateLimitedError{RetryAfter: time.Second}, true, limited},
		{status(429), true, limited},
		{answer("ratelimited"), true, limited},
		{answer("rate_limited"), true, limited},
		{broken, false, missed},
		{status(503), true, missed},
		{answer("service_unavailable"), true, missed},
		{context.DeadlineExceeded, false, missed},
		{broken, true, unsure},
		{context.DeadlineExceeded, true, unsure},
		{errors.New("unexpected EOF"), true, unsure},
		{status(500), true, unsure},
		{status(502), true, unsure},
		{status(504), true, unsure},
		{answer("internal_error"), true, unsure},
		{answer("fatal_error"), true, unsure},
		{answer("channel_not_found"), true, refused},
		{status(404), true, refused},
		{errors.New("json: unsupported value"), false, refused},
	} {
		got, _ := classify(c.wrote, c.err)
		assert.Equal(t, c.want, got, "%v, written %t", c.err, c.wrote)
	}
}

func TestPermanentRefusalsOfAChannelAreToldFromFailures(t *testing.T) {
	for code, closed := range map[string]bool{
		"not_in_channel": true, "channel_not_found": true, "is_archived": true, "restricted_action": true,
		"restricted_action_read_only_channel": true, "restricted_action_thread_only_channel": true,
		"message_not_found": false, "internal_error": false, "service_unavailable": false, "ratelimited": false,
		"team_access_not_granted": false, "missing_scope": false, "account_inactive": false, "token_revoked": false, "invalid_blocks": false,
	} {
		err := fmt.Errorf("post: %w", slack.SlackErrorResponse{Err: code})
		assert.Equal(t, closed, IsChannelClosed(err), code)
	}
	assert.False(t, IsChannelClosed(slack.StatusCodeError{Code: 503}))
	assert.False(t, IsChannelClosed(context.DeadlineExceeded))
}
