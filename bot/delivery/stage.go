package delivery

import (
	"context"
	"time"
)

// A stage is one step of a request on its way to Slack. Stages keep no state of a
// request in themselves; they are not used by two goroutines at a time.
type stage interface {
	// exec does this stage's part. It calls next, which runs the stages after this
	// one, as often as it takes, and returns what is known then.
	exec(ctx context.Context, r *request, next next) result
}

// next runs the rest of a list of stages.
type next func(context.Context) result

// request is what its stages know about one thing to tell Slack.
type request struct {
	what           string // for errors and the log: "post to C0BUILDS01"
	mayHaveArrived bool   // an earlier attempt, or one by another way
	attempts       int    // begun so far
}

// result is what is known after an attempt, or after a stage that prevented it.
type result struct {
	outcome outcome
	err     error         // nil if the outcome is arrived
	wait    time.Duration // before the next attempt
}

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
func withhold(err error) result { return result{outcome: withheld, err: err} }

// stages are passed in the order of the list. The last one does not call next.
type stages []stage

func (s stages) exec(ctx context.Context, r *request) result {
	return s[0].exec(ctx, r, func(ctx context.Context) result { return s[1:].exec(ctx, r) })
}
