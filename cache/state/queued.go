package state

import (
	"slices"
	"strings"
	"time"
)

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
