package jobs

import (
	"context"
	"errors"
	"sync"
	"time"

	"logbot/bot/jobs/lease"
	"logbot/cache/state"
	"logbot/logsapi/pace"
)

const (
	// claimEvery is how often a replica with nothing to do looks for due intents.
	claimEvery = time.Second
	// maxBackoff bounds the pause between two tries while the store is away.
	maxBackoff = 10 * time.Second
	// drainWithin is how long handlers may go on after the process was told to stop.
	drainWithin = 5 * time.Second
	// keepWithin is how long leases are kept after that if Release is not called: the
	// bot answers what it has taken, and no process has longer than 30 s.
	keepWithin = 30 * time.Second
)

var errStopping = errors.New("this process stops")

// Run handles due intents until ctx ends. Then it claims no more, lets handlers go
// on for 5 s, cancels them, and returns the rest to the store. The leases of
// commands that began here are kept until they are finished, Release is called, or
// half a minute has passed.
func (j *Jobs) Run(ctx context.Context) {
	working, stopWork := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stopWork(nil)
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	defer stopKeeping()
	var keeper, runs sync.WaitGroup
	keeper.Go(func() { j.leases.Run(keeping) })
	if j.ready != nil {
		select {
		case <-j.ready:
		case <-ctx.Done():
		}
	}
	j.claimAll(ctx, func(c state.Claim) {
		runs.Go(func() {
			defer func() { <-j.slots }()
			j.handle(working, c)
		})
	})
	ended := make(chan struct{})
	go func() { runs.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(drainWithin):
		stopWork(errStopping)
		<-ended
	}
	select {
	case <-j.released:
	case <-j.leases.Idle():
	case <-time.After(keepWithin):
	}
	stopKeeping()
	keeper.Wait()
}

// Release returns the commands that this process will not answer to the store; see
// lease.Holder. It is called when the bot has stopped; Run returns soon after.
func (j *Jobs) Release(ctx context.Context) {
	j.release()
	j.leases.Release(ctx)
}

// claimAll claims due intents and begins their runs, until ctx ends. It reserves
// slots before it claims, so that no claim waits for a slot.
func (j *Jobs) claimAll(ctx context.Context, begin func(state.Claim)) {
	wait, away := claimEvery, false
	for {
		free := j.reserve(ctx)
		if free == 0 {
			return
		}
		claims, err := j.intents.ClaimDue(ctx, time.Now(), free, lease.Duration)
		for _, c := range claims {
			begin(c)
		}
		for range free - len(claims) {
			<-j.slots
		}
		wake := j.wake
		switch {
		case err != nil:
			if !away && ctx.Err() == nil {
				j.log.Warnf("due work cannot be claimed: %v", err)
			}
			wait, away, wake = min(2*wait, maxBackoff), true, nil
		case len(claims) == free:
			continue // there may be more
		default:
			wait, away = claimEvery, false
		}
		if pace.SleepOr(ctx, wait, wake) != nil {
			return
		}
	}
}

// reserve waits for a free slot and reserves all that are free; 0 when ctx ends.
func (j *Jobs) reserve(ctx context.Context) (n int) {
	if ctx.Err() != nil {
		return 0
	}
	select {
	case <-ctx.Done():
		return 0
	case j.slots <- struct{}{}:
	}
	for n = 1; n < cap(j.slots); n++ {
		select {
		case j.slots <- struct{}{}:
		default:
			return n
		}
	}
	return n
}
