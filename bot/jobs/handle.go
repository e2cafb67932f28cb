package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/jobs/lease"
	"logbot/cache/state"
	"logbot/logsapi/requestid"
)

const (
	// maxAttempts is how often an intent is claimed without success before it is given
	// up. Each attempt takes a lease, so that is two minutes.
	maxAttempts = 8
	// settleTries is how often Again and Forget are tried while the store is away.
	settleTries = 3
)

// handle runs a claimed intent and settles what becomes of it.
func (j *Jobs) handle(ctx context.Context, c state.Claim) {
	if j.leases.Adopt(c) {
		return // it is being worked on here already
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := j.leases.Hold(c, cancel)
	defer l.Abandon()
	ctx = requestid.In(ctx, requestid.For(strings.TrimPrefix(c.ID, Command+":"))) // a command's is that of its first process
	log := j.log.WithFields(logrus.Fields{"intent": c.ID, "attempt": c.Attempts}).WithContext(ctx)
	handler, known := j.handlers[c.Kind]
	if !known {
		log.Warnf("this version cannot do work of the kind %q; it is left to another replica", c.Kind)
		return // until the lease ends
	}
	w := &Work{Intent: c.Intent, lease: l, jobs: j}
	if c.Attempts > maxAttempts {
		j.giveUp(ctx, log, handler, w)
		return
	}
	j.counted.runs.Add(1)
	next, err := safely(func() (Next, error) { return handler.Run(ctx, w) })
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, state.ErrLeaseLost), errors.Is(err, state.ErrLeaseLost):
		j.counted.lost.Add(1)
		log.Warn("another replica has the work now")
	case err == nil:
		j.settle(ctx, log, w, next)
	case errors.Is(cause, errStopping):
		if len(w.Progress) == 0 { // Again deletes progress
			j.settle(ctx, log, w, Again(time.Now(), c.Payload))
		}
	default:
		j.counted.failed.Add(1)
		log.Warnf("%s failed and is tried again in %v: %v", c.Kind, lease.Duration, err)
	}
}

func (j *Jobs) giveUp(ctx context.Context, log logrus.FieldLogger, handler Handler, w *Work) {
	j.counted.gaveUp.Add(1)
	log.Errorf("%s is given up after %d attempts", w.Kind, w.Attempts-1)
	next, err := safely(func() (Next, error) { return handler.GiveUp(ctx, w) })
	if err != nil {
		log.Errorf("tell that %s was given up: %v", w.Kind, err)
		next = Done()
	}
	j.settle(ctx, log, w, next)
}

// safely runs do; a panic becomes an error.
func safely(do func() (Next, error)) (next Next, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do()
}

// settle tells the store what becomes of the intent.
func (j *Jobs) settle(ctx context.Context, log logrus.FieldLogger, w *Work, next Next) {
	ctx = context.WithoutCancel(ctx)
	var err error
	switch next.end {
	case endDone:
		err = w.lease.Finish(ctx) // the lease tells it again if the store is away
	case endForget:
		err = whileAway(func() error { return w.lease.Forget(ctx) })
	case endAgain:
		err = whileAway(func() error { return w.lease.Reschedule(ctx, next.due, next.payload) })
	}
	if errors.Is(err, state.ErrLeaseLost) {
		j.counted.lost.Add(1)
	}
	if err != nil {
		log.Warnf("settle %s: %v", w.Kind, err)
		return
	}
	if next.end == endAgain && !next.due.After(time.Now()) {
		j.claimNow()
	}
}

// whileAway calls do again if the store is away. If that does not help, the lease
// ends and the intent is run again.
func whileAway(do func() error) (err error) {
	for try, wait := 0, time.Second; try < settleTries; try++ {
		if try > 0 {
			time.Sleep(wait)
			wait *= 2
		}
		if err = do(); !errors.Is(err, state.ErrAway) {
			break
		}
	}
	return err
}
