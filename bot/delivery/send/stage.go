package send

import (
	"context"
	"time"
)

// Stage is one step of a request on its way to Slack. A Sender makes stages. They
// keep nothing about a request; a list of them serves one request at a time.
type Stage interface {
	// exec does this stage's part. It calls next, which runs the stages after this
	// one, as often as it needs to, and returns what is known afterwards.
	exec(ctx context.Context, r *Request, next next) Result
}

// next runs the rest of a list of stages.
type next func(context.Context) Result

// stages are passed in the order of the list. The last one does not call next.
type stages []Stage

func (s stages) exec(ctx context.Context, r *Request) Result {
	return s[0].exec(ctx, r, func(ctx context.Context) Result { return s[1:].exec(ctx, r) })
}

// Request is what its stages know about one thing to tell Slack.
type Request struct {
	What           string // for errors and the log: "post to C0BUILDS01"
	MayHaveArrived bool   // an earlier attempt, or the same message sent by another way
	attempts       int    // begun so far
}

// Result is what is known after an attempt, or after a stage that prevented it.
type Result struct {
	outcome outcome
	err     error         // nil if the outcome is arrived
	wait    time.Duration // before the next attempt
}

// IsRefusal reports whether Slack has refused the request and always will.
func (r Result) IsRefusal() bool { return r.outcome == refused }

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
func withhold(err error) Result { return Result{outcome: withheld, err: err} }
