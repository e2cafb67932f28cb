package delivery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
)

const (
	// callWithin bounds one call to Slack, the bytes of a file excepted.
	callWithin = 30 * time.Second
	// deliverWithin bounds all tries of one delivery whose context has no end.
	deliverWithin = 15 * time.Minute
	// firstPause doubles with every try for which Slack names no time.
	firstPause = 500 * time.Millisecond
	maxPause   = 30 * time.Second
	// leastPause is the least after "too many requests"; Slack counts in seconds.
	leastPause = time.Second
	// maxLost is how many answers may get lost on the way back before a message is
	// taken for arrived: each of its tries may stand in the channel.
	maxLost = 5
)

// ErrOutcomeUnknown says that nobody can know whether what was sent has arrived: the
// connection broke after it was written, or Slack's answer did not come.
var ErrOutcomeUnknown = errors.New("it may have arrived at Slack")

// ErrClosed says that the courier delivers no more.
var ErrClosed = errors.New("the bot is stopping")

// errSuperseded ends a delivery of which a newer form waits already.
var errSuperseded = errors.New("a newer one waits already")

// errLeftOut ends a note that would have to wait.
var errLeftOut = errors.New("left out")

// call is one thing to do at Slack.
type call struct {
	what   string  // for errors: "post to C0BUILDS01"
	lane   string  // whose order is kept; empty for none
	limits []limit // the first is paused when Slack asks for patience

	// do makes one try; again says that an earlier one may have arrived.
	do func(ctx context.Context, again bool) error

	// before, where it is set, has the last word before each try. undo takes back
	// what it did where the try has surely not arrived.
	before func() error
	undo   func()

	// proof, where it is set, reports whether a refusal shows that an earlier try
	// for which that was not known has arrived.
	proof func(error) bool

	again   bool // an earlier try by another way may have arrived
	twice   bool // may be done twice without a trace
	passing bool // worth one try, and no waiting
}

// carry does what is to be done, as often as it takes and as the limits allow,
// until the context ends.
func (c *Courier) carry(ctx context.Context, k call) error {
	ctx, end, err := c.begin(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", k.what, err)
	}
	defer end()
	return c.carryOn(ctx, k)
}

// carryOn is carry as a part of a larger delivery.
func (c *Courier) carryOn(ctx context.Context, k call) error {
	switch {
	case k.passing:
		leave, free := c.lanes.enterFree(k.lane)
		if !free {
			return errLeftOut
		}
		defer leave()
	case k.lane != "":
		leave, err := c.lanes.enter(ctx, k.lane)
		if err != nil {
			return fmt.Errorf("%s: wait in the queue: %w", k.what, err)
		}
		defer leave()
	}
	doubtful := k.again
	err := c.tries(ctx, k, &doubtful)
	switch {
	case err == nil:
		c.counted.Sent.Add(1)
		return nil
	case doubtful && !k.again:
		return fmt.Errorf("%s: %w (%w)", k.what, err, ErrOutcomeUnknown)
	}
	return fmt.Errorf("%s: %w", k.what, err)
}

// tries makes a call until it arrives, is refused, or ctx ends.
func (c *Courier) tries(ctx context.Context, k call, doubtful *bool) (last error) {
	lost := 0
	for try := 0; ; try++ {
		if err := c.mayBegin(ctx, k); err != nil {
			return errors.Join(last, err)
		}
		if *doubtful && !k.twice && k.proof == nil {
			c.counted.Repeats.Add(1)
		}
		err, wrote := attempt(ctx, k, *doubtful)
		o, after := outcomeOf(err, wrote)
		if k.undo != nil && (o == limited || o == missed) {
			k.undo()
		}
		switch {
		case o == arrived:
			return nil
		case o == refused && *doubtful && k.proof != nil && k.proof(err):
			return nil
		case o == refused:
			return err
		case o == unsure:
			*doubtful = true
			if !answered(err) {
				lost++
			}
		case o == limited:
			c.counted.Limited.Add(1)
		}
		last = err
		if ctx.Err() != nil || k.passing || (lost >= maxLost && !k.twice) {
			return last
		}
		c.counted.Retried.Add(1)
		level := logrus.WarnLevel
		if o == limited {
			level = logrus.DebugLevel
		}
		c.log.WithField("try", try+1).Logf(level, "%s: %v; trying again", k.what, err)
		if err := c.rest(ctx, k, o, after, try); err != nil {
			return errors.Join(last, err)
		}
	}
}

// answered reports whether an error is an answer of Slack's.
func answered(err error) bool {
	return errors.As(err, new(slack.StatusCodeError)) || errors.As(err, new(slack.SlackErrorResponse))
}

// mayBegin waits until the limits let a call begin, and then asks before. For what
// is passing that comes first: what is left out takes no use of a limit.
func (c *Courier) mayBegin(ctx context.Context, k call) error {
	before, undo := k.before, k.undo
	if before == nil {
		before = func() error { return nil }
	}
	if undo == nil {
		undo = func() {}
	}
	if !k.passing {
		if err := c.pacer.wait(ctx, k.limits); err != nil {
			return err
		}
		return before()
	}
	if err := before(); err != nil {
		return err
	}
	if !c.pacer.spare(ctx, k.limits) {
		undo()
		return errLeftOut
	}
	return nil
}

// rest waits before the next try. What Slack asks for concerns everybody who
// waits for the same limit.
func (c *Courier) rest(ctx context.Context, k call, o outcome, after time.Duration, try int) error {
	pause := pauseAfter(try)
	if o != limited {
		return sleep(ctx, pause)
	}
	if after <= 0 {
		after = pause
	}
	after = max(after, leastPause)
	if len(k.limits) == 0 {
		return sleep(ctx, after)
	}
	c.pacer.pause(ctx, k.limits[0].name, after)
	return nil // the pacer waits
}

// pauseAfter is the pause after the try-th try, counted from 0: doubling, and a
// part of it by chance, so that many do not come back at once.
func pauseAfter(try int) time.Duration {
	pause := min(firstPause<<min(try, 10), maxPause)
	return pause/2 + rand.N(pause/2)
}

// attempt makes one try within its time and reports whether at least the
// beginning of its last request was handed to the network: one before that was
// answered.
func attempt(ctx context.Context, k call, again bool) (err error, wrote bool) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { written.Store(false) },
		WroteHeaders: func() { written.Store(true) },
	})
	err = nameless(k.do(ctx, again))
	return err, written.Load()
}
