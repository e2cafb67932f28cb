package state

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// fileIntents are the Intents of a file.
type fileIntents struct{ *file }

// record is an intent in a file.
type record struct {
	Intent
	Token string `json:"token,omitempty"` // of the newest claim since it was put or rescheduled
	Next  int64  `json:"next"`            // stamp in the due bucket: when it may be claimed
}

// queue is the content of the buckets of intents within one transaction.
type queue struct {
	tx       *bolt.Tx
	all, due *bolt.Bucket
	done     expiring
}

func queueIn(tx *bolt.Tx) queue {
	return queue{tx, tx.Bucket([]byte(intentsBucket)), tx.Bucket([]byte(dueBucket)), expiringIn(tx, doneBucket)}
}

func (q queue) get(id string) (r record, found bool, err error) {
	found, err = get(q.all, []byte(id), &r)
	return r, found, err
}

func (q queue) dueKey(r record) []byte { return append(appendStamp(nil, r.Next), r.ID...) }

// save writes an intent, which was at old in the order of due times.
func (q queue) save(r record, old *record) error {
	if old != nil {
		if err := q.due.Delete(q.dueKey(*old)); err != nil {
			return err
		}
	}
	if err := put(q.all, []byte(r.ID), r); err != nil {
		return err
	}
	return q.due.Put(q.dueKey(r), nil)
}

func (q queue) remove(r record) error {
	if err := q.due.Delete(q.dueKey(r)); err != nil {
		return err
	}
	if err := q.all.Delete([]byte(r.ID)); err != nil {
		return err
	}
	return addCount(q.tx, intentsBucket, -1)
}

// held returns the intent of a claim, or ErrLeaseLost. One of which nothing is
// known was never written, because the disk was slow: its holder makes up for it.
func (q queue) held(now time.Time, c Claim) (record, error) {
	r, found, err := q.get(c.ID)
	switch {
	case err != nil:
		return r, err
	case found && r.Token == c.Token && c.Token != "":
		return r, nil
	case found || q.done.get(c.ID, 0) != nil || !c.mayBeMadeUp(now):
		return r, ErrLeaseLost
	}
	r = record{Intent: c.Intent, Token: c.Token, Next: now.UnixMilli()}
	r.Attempts = 1
	if err := addCount(q.tx, intentsBucket, 1); err != nil {
		return r, err
	}
	return r, q.save(r, nil)
}

// cancelled stands in the place of the token of who ended an intent.
const cancelled = "-"

// newToken names a claim.
func newToken() string { return rand.Text() }

// Put implements Intents.
func (f fileIntents) Put(ctx context.Context, now time.Time, i Intent) (bool, error) {
	_, added, err := f.put(ctx, now, i, "", 0)
	return added, err
}

// PutClaimed implements Intents.
func (f fileIntents) PutClaimed(ctx context.Context, now time.Time, i Intent, lease time.Duration) (Claim, bool, error) {
	return f.put(ctx, now, i, newToken(), lease)
}

func (f fileIntents) put(ctx context.Context, now time.Time, i Intent, token string, lease time.Duration) (Claim, bool, error) {
	r, err := newRecord(now, i, token, lease)
	if err != nil {
		return Claim{}, false, err
	}
	added, err := update(ctx, f.file, f.budgetOf(token), "put intent "+i.ID, func(tx *bolt.Tx) (bool, error) {
		q := queueIn(tx)
		at := now.UnixMilli()
		if _, found, err := q.get(r.ID); err != nil || found {
			return false, err
		}
		if ended := q.done.get(r.ID, at); ended != nil && string(ended) != cancelled {
			return false, nil
		}
		if count(tx, intentsBucket) >= int64(f.options.MaxIntents) {
			return false, fmt.Errorf("%w: %d intents wait", ErrFull, f.options.MaxIntents)
		}
		if err := q.done.prune(at); err != nil {
			return false, err
		}
		if err := q.done.remove([]byte(r.ID)); err != nil {
			return false, err
		}
		if err := addCount(tx, intentsBucket, 1); err != nil {
			return false, err
		}
		return true, q.save(r, nil)
	})
	return Claim{Intent: r.Intent, Token: token}, added, err
}

// budgetOf is the budget of a put: only one that is claimed stands before an
// acknowledgement.
func (f *file) budgetOf(token string) time.Duration {
	if token != "" {
		return f.options.Budget
	}
	return 4 * f.options.Budget
}

// newRecord is an intent as it is first kept; leased where there is a token.
func newRecord(now time.Time, i Intent, token string, lease time.Duration) (record, error) {
	if err := i.check(); err != nil {
		return record{}, err
	}
	i.Attempts, i.LeasedUntil = 0, time.Time{}
	if i.Created.IsZero() {
		i.Created = now
	}
	if i.Due.IsZero() || token != "" {
		i.Due = now
	}
	r := record{Intent: i, Token: token, Next: nextOf(now, i.Due)}
	if token != "" {
		r.Attempts = 1
		r.lease(now, lease)
	}
	return r, nil
}

// nextOf is when what is due may be claimed, in ms: not before, and what is due
// already at once.
func nextOf(now, due time.Time) int64 {
	if due.After(now) {
		return dueMilli(due)
	}
	return due.UnixMilli()
}

// lease makes the intent its holder's until now + lease.
func (r *record) lease(now time.Time, lease time.Duration) {
	r.LeasedUntil = now.Add(leaseOf(lease))
	r.Next = dueMilli(r.LeasedUntil)
}

// ClaimDue implements Intents.
func (f fileIntents) ClaimDue(ctx context.Context, now time.Time, n int, lease time.Duration) ([]Claim, error) {
	if n <= 0 {
		return nil, nil
	}
	// Most often nothing is due; that costs no write.
	due := false
	err := f.read(ctx, "look for due intents", func(tx *bolt.Tx) error {
		first, _ := queueIn(tx).due.Cursor().First()
		due = first != nil && stampOf(first) <= now.UnixMilli()
		return nil
	})
	if err != nil || !due {
		return nil, err
	}
	return update(ctx, f.file, 4*f.options.Budget, "claim due intents", func(tx *bolt.Tx) ([]Claim, error) {
		q := queueIn(tx)
		var keys [][]byte
		for c, k := q.due.Cursor(), []byte(nil); len(keys) < n; {
			if k == nil {
				k, _ = c.First()
			} else {
				k, _ = c.Next()
			}
			if len(k) <= stampLen || stampOf(k) > now.UnixMilli() {
				break
			}
			keys = append(keys, bytes.Clone(k))
		}
		var claims []Claim
		for _, key := range keys {
			old, found, err := q.get(string(key[stampLen:]))
			if err != nil {
				return nil, err
			}
			if !found || old.Next != stampOf(key) { // cannot be, but would come first for ever
				if err := q.due.Delete(key); err != nil {
					return nil, err
				}
				continue
			}
			r := old
			r.Token = newToken()
			r.Attempts++
			r.lease(now, lease)
			if err := q.save(r, &old); err != nil {
				return nil, err
			}
			claims = append(claims, Claim{Intent: r.Intent, Token: r.Token})
		}
		return claims, nil
	})
}

// keep changes the intent of a claim.
func (f fileIntents) keep(ctx context.Context, doing string, now time.Time, c Claim, do func(*record)) error {
	return f.change(ctx, doing+" intent "+c.ID, func(tx *bolt.Tx) error {
		q := queueIn(tx)
		old, err := q.held(now, c)
		if err != nil {
			return err
		}
		r := old
		do(&r)
		return q.save(r, &old)
	})
}

// Renew implements Intents.
func (f fileIntents) Renew(ctx context.Context, now time.Time, c Claim, lease time.Duration) error {
	return f.keep(ctx, "renew the lease of", now, c, func(r *record) { r.lease(now, lease) })
}

// Note implements Intents.
func (f fileIntents) Note(ctx context.Context, now time.Time, c Claim, progress []byte) error {
	c.Progress = progress
	if err := c.check(); err != nil {
		return err
	}
	return f.keep(ctx, "note progress of", now, c, func(r *record) { r.Progress = progress })
}

// Again implements Intents.
func (f fileIntents) Again(ctx context.Context, now time.Time, c Claim, due time.Time, payload []byte) error {
	c.Payload = payload
	if err := c.check(); err != nil {
		return err
	}
	if due.IsZero() {
		due = now
	}
	return f.keep(ctx, "reschedule", now, c, func(r *record) {
		r.Due, r.Next = due, nextOf(now, due)
		r.Payload, r.Progress = payload, nil
		r.Attempts, r.Token, r.LeasedUntil = 0, "", time.Time{}
	})
}

// Done implements Intents.
func (f fileIntents) Done(ctx context.Context, now time.Time, c Claim) error {
	ended := func(q queue) bool { return c.Token != "" && string(q.done.get(c.ID, 0)) == c.Token }
	again := false // then nothing is written
	err := f.read(ctx, "end intent "+c.ID, func(tx *bolt.Tx) error {
		again = ended(queueIn(tx))
		return nil
	})
	if err != nil || again {
		return err
	}
	return f.change(ctx, "end intent "+c.ID, func(tx *bolt.Tx) error {
		q := queueIn(tx)
		if ended(q) {
			return nil
		}
		r, err := q.held(now, c)
		if err != nil {
			return err
		}
		if err := q.remove(r); err != nil {
			return err
		}
		return q.done.put(c.ID, c.Token, now.Add(Remembered).UnixMilli())
	})
}

// Cancel implements Intents.
func (f fileIntents) Cancel(ctx context.Context, now time.Time, id string) (bool, error) {
	return update(ctx, f.file, 4*f.options.Budget, "cancel intent "+id, func(tx *bolt.Tx) (bool, error) {
		q := queueIn(tx)
		r, found, err := q.get(id)
		if err != nil || !found && q.done.get(id, 0) == nil {
			return false, err
		}
		// So that its holder, if there is one, does not make up for it.
		if err := q.done.put(id, cancelled, now.Add(Remembered).UnixMilli()); err != nil || !found {
			return false, err
		}
		return true, q.remove(r)
	})
}

// Get implements Intents.
func (f fileIntents) Get(ctx context.Context, id string) (Intent, error) {
	var r record
	err := f.read(ctx, "read intent "+id, func(tx *bolt.Tx) (err error) {
		found := false
		if r, found, err = queueIn(tx).get(id); err == nil && !found {
			err = ErrNotFound
		}
		return err
	})
	return r.Intent, err
}

// List implements Intents.
func (f fileIntents) List(ctx context.Context, kind string) ([]Intent, error) {
	var all []Intent
	err := f.read(ctx, "list intents", func(tx *bolt.Tx) error {
		all = nil
		b := queueIn(tx).all
		return b.ForEach(func(k, _ []byte) error {
			var r record
			if _, err := get(b, k, &r); err != nil {
				return err
			}
			if kind == "" || r.Kind == kind {
				all = append(all, r.Intent)
			}
			return nil
		})
	})
	sortIntents(all)
	return all, err
}

func sortIntents(all []Intent) {
	slices.SortFunc(all, func(a, b Intent) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// Len implements Intents.
func (f fileIntents) Len(ctx context.Context) (n int, err error) {
	err = f.read(ctx, "count intents", func(tx *bolt.Tx) error {
		n = int(count(tx, intentsBucket))
		return nil
	})
	return n, err
}
