package state

import (
	"context"
	"fmt"
	"time"
)

const (
	// MaxIntents is how many intents wait at most.
	MaxIntents = 10_000
	// MaxPayload bounds the payload and the progress of an intent, each, in bytes.
	MaxPayload = 64 << 10
	// MaxID bounds an id and a kind, in bytes.
	MaxID = 256
	// Remembered is how long the id of an intent that was done is still known, so
	// that the same one delivered again is not new.
	Remembered = time.Hour
	// MaxLease bounds a lease.
	MaxLease = time.Minute

	// restorable is how long after a claim its holder may restore an intent that
	// the store does not know. It is well below Remembered: an intent that was done
	// or cancelled meanwhile is known as such.
	restorable = Remembered / 2
)

// Intent is work that must happen.
type Intent struct {
	// ID is what the work is about, such as the id of an event or
	// "follow:C024BE91L:48c6…:128". Work with the same id is the same work.
	ID string `json:"id"`
	// Kind says who knows how to do it: "command", "follow".
	Kind string `json:"kind"`
	// Due is when it falls due, by the clock of whoever put it. Zero is at once.
	Due time.Time `json:"due,omitzero"`
	// Created is when it was put first.
	Created time.Time `json:"created,omitzero"`
	// Payload is what the work needs. It is opaque here.
	Payload []byte `json:"payload,omitempty"`
	// Progress is what was noted since it was put or rescheduled, such as the ts
	// of the message that was posted: the next holder goes on from there.
	Progress []byte `json:"progress,omitempty"`
	// Attempts counts the claims since it was put or rescheduled, the one it came
	// with included. More than a few say that its holders die of it.
	Attempts int `json:"attempts,omitempty"`
	// LeasedUntil is when the lease of its holder ends; zero where nobody has it.
	// A time that has passed says that the holder is gone.
	LeasedUntil time.Time `json:"leasedUntil,omitzero"`
}

// Claim is an intent and the right to do it, until its lease ends.
type Claim struct {
	Intent
	// Token is the fencing token: no two claims have the same, and the store takes
	// only the newest one's. Nothing is read from it.
	Token string
}

// mayBeRestored reports whether a holder's call may restore an intent that the
// store does not know.
func (c Claim) mayBeRestored(now time.Time) bool {
	return c.Token != "" && now.Before(c.LeasedUntil.Add(restorable))
}

// Intents is the queue of what must happen. Work is done at least once: who
// claims an intent does it and says Done. Whoever dies meanwhile, or does not
// renew, loses it to another. No intent has two holders, and none is given out
// before it is due.
//
// A Redis whose master fails may lose what was written in the last moments, as
// its replication does not wait, and what is put while the store is away is in
// nobody's hands but its holder's. A holder's calls make up for that, from the
// claim: an intent of which nothing is known is there again after Renew, Note,
// Again or Done, for half an hour after the claim. Lost is then only what nobody
// had claimed; a claim that was lost lets another do the work again.
//
// Now is the caller's time; see the package's comment.
type Intents interface {
	// Put adds an intent for whoever claims it once it is due. It is one atomic
	// step. added is false where an intent of this id waits, is being done, or was
	// done within the last hour ([Remembered]); nothing is changed then. Created
	// becomes now where it is zero; Attempts and LeasedUntil are ignored.
	//
	// It returns ErrFull when the queue is too long, ErrTooLarge for an id, kind,
	// payload or progress beyond its bound.
	Put(ctx context.Context, now time.Time, intent Intent) (added bool, err error)
	// PutClaimed is Put by who begins the work at once: the intent is leased to
	// the caller from the start. It falls due for others when the lease ends
	// without being renewed; Due is ignored. This is the write before an
	// acknowledgement.
	//
	// The claim is good also with ErrAway: its holder does the work, and goes on to
	// renew and end the claim as if it had been written. Either it was, or the
	// first of these calls that the store hears makes up for it.
	PutClaimed(ctx context.Context, now time.Time, intent Intent, lease time.Duration) (claim Claim, added bool, err error)
	// ClaimDue leases up to n intents that are due and have no holder to the
	// caller, those due longest first (in Redis within each part of the queue).
	// None due is no error. Where a part of the queue is away, it returns what
	// the others have, and ErrAway only if that is nothing.
	ClaimDue(ctx context.Context, now time.Time, n int, lease time.Duration) ([]Claim, error)
	// Renew makes the lease end at now + lease. It works also when the lease has
	// ended and nobody has claimed the intent since.
	Renew(ctx context.Context, now time.Time, claim Claim, lease time.Duration) error
	// Note keeps progress with the intent, in place of what was noted before. A
	// holder calls it right after what must not be repeated.
	Note(ctx context.Context, now time.Time, claim Claim, progress []byte) error
	// Again gives the intent back, to fall due at due with a new payload. Its
	// progress and its attempts begin anew: what shall be kept goes into the
	// payload.
	Again(ctx context.Context, now time.Time, claim Claim, due time.Time, payload []byte) error
	// Done takes the intent out and remembers its id. Said again within the hour,
	// it is no error, and takes out an intent that a failover brought back.
	Done(ctx context.Context, now time.Time, claim Claim) error
	// Cancel takes an intent out whoever has it, and forgets its id, also that of
	// one which was done: it may be put anew. Its holder finds its lease lost.
	// found is false where none waited.
	Cancel(ctx context.Context, now time.Time, id string) (found bool, err error)

	// Get returns an intent that waits or is being done, else ErrNotFound.
	Get(ctx context.Context, id string) (Intent, error)
	// List returns the intents of a kind, oldest first; "" is every kind. It is
	// for people and for export: it reads the whole queue.
	List(ctx context.Context, kind string) ([]Intent, error)
	// Len is how many intents wait or are being done.
	Len(ctx context.Context) (int, error)
}

// check refuses an intent beyond the bounds.
func (i Intent) check() error {
	switch {
	case i.ID == "":
		return fmt.Errorf("put an intent of kind %q: it has no id", i.Kind)
	case len(i.ID) > MaxID || len(i.Kind) > MaxID:
		return fmt.Errorf("put an intent with an id of %d and a kind of %d bytes (at most %d): %w", len(i.ID), len(i.Kind), MaxID, ErrTooLarge)
	}
	for name, content := range map[string][]byte{"payload": i.Payload, "progress": i.Progress} {
		if len(content) > MaxPayload {
			return fmt.Errorf("keep intent %s with a %s of %d bytes (at most %d): %w", i.ID, name, len(content), MaxPayload, ErrTooLarge)
		}
	}
	return nil
}
