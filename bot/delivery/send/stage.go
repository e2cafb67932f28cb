package send

import (
	"context"
	"sync/atomic"
)

// Stage is one step of a request on its way to Slack. It calls next, which runs the
// stages after this one, as often as it needs to, and returns what is known afterwards.
// The last stage of a list does not call next. A list serves one request at a time.
type Stage func(ctx context.Context, r *Request, next func(context.Context) Result) Result

// pass runs a request through a list of stages, in its order.
func pass(ctx context.Context, r *Request, list []Stage) Result {
	return list[0](ctx, r, func(ctx context.Context) Result { return pass(ctx, r, list[1:]) })
}

// Request is what its stages know about one thing to tell Slack.
type Request struct {
	What           string // for errors and the log: "post to C0BUILDS01"
	MayHaveArrived bool   // an earlier attempt, or the same message sent by another way
	Late           *Late  // who is told if it takes long; may be nil
	attempts       int    // begun so far
}

// Stats is what a sender has done since it was made, and what it does now.
type Stats struct {
	Sent     int64 // requests that were carried out
	Retried  int64 // attempts after the first
	Limited  int64 // attempts that Slack refused as one too many
	Repeats  int64 // messages sent again, and marked so, though an earlier attempt may have arrived
	Inferred int64 // requests known to have arrived by a later refusal alone
	Waiting  int64 // deliveries that have not ended

	Refusals map[Cause]int64 // requests that Slack refused; causes that did not occur are left out
}

type counters struct {
	sent, retried, limited, repeats, inferred, waiting atomic.Int64

	refusals [causeCount]atomic.Int64
}

func (c *counters) stats() Stats {
	refusals := map[Cause]int64{}
	for i := range c.refusals {
		if n := c.refusals[i].Load(); n > 0 {
			refusals[Cause(i)] = n
		}
	}
	return Stats{
		Refusals: refusals,
		Sent:     c.sent.Load(), Retried: c.retried.Load(), Limited: c.limited.Load(),
		Repeats: c.repeats.Load(), Inferred: c.inferred.Load(), Waiting: c.waiting.Load(),
	}
}
