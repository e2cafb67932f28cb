// Package send brings one request to Slack. A request passes a list of stages,
// which is written out where the request is made. The order of the list is the
// order of what they do; each is around those below it:
//
//	InLane         one request of a lane at a time, in the order of the calls;
//	               InFreeLane drops the request rather than wait
//	Retry…         attempts until the request has arrived or is refused, with
//	               pauses that grow: RetryFreely, RetryVisibly, or Once
//	Paced          each attempt waits for Slack's limits, and for the pause that
//	               Slack asks for; IfUnlimited drops the request rather than wait
//	Budgeted       each attempt takes one of the five uses of a response_url
//	…              UnlessSuperseded drops a request that a newer one replaces;
//	               InferArrived takes a refusal for success if it shows one
//	Attempt        one call of Slack, within 30 s; Post for a message, which says
//	               whether an earlier attempt may have arrived
//
// A request keeps its lane while it is tried again or waits for Slack's limits, so
// the messages of a channel keep their order. Every attempt counts for the limits
// and for the budget, not only the first. A request that waits for the limits takes
// its use of the budget afterwards; one that is dropped rather than wait is Budgeted
// first, so that it takes nothing from the limits if the budget is spent.
//
// What an attempt has achieved is judged in one place, Judge. Everything that
// depends on an error code of Slack is in codes.go and outcome.go.
package send

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"
)

// sendWithin bounds a delivery whose context has no deadline.
const sendWithin = 15 * time.Minute

// ErrOutcomeUnknown says that nobody can know whether what was sent has arrived:
// the connection broke after it was written, or Slack's answer did not come.
var ErrOutcomeUnknown = errors.New("it may have arrived at Slack")

// Sender runs requests through their stages. It makes the stages, which share
// lanes, limits and budgets between requests. It is safe for concurrent use.
type Sender struct {
	*attempts
	*lanes
	*pacer
	*budgets
}

// NewSender returns a sender that keeps the limits of l, which other processes may
// share. If l is nil it keeps Slack's limits for this process alone.
func NewSender(l Limiter, log logrus.FieldLogger) *Sender {
	return &Sender{&attempts{log: log}, newLanes(), newPacer(l, log), newBudgets()}
}

// Send runs one request. It returns nil if the request has arrived, and an error
// that is ErrOutcomeUnknown if it may have arrived. It ends when ctx does, or after
// 15 minutes if ctx has no deadline.
func (s *Sender) Send(ctx context.Context, r *Request, list ...Stage) error {
	ctx, end := s.Begin(ctx)
	defer end()
	return s.Step(ctx, r, list...)
}

// Begin is for a delivery of several requests: it counts the delivery until end is
// called, and gives its context a deadline as Send does.
func (s *Sender) Begin(ctx context.Context) (_ context.Context, end func()) {
	s.counted.waiting.Add(1)
	cancel := func() {}
	if _, ends := ctx.Deadline(); !ends {
		ctx, cancel = context.WithTimeout(ctx, sendWithin)
	}
	return ctx, func() { cancel(); s.counted.waiting.Add(-1) }
}

// Step is Send for one request of a delivery that has begun, or for one without a
// deadline.
func (s *Sender) Step(ctx context.Context, r *Request, list ...Stage) error {
	known := r.MayHaveArrived // to the caller
	res := pass(ctx, r, list)
	switch {
	case res.outcome == arrived:
		s.counted.sent.Add(1)
		return nil
	case r.MayHaveArrived && !known:
		return fmt.Errorf("%s: %w (%w)", r.What, res.err, ErrOutcomeUnknown)
	}
	return fmt.Errorf("%s: %w", r.What, res.err)
}

// Stats returns what was done since the sender was made.
func (s *Sender) Stats() Stats { return s.counted.stats() }
