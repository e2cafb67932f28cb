package jobs

import (
	"context"
	"time"

	"logbot/bot/jobs/lease"
	"logbot/cache/state"
)

// Work is one claim of an intent, as its handler sees it.
type Work struct {
	state.Intent
	lease *lease.Lease
	jobs  *Jobs
}

// Note stores progress with the intent; if this process dies, the next run gets it.
// After state.ErrLeaseLost another replica has the intent, and nothing more may be
// posted for it.
func (w *Work) Note(ctx context.Context, progress []byte) error {
	if err := w.lease.Note(ctx, progress); err != nil {
		return err
	}
	w.Progress = progress
	return nil
}

// CountRepeat counts a message that may be in the channel twice; see Stats.
func (w *Work) CountRepeat() { w.jobs.counted.repeats.Add(1) }

// Next is what becomes of an intent after a run.
type Next struct {
	end     end
	due     time.Time
	payload []byte
}

type end uint8

const (
	endDone end = iota
	endForget
	endAgain
)

// Done ends the intent. Its id stays known for an hour (state.Remembered), so that
// it cannot be scheduled again.
func Done() Next { return Next{end: endDone} }

// Forget ends the intent; one with the same id may be scheduled at once.
func Forget() Next { return Next{end: endForget} }

// Again has the intent run again at due with another payload. Its progress is
// deleted: what must be kept goes into the payload.
func Again(due time.Time, payload []byte) Next {
	return Next{end: endAgain, due: due, payload: payload}
}

// Handler does the work of one kind of intent. Its methods are called concurrently
// for different intents, and may be called again for the same one if a process died
// during a run.
type Handler interface {
	// Run does a short piece of the work. Its context ends when the lease is lost or
	// the process stops. After an error the intent is run again when its lease has
	// ended, with the progress that was noted.
	Run(ctx context.Context, w *Work) (Next, error)
	// GiveUp is called for an intent whose runs failed too often. It tells the caller
	// and returns what becomes of the intent, mostly Done.
	GiveUp(ctx context.Context, w *Work) (Next, error)
}
