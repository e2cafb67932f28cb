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
// depends on an error code of Slack's is in codes.go.
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
	log     logrus.FieldLogger
	counted *counters
	lanes   *lanes
	pacer   *pacer
	budgets *budgets
}

// NewSender returns a sender that keeps the limits of l, which other processes may
// share. If l is nil it keeps Slack's limits for this process alone.
func NewSender(l Limiter, log logrus.FieldLogger) *Sender {
	return &Sender{log: log, counted: &counters{}, lanes: newLanes(), pacer: newPacer(l, log), budgets: newBudgets()}
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
	res := stages(list).exec(ctx, r)
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

// InLane lets the requests of one lane through one at a time, in their order.
func (s *Sender) InLane(key string) Stage { return inLane{s.lanes, key} }

// InFreeLane is InLane for a request that is dropped with ErrWouldWait rather than
// wait.
func (s *Sender) InFreeLane(key string) Stage { return inFreeLane{s.lanes, key} }

// Once makes one attempt.
func (s *Sender) Once() Stage { return retry{log: s.log, counted: s.counted, maxAttempts: 1} }

// RetryFreely is for requests that do no harm when they arrive twice.
func (s *Sender) RetryFreely() Stage { return retry{log: s.log, counted: s.counted} }

// RetryVisibly is for requests that people see as often as they arrive: it stops
// after five attempts without an answer.
func (s *Sender) RetryVisibly() Stage {
	return retry{log: s.log, counted: s.counted, maxUnanswered: maxUnanswered}
}

// Paced waits before each attempt until all limits allow it. It pauses the first
// one for everybody when Slack says that there are too many requests.
func (s *Sender) Paced(limits ...Limit) Stage { return paced{s.pacer, limits} }

// IfUnlimited is Paced for a request that is dropped with ErrWouldWait rather than
// wait.
func (s *Sender) IfUnlimited(limits ...Limit) Stage { return ifUnlimited{s.pacer, limits} }

// Budgeted takes one use of a response_url for each attempt, and leaves so many to
// others. It ends in ErrURLSpent if it cannot. Without a URL it does nothing.
func (s *Sender) Budgeted(responseURL string, leave int) Stage {
	return budgeted{s.budgets, responseURL, leave}
}

// UnlessSuperseded drops a request with ErrSuperseded if another one waits for the
// same lane.
func (s *Sender) UnlessSuperseded(key string) Stage { return unlessSuperseded{s.lanes, key} }

// InferArrived turns a refusal into success if an earlier attempt may have arrived
// and shows says that the refusal shows that it has.
func (s *Sender) InferArrived(shows func(error) bool) Stage { return inferArrived{s.counted, shows} }

// Post makes one attempt to post a message. again says that the message may be in
// the channel already, and is to be marked.
func (s *Sender) Post(do func(ctx context.Context, again bool) error) Stage {
	return post{s.counted, do}
}

// Again waits after the n-th attempt of a request that has no list of stages, and
// says so in the log. It returns an error if ctx ends.
func (s *Sender) Again(ctx context.Context, what string, n int, res Result) error {
	return again(ctx, s.log, s.counted, what, n, res)
}
