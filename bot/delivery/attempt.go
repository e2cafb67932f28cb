package delivery

import (
	"context"
	"errors"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
)

// attemptWithin bounds one call of Slack; the bytes of a file have no such bound.
const attemptWithin = 30 * time.Second

// attempt calls Slack once. It is the last stage of a request that may arrive more
// than once without harm.
type attempt func(context.Context) error

func (do attempt) exec(ctx context.Context, r *request, _ next) result {
	ctx, cancel := context.WithTimeout(ctx, attemptWithin)
	defer cancel()
	// Of several requests in one attempt the last counts: those before it were
	// answered.
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { written.Store(false) },
		WroteHeaders: func() { written.Store(true) },
	})
	err := hidePath(do(ctx))
	o, asked := classify(err, written.Load())
	return result{outcome: o, err: err, wait: pauseAfter(r.attempts, o, asked)}
}

// post is the attempt to post a message. A message that may be in the channel
// already is marked with a note.
type post struct {
	counted *counters
	form    *form
	send    func(context.Context, slack.MsgOption) error
}

func (s post) exec(ctx context.Context, r *request, next next) result {
	if r.mayHaveArrived {
		s.counted.Repeats.Add(1)
	}
	return attempt(func(ctx context.Context) error {
		return s.form.send(r.mayHaveArrived, func(o slack.MsgOption) error { return s.send(ctx, o) })
	}).exec(ctx, r, next)
}

// hidePath removes the path from the address in an error of the network: nobody
// needs a token to use a response_url or an upload's address. It changes the error
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
