package send

import (
	"context"
	"errors"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/logsapi/pace"
)

const (
	// attemptWithin bounds one call of Slack; the bytes of a file have no such bound.
	attemptWithin = 30 * time.Second
	// maxUnanswered is how many attempts at a message may get no answer: each of
	// them may show it once more in the channel.
	maxUnanswered = 5
)

// Attempt calls Slack once. It is the last stage of a request that may arrive more
// than once without harm.
func Attempt(do func(context.Context) error) Stage {
	return func(ctx context.Context, r *Request, _ func(context.Context) Result) Result {
		ctx, cancel := context.WithTimeout(ctx, attemptWithin)
		defer cancel()
		r.Late.Begin()
		wrote, err := Call(ctx, do)
		return Judge(r.attempts, wrote, err)
	}
}

// Call runs do, which calls Slack with its context. wrote says that at least the
// beginning of the request was handed to the network. Of several requests the last
// counts: those before it were answered. The error holds no secret address.
func Call(ctx context.Context, do func(context.Context) error) (wrote bool, err error) {
	var written atomic.Bool
	err = do(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { written.Store(false) },
		WroteHeaders: func() { written.Store(true) },
	}))
	return written.Load(), hidePath(err)
}

// hidePath removes the path from the address in an error of the network: a
// response_url and an upload's address work without a token. It changes the error
// in place, before anybody has made text of it.
func hidePath(err error) error {
	var network *url.Error
	if !errors.As(err, &network) {
		return err
	}
	u, bad := url.Parse(network.URL)
	if bad != nil {
		network.URL = "an address that cannot be read"
		return err
	}
	network.URL = (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
	return err
}

// attempts makes the stages around an attempt, and counts what they do.
type attempts struct {
	log     logrus.FieldLogger
	counted counters
}

// Post makes one attempt to post a message. again says that the message may be in
// the channel already, and is to be marked.
func (a *attempts) Post(do func(ctx context.Context, again bool) error) Stage {
	return func(ctx context.Context, r *Request, next func(context.Context) Result) Result {
		if r.MayHaveArrived {
			a.counted.repeats.Add(1)
		}
		return Attempt(func(ctx context.Context) error { return do(ctx, r.MayHaveArrived) })(ctx, r, next)
	}
}

// InferArrived turns a refusal into success if an earlier attempt may have arrived
// and shows says that the refusal shows that it has.
func (a *attempts) InferArrived(shows func(error) bool) Stage {
	return func(ctx context.Context, r *Request, next func(context.Context) Result) Result {
		res := next(ctx)
		if res.outcome == refused && r.MayHaveArrived && shows(res.err) {
			a.counted.inferred.Add(1)
			return Result{outcome: arrived}
		}
		return res
	}
}

// Once makes one attempt.
func (a *attempts) Once() Stage { return a.retry(1, 0) }

// RetryFreely is for requests that do no harm when they arrive twice.
func (a *attempts) RetryFreely() Stage { return a.retry(0, 0) }

// RetryVisibly is for requests that people see as often as they arrive: it stops
// after five attempts without an answer.
func (a *attempts) RetryVisibly() Stage { return a.retry(0, maxUnanswered) }

// retry makes attempts until the request has arrived or is refused, or ctx ends, or
// one of the limits is reached; 0 is without a limit.
func (a *attempts) retry(maxAttempts, maxUnanswered int) Stage {
	return func(ctx context.Context, r *Request, next func(context.Context) Result) Result {
		var last error
		unanswered := 0
		for {
			r.attempts++
			res := next(ctx)
			switch res.outcome {
			case arrived:
				r.Late.Arrived()
				return res
			case refused:
				a.counted.refusals[Explain(res.err).Cause].Add(1)
				return res
			case withheld:
				return withhold(errors.Join(last, res.err))
			case unsure:
				r.MayHaveArrived = true
				if !isAnswer(res.err) {
					unanswered++
				}
			case limited:
				a.counted.limited.Add(1)
			}
			last = res.err
			r.Late.Failed(res.err)
			if ctx.Err() != nil || r.attempts == maxAttempts || unanswered > 0 && unanswered == maxUnanswered {
				return res
			}
			if err := a.Again(ctx, r.What, r.attempts, res); err != nil {
				return withhold(err)
			}
		}
	}
}

// Again waits after the n-th attempt, and says so in the log. It returns an error if
// ctx ends.
func (a *attempts) Again(ctx context.Context, what string, n int, res Result) error {
	a.counted.retried.Add(1)
	level := logrus.WarnLevel
	if res.outcome == limited {
		level = logrus.DebugLevel
	}
	a.log.WithField("try", n).WithContext(ctx).Logf(level, "%s: %v; trying again", what, res.err)
	if err := pace.Sleep(ctx, res.wait); err != nil {
		return errors.Join(res.err, err)
	}
	return nil
}
