package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
)

// sendWithin bounds a delivery whose context has no deadline.
const sendWithin = 15 * time.Minute

// ErrOutcomeUnknown says that nobody can know whether what was sent has arrived:
// the connection broke after it was written, or Slack's answer did not come.
var ErrOutcomeUnknown = errors.New("it may have arrived at Slack")

// sender runs requests through their stages. It makes the stages that share state
// between requests.
type sender struct {
	api     *slack.Client
	log     logrus.FieldLogger
	counted *counters
	lanes   *lanes
	pacer   *pacer
	budgets *budgets
}

// send runs one request. It returns nil if the request has arrived.
func (s *sender) send(ctx context.Context, r *request, list ...stage) error {
	ctx, end := s.begin(ctx)
	defer end()
	return s.step(ctx, r, list...)
}

// begin counts a delivery until end is called, and gives its context a deadline.
func (s *sender) begin(ctx context.Context) (_ context.Context, end func()) {
	s.counted.Waiting.Add(1)
	cancel := func() {}
	if _, ends := ctx.Deadline(); !ends {
		ctx, cancel = context.WithTimeout(ctx, sendWithin)
	}
	return ctx, func() { cancel(); s.counted.Waiting.Add(-1) }
}

// step runs one request of a delivery that has begun.
func (s *sender) step(ctx context.Context, r *request, list ...stage) error {
	known := r.mayHaveArrived // to the caller
	res := stages(list).exec(ctx, r)
	switch {
	case res.outcome == arrived:
		s.counted.Sent.Add(1)
		return nil
	case r.mayHaveArrived && !known:
		return fmt.Errorf("%s: %w (%w)", r.what, res.err, ErrOutcomeUnknown)
	}
	return fmt.Errorf("%s: %w", r.what, res.err)
}

// inLane lets the requests of one lane through one at a time, in their order.
func (s *sender) inLane(key string) stage { return inLane{s.lanes, key} }

// inFreeLane is inLane for a request that is dropped rather than wait.
func (s *sender) inFreeLane(key string) stage { return inFreeLane{s.lanes, key} }

// unlessSuperseded drops a request if another one waits for the same lane.
func (s *sender) unlessSuperseded(key string) stage { return unlessSuperseded{s.lanes, key} }

// once makes one attempt.
func (s *sender) once() stage { return retry{log: s.log, counted: s.counted, maxAttempts: 1} }

// retryFreely is for requests that do no harm when they arrive twice.
func (s *sender) retryFreely() stage { return retry{log: s.log, counted: s.counted} }

// retryVisibly is for requests that people see as often as they arrive.
func (s *sender) retryVisibly() stage {
	return retry{log: s.log, counted: s.counted, maxUnanswered: maxUnanswered}
}

// paced waits before each attempt until all limits allow it. It pauses the first
// one for everybody when Slack says that there are too many requests.
func (s *sender) paced(limits ...limit) stage { return paced{s.pacer, limits} }

// ifUnlimited is paced for a request that is dropped rather than wait.
func (s *sender) ifUnlimited(limits ...limit) stage { return ifUnlimited{s.pacer, limits} }

// budgeted takes one use of a response_url for each attempt, and leaves so many
// to others. Without a URL it does nothing.
func (s *sender) budgeted(responseURL string, leave int) stage {
	return budgeted{s.budgets, responseURL, leave}
}

// post makes one attempt to post a message.
func (s *sender) post(m Message, send func(context.Context, slack.MsgOption) error) stage {
	return post{counted: s.counted, form: &form{Message: m, log: s.log}, send: send}
}
