package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery/send"
	"logbot/bot/jobs/lease"
	"logbot/cache/patience"
)

// Intents stores commands outside this process, so that another process answers them
// if this one dies; a jobs.Commands is one. Methods may be called concurrently.
type Intents interface {
	// Begin stores a command before its envelope is acknowledged. first is false if
	// the id is known: Slack has delivered an event again. After an error, too, the
	// command must be answered, under the lease, which may be nil.
	Begin(ctx context.Context, id string, payload []byte) (l *lease.Lease, first bool, err error)
	// Open returns the payload of an unanswered command of any process; nil if there is
	// none.
	Open(ctx context.Context, id string) (payload []byte, err error)
	// Cancel deletes a command, so that no process answers it; found is false if there
	// is none.
	Cancel(ctx context.Context, id string) (found bool, err error)
}

const (
	// beginWithin bounds the wait for Begin and Confirm: Slack waits 3 s for the
	// acknowledgement.
	beginWithin = 250 * time.Millisecond
	// recordWithin bounds the calls that record an answer.
	recordWithin = 2 * time.Second
)

// errTaken ends a command whose lease another process has taken over.
var errTaken = errors.New("another process answers")

// leases takes and ends the leases of commands.
type leases struct {
	intents Intents
	log     logrus.FieldLogger
}

// begin takes the lease of a job. If the store does not answer, the job is answered
// without one. first is false if the job is known already.
func (ls leases) begin(ctx context.Context, j job) (l *lease.Lease, first bool) {
	l, first, err := ls.tryBegin(patience.In(ctx, j.patience), j)
	if err != nil {
		ls.log.WithField("id", j.ID).WithContext(ctx).Warnf("command not stored; another process could not answer it: %v", err)
	}
	return l, first || err != nil
}

// tryBegin takes the lease of a job. first is false if the job is known already. After an
// error, too, there may be a lease.
func (ls leases) tryBegin(ctx context.Context, j job) (l *lease.Lease, first bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, beginWithin)
	defer cancel()
	payload, err := json.Marshal(j)
	if err != nil {
		return nil, true, err
	}
	return ls.intents.Begin(ctx, j.ID, payload)
}

// once reports whether this process is the first to do what id stands for. If the store
// does not answer, it is.
func (ls leases) once(ctx context.Context, id string) bool {
	l, first := ls.begin(ctx, job{ID: id, Recorded: true, patience: patience.Of(ctx)})
	if first {
		ls.finish(ctx, job{ID: id, lease: l})
	}
	return first
}

func (ls leases) guard(j job, cancel context.CancelCauseFunc) {
	if !j.resumed { // otherwise the context of Resume ends
		j.lease.OnLost(func(why error) { cancel(fmt.Errorf("%w: %w", errTaken, why)) })
	}
}

// confirm checks that this process still holds the lease of j.
func (ls leases) confirm(ctx context.Context, j job) error {
	ctx, cancel := context.WithTimeout(ctx, beginWithin)
	defer cancel()
	if err := j.lease.Confirm(ctx); err != nil {
		return fmt.Errorf("%w: %w", errTaken, err)
	}
	return nil
}

// recording is the context of calls after an answer, for which nobody waits.
func recording(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(patience.Without(context.WithoutCancel(ctx)), recordWithin)
}

// posted records that the answer to j is in the channel; ts may be empty.
func (ls leases) posted(ctx context.Context, j job, ts string) {
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := j.lease.Posted(ctx, j.To.Channel, ts, j.settle != nil); err != nil {
		ls.log.WithField("id", j.ID).WithContext(ctx).Warnf("record that an answer was posted: %v", err)
	}
}

// finish finishes the lease of j, which is answered. The caller of Resume does so
// itself.
func (ls leases) finish(ctx context.Context, j job) {
	if j.resumed {
		return
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := j.lease.Finish(ctx); err != nil {
		ls.log.WithField("id", j.ID).WithContext(ctx).Warnf("record that a command is answered: %v", err)
	}
}

// mayRetry reports whether another process may answer j after a failure that the caller was
// not told about: Slack could not be reached from here. Otherwise a retry cannot succeed, or
// could only duplicate an answer.
func mayRetry(why error) bool {
	return !errors.Is(why, send.ErrOutcomeUnknown) && send.Explain(why).Remedy == send.Retry
}

// abandon gives j up without an answer. The next answer to it is marked as a possible
// repeat.
func (ls leases) abandon(j job) {
	if !j.resumed {
		j.lease.Abandon()
	}
}

// storedLine is the line that repeats a stored job.
func storedLine(payload []byte) (string, error) {
	j, err := readJob(payload)
	return j.Again, err
}

func readJob(payload []byte) (job, error) {
	var j job
	if err := json.Unmarshal(payload, &j); err != nil {
		return job{}, fmt.Errorf("read a stored command: %w", err)
	}
	return j, nil
}
