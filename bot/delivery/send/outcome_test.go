package send

import (
	"context"
	"errors"
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
