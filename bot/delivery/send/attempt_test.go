package send

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	errUnavailable = slack.StatusCodeError{Code: 503}
	errInternal    = slack.SlackErrorResponse{Err: "internal_error"}
	errDeleted     = slack.SlackErrorResponse{Err: "file_not_found"}
)

func TestARetryStopsWhenItsKindSays(t *testing.T) {
	cut := errWritten
	for name, c := range map[string]struct {
		kind     func(*Sender) Stage
		answers  []error
		attempts int
		arrived  bool
	}{
		"once":                        {(*Sender).Once, []error{errUnavailable, nil}, 1, false},
		"until it has arrived":        {(*Sender).RetryFreely, []error{errUnavailable, errInternal, cut, cut, cut, cut, cut, cut, nil}, 9, true},
		"until it is refused":         {(*Sender).RetryFreely, []error{errUnavailable, errDeleted, nil}, 2, false},
		"visibly, without an answer":  {(*Sender).RetryVisibly, []error{cut, cut, cut, cut, cut, nil}, maxUnanswered, false},
		"visibly, with bad answers":   {(*Sender).RetryVisibly, []error{errInternal, errInternal, errInternal, errInternal, errInternal, errInternal, nil}, 7, true},
		"visibly, if surely not sent": {(*Sender).RetryVisibly, []error{errUnsent, errUnsent, errUnsent, errUnsent, errUnsent, errUnsent, nil}, 7, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, nil, c.answers...)
				err := h.Send(t.Context(), &Request{What: "x"}, c.kind(h.Sender), h.attempt())
				assert.Equal(t, c.arrived, err == nil, "%v", err)
				assert.Len(t, h.attempts, c.attempts)
				assert.EqualValues(t, c.attempts-1, h.Stats().Retried)
			})
		})
	}
}

func TestAnUnknownOutcomeIsSaidOnceToTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			answers []error
			known   bool
			unknown bool
		}{
			{[]error{errWritten, errDeleted}, false, true},
			{[]error{errWritten, errDeleted}, true, false}, // the caller said so itself
			{[]error{errUnavailable, errDeleted}, false, false},
		} {
			h := newHarness(t, nil, c.answers...)
			err := h.Send(t.Context(), &Request{What: "x", MayHaveArrived: c.known}, h.RetryFreely(), h.attempt())
			assert.Equal(t, c.unknown, errors.Is(err, ErrOutcomeUnknown), "%v", err)
		}
	})
}

func TestARefusalShowsThatAnEarlierAttemptArrived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, nil, errInternal, errDeleted)
		require.NoError(t, h.Send(t.Context(), &Request{What: "x"}, h.RetryFreely(), h.InferArrived(IsSharedAlready), h.attempt()))
		assert.EqualValues(t, 1, h.Stats().Inferred)
		h = newHarness(t, nil, errUnavailable, errDeleted)
		err := h.Send(t.Context(), &Request{What: "x"}, h.RetryFreely(), h.InferArrived(IsSharedAlready), h.attempt())
		assert.EqualError(t, err, "x: file_not_found", "no earlier attempt can have arrived")
	})
}
