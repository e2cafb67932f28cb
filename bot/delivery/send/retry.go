package send

import (
	"context"
	"errors"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/logsapi/pace"
)

const (
	// firstPause doubles with every attempt for which Slack names no time.
	firstPause = 500 * time.Millisecond
	maxPause   = 30 * time.Second
	// minLimitedPause is the shortest after "too many requests"; Slack counts in
	// seconds.
	minLimitedPause = time.Second
	// maxUnanswered is how many attempts at a message may get no answer: each of
	// them may show it once more in the channel.
	maxUnanswered = 5
)

// retry makes attempts until the request has arrived or is refused, or ctx ends.
type retry struct {
	log           logrus.FieldLogger
	counted       *counters
	maxAttempts   int // 0 is without a limit
	maxUnanswered int // of the attempts; 0 is without a limit
}

func (s retry) exec(ctx context.Context, r *Request, next next) Result {
	var last error
	unanswered := 0
	for {
		r.attempts++
		res := next(ctx)
		switch res.outcome {
		case arrived, refused:
			return res
		case withheld:
			return withhold(errors.Join(last, res.err))
		case unsure:
			r.MayHaveArrived = true
			if !isAnswer(res.err) {
				unanswered++
			}
		case limited:
			s.counted.limited.Add(1)
		}
		last = res.err
		if ctx.Err() != nil || r.attempts == s.maxAttempts || unanswered > 0 && unanswered == s.maxUnanswered {
			return res
		}
		if err := again(ctx, s.log, s.counted, r.What, r.attempts, res); err != nil {
			return withhold(err)
		}
	}
}

// again waits after the n-th attempt, and says so in the log.
func again(ctx context.Context, log logrus.FieldLogger, counted *counters, what string, n int, res Result) error {
	counted.retried.Add(1)
	level := logrus.WarnLevel
	if res.outcome == limited {
		level = logrus.DebugLevel
	}
	log.WithField("try", n).Logf(level, "%s: %v; trying again", what, res.err)
	if err := pace.Sleep(ctx, res.wait); err != nil {
		return errors.Join(res.err, err)
	}
	return nil
}

// pauseAfter is how long to wait after the n-th attempt, counted from 1. asked is
// how long Slack asks to wait, 0 if it does not say.
func pauseAfter(n int, o outcome, asked time.Duration) time.Duration {
	pause := pace.Jitter(pace.Backoff(n, firstPause, maxPause))
	if o != limited {
		return pause
	}
	if asked > 0 {
		pause = asked
	}
	return max(pause, minLimitedPause)
}
