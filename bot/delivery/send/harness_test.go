package send

import (
	"context"
	"errors"
	"net/http/httptrace"
	"net/url"
	"sync"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errUnsent  = &url.Error{Op: "Post", URL: "https://slack.test/x", Err: errors.New("connection refused")}
	errWritten = &url.Error{Op: "Post", URL: "https://slack.test/x", Err: errors.New("connection reset")}
)

// harness is a sender whose attempts end as they are told.
type harness struct {
	*Sender
	began time.Time

	mu       sync.Mutex
	answers  []error
	attempts []time.Duration // when they began
}

// newHarness is a harness whose n-th attempt ends in the n-th answer, and all later
// ones in the last. Without answers all attempts arrive.
func newHarness(t *testing.T, l Limiter, answers ...error) *harness {
	t.Helper()
	log, _ := logtest.NewNullLogger()
	if len(answers) == 0 {
		answers = []error{nil}
	}
	return &harness{Sender: NewSender(l, log), began: time.Now(), answers: answers}
}

// attempt is an attempt whose request is written, unless it ends in errUnsent.
func (h *harness) attempt() Stage {
	return Attempt(func(ctx context.Context) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		err := h.answers[min(len(h.attempts), len(h.answers)-1)]
		h.attempts = append(h.attempts, time.Since(h.began))
		if err != errUnsent {
			httptrace.ContextClientTrace(ctx).WroteHeaders()
		}
		return err
	})
}

// post sends a message as delivery does.
func (h *harness) post(ctx context.Context, channel string) error {
	return h.Send(ctx, &Request{What: "post to " + channel},
		h.InLane(channel), h.RetryVisibly(), h.Paced(InChannel(channel)), h.attempt())
}
