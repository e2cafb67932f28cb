package send

import (
	"context"
	"errors"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// attemptWithin bounds one call of Slack; the bytes of a file have no such bound.
const attemptWithin = 30 * time.Second

// Attempt calls Slack once. It is the last stage of a request that may arrive more
// than once without harm.
type Attempt func(context.Context) error

func (do Attempt) exec(ctx context.Context, r *Request, _ next) Result {
	ctx, cancel := context.WithTimeout(ctx, attemptWithin)
	defer cancel()
	wrote, err := Call(ctx, do)
	return Judge(r.attempts, wrote, err)
}

// post is the attempt to post a message.
type post struct {
	counted *counters
	do      func(ctx context.Context, again bool) error
}

func (s post) exec(ctx context.Context, r *Request, next next) Result {
	if r.MayHaveArrived {
		s.counted.repeats.Add(1)
	}
	return Attempt(func(ctx context.Context) error { return s.do(ctx, r.MayHaveArrived) }).exec(ctx, r, next)
}

// inferArrived is around an attempt whose refusal may show that it has arrived
// before.
type inferArrived struct {
	counted *counters
	shows   func(error) bool
}

func (s inferArrived) exec(ctx context.Context, r *Request, next next) Result {
	res := next(ctx)
	if res.outcome == refused && r.MayHaveArrived && s.shows(res.err) {
		s.counted.inferred.Add(1)
		return Result{outcome: arrived}
	}
	return res
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

// Judge says how the n-th attempt ended, counted from 1, and how long to wait
// before the next. wrote says what Call does.
func Judge(n int, wrote bool, err error) Result {
	o, asked := classify(wrote, err)
	return Result{outcome: o, err: err, wait: pauseAfter(n, o, asked)}
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
