package state

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// MaxIntents is the most intents in the queue; a new one is then refused. Redis
	// divides it among 4 parts of the queue and refuses if the part of the intent is
	// full.
	MaxIntents = 10_000
	// MaxPayload bounds the payload and the progress of an intent, each, in bytes.
	MaxPayload = 64 << 10
	// MaxID bounds an id and a kind, in bytes.
	MaxID = 256
	// Remembered is how long the store knows the id of an intent that was done, so
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
	// Kind chooses the handler: "command", "follow".
	Kind string `json:"kind"`
	// Due is when it falls due, by the clock of the process that put it. Zero is at
	// once.
	Due time.Time `json:"due,omitzero"`
	// Created is when it was put first.
	Created time.Time `json:"created,omitzero"`
	// Payload is what the work needs; opaque to the store.
	Payload []byte `json:"payload,omitempty"`
	// Progress is what was noted since it was put or rescheduled, such as the ts
	// of the message that was posted: the next holder goes on from there.
	Progress []byte `json:"progress,omitempty"`
	// Attempts counts the claims since it was put or rescheduled, this one
	// included. More than a few mean that the work kills its holders.
	Attempts int `json:"attempts,omitempty"`
	// LeasedUntil is when the lease of its holder ends; zero without a holder. If
	// it has passed, the holder has died or lost its connection.
	LeasedUntil time.Time `json:"leasedUntil,omitzero"`
}

// Claim is an intent and the right to do it, until its lease ends.
type Claim struct {
	Intent
	// Token is the fencing token, opaque: no two claims have the same, and the store
	// accepts only the newest.
	Token string
}

// mayBeRestored reports whether a holder's call may restore an intent that the
// store does not know.
func (c Claim) mayBeRestored(now time.Time) bool {
	return c.Token != "" && now.Before(c.LeasedUntil.Add(restorable))
}

// Intents is the queue of work that must happen. Work is done at least once: a
// process claims an intent, does it and calls Done. If it dies or does not renew
// its lease, another process claims the intent. No intent has two holders, and none
// is given out before it is due.
//
// A Redis whose master fails may lose what was written in the last moments, as its
// replication is asynchronous, and what is put while the store is away is known to
// its holder only. The holder's calls restore it: an intent that the store does not
// know exists again after Renew, Note, Again or Done, for half an hour after the
// claim. Only intents that nobody had claimed are then lost; a claim that was lost
// lets another process do the work again.
//
// Now is the caller's time; see the package's comment.
type Intents interface {
	// Put adds an intent, to be claimed once it is due, in one atomic step. It
	// changes nothing and returns false if an intent of this id waits, is being
	// done, or was done within the last hour ([Remembered]). Created becomes now if
	// it is zero; Attempts and LeasedUntil are ignored.
	//
	// It returns ErrFull when the queue is too long, ErrTooLarge for an id, kind,
	// payload or progress beyond its bound.
	Put(ctx context.Context, now time.Time, intent Intent) (added bool, err error)
	// PutClaimed is Put by a caller that begins the work at once: the intent is
	// leased to it from the start. It falls due for others when the lease ends
	// without being renewed; Due is ignored. This is the write before an
	// acknowledgement.
	//
	// The claim is valid also with ErrAway: its holder does the work, and renews and
	// ends the claim as if it had been written. Either it was, or the first of these
	// calls that reaches the store restores it.
	PutClaimed(ctx context.Context, now time.Time, intent Intent, lease time.Duration) (claim Claim, added bool, err error)
	// ClaimDue leases up to n intents to the caller that are due and have no
	// holder, those due longest first (in Redis within each part of the queue). If
	// a part of the queue is away, it returns what the others have, and ErrAway
	// only if that is nothing.
	ClaimDue(ctx context.Context, now time.Time, n int, lease time.Duration) ([]Claim, error)
	// Renew makes the lease end at now + lease. It works also when the lease has
	// ended and no other process has claimed the intent since.
	Renew(ctx context.Context, now time.Time, claim Claim, lease time.Duration) error
	// Note stores progress with the intent, in place of what was noted before. A
	// holder calls it right after a step that must not be repeated.
	Note(ctx context.Context, now time.Time, claim Claim, progress []byte) error
	// Again reschedules the intent, to fall due at due with a new payload. Its
	// progress and its attempts are reset: what must be kept goes into the payload.
	Again(ctx context.Context, now time.Time, claim Claim, due time.Time, payload []byte) error
	// Done removes the intent and remembers its id. Called again within the hour it
	// returns no error, and removes an intent that a failover restored.
	Done(ctx context.Context, now time.Time, claim Claim) error
	// Cancel removes an intent, claimed or not, and forgets its id, also that of one
	// which was done: it may be put again. Its holder gets ErrLeaseLost. It returns
	// false if no such intent was in the queue.
	Cancel(ctx context.Context, now time.Time, id string) (found bool, err error)

	// Get returns an intent in the queue, claimed or not, else ErrNotFound.
	Get(ctx context.Context, id string) (Intent, error)
	// List returns the intents of a kind, oldest first; "" is every kind. It reads
	// the whole queue; export and tools use it.
	List(ctx context.Context, kind string) ([]Intent, error)
	// Len is the number of intents in the queue, claimed or not.
	Len(ctx context.Context) (int, error)
}

// check refuses an intent that cannot be stored.
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

// queued is an intent in the queue.
type queued struct {
	Intent
	Token string `json:"token,omitempty"` // of the newest claim since it was put or rescheduled
	Next  int64  `json:"next"`            // Unix ms at which it may be claimed
}

// newQueued is an intent that is put now; leased if there is a token.
func newQueued(now time.Time, i Intent, token string, lease time.Duration) (queued, error) {
	if err := i.check(); err != nil {
		return queued{}, err
	}
	i.Attempts, i.LeasedUntil = 0, time.Time{}
	if i.Created.IsZero() {
		i.Created = now
	}
	if i.Due.IsZero() || token != "" {
		i.Due = now
	}
	q := queued{Intent: i, Token: token, Next: nextOf(now, i.Due)}
	if token != "" {
		q.Attempts = 1
		q.lease(now, lease)
	}
	return q, nil
}

// nextOf is when an intent may be claimed, in Unix ms: not before due, and at once
// if it is due already.
func nextOf(now, due time.Time) int64 {
	if due.After(now) {
		return dueMilli(due)
	}
	return due.UnixMilli()
}

// dueMilli is t in Unix ms, not before t.
func dueMilli(t time.Time) int64 { return t.Add(time.Millisecond - 1).UnixMilli() }

// lease makes the intent its holder's until now + lease.
func (q *queued) lease(now time.Time, lease time.Duration) {
	q.LeasedUntil = now.Add(leaseOf(lease))
	q.Next = dueMilli(q.LeasedUntil)
}

// leaseOf keeps a lease within its bounds.
func leaseOf(lease time.Duration) time.Duration {
	return min(max(lease, time.Millisecond), MaxLease)
}

// sortIntents sorts the oldest first.
func sortIntents(all []Intent) {
	slices.SortFunc(all, func(a, b Intent) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}
