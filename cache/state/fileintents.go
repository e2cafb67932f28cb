package state

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"logbot/cache/boltfile"
	"logbot/cache/store"
)

// fileIntents are the Intents of a file.
type fileIntents struct {
	file    *store.File
	options Options
	most    int // intents in the queue
}

// dueBucket orders intents by when they may be claimed: stamp, id.
const dueBucket = "due"

// intentTable has the intents in the queue. Its bound is
// fileIntents.most, and is not for a holder's call that restores what the store does not know.
func intentTable() store.Spec {
	return store.Spec{
		Name: "intents", Noun: "intents",
		Valid: func(key string, value []byte) bool {
			var r queued
			return json.Unmarshal(value, &r) == nil && r.ID == key && r.check() == nil && r.Next >= 0
		},
		Restore: func(tx store.Tx, key string, value []byte) error {
			var r queued
			if err := json.Unmarshal(value, &r); err != nil {
				return err
			}
			return tx.Bucket([]byte(dueBucket)).Put(dueKey(r), nil)
		},
	}
}

// doneTable has the ids of intents that were done, with the token of their last
// claim, or [cancelled].
func doneTable() store.Spec {
	return store.Spec{
		Name: "done", Noun: "ids of intents that were done", Life: Remembered,
		Valid: func(string, []byte) bool { return true },
	}
}

// queue is the queue of intents within one transaction.
type queue struct {
	all, done store.Rows
	due       *bolt.Bucket
}

func queueIn(tx store.Tx) queue {
	return queue{all: store.In(tx, intentTable()), done: store.In(tx, doneTable()), due: tx.Bucket([]byte(dueBucket))}
}

func (q queue) get(id string) (r queued, found bool, err error) {
	encoded := q.all.Get(id, 0)
	if encoded == nil {
		return r, false, nil
	}
	if err := json.Unmarshal(encoded, &r); err != nil {
		return r, false, fmt.Errorf("%w: intent %q: %w", boltfile.ErrBroken, id, err)
	}
	return r, true, nil
}

func dueKey(r queued) []byte { return append(store.AppendStamp(nil, r.Next), r.ID...) }

// save writes an intent; old is what it was before, nil if it is new.
func (q queue) save(r queued, old *queued) error {
	if old != nil {
		if err := q.due.Delete(dueKey(*old)); err != nil {
			return err
		}
	}
	encoded, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := q.all.Put(r.ID, encoded, time.Time{}); err != nil {
		return err
	}
	return q.due.Put(dueKey(r), nil)
}

func (q queue) remove(r queued) error {
	if err := q.due.Delete(dueKey(r)); err != nil {
		return err
	}
	_, err := q.all.Delete(r.ID)
	return err
}

// claimed returns the intent of a claim, or ErrLeaseLost. One that the file does
// not know was never written, because the disk was slow: its holder restores it.
func (q queue) claimed(now time.Time, c Claim) (queued, error) {
	r, found, err := q.get(c.ID)
	switch {
	case err != nil:
		return r, err
	case found && r.Token == c.Token && c.Token != "":
		return r, nil
	case found || q.done.Get(c.ID, 0) != nil || !c.mayBeRestored(now):
		return r, ErrLeaseLost
	}
	r = queued{Intent: c.Intent, Token: c.Token, Next: now.UnixMilli()}
	r.Attempts = 1
	return r, q.save(r, nil)
}

// cancelled is the token of an intent that was cancelled.
const cancelled = "-"

// Put implements Intents.
func (f fileIntents) Put(ctx context.Context, now time.Time, i Intent) (bool, error) {
	_, added, err := f.put(ctx, now, i, "", 0)
	return added, err
}

// PutClaimed implements Intents.
func (f fileIntents) PutClaimed(ctx context.Context, now time.Time, i Intent, lease time.Duration) (Claim, bool, error) {
	return f.put(ctx, now, i, rand.Text(), lease)
}

func (f fileIntents) put(ctx context.Context, now time.Time, i Intent, token string, lease time.Duration) (Claim, bool, error) {
	r, err := newQueued(now, i, token, lease)
	if err != nil {
		return Claim{}, false, err
	}
	limit := 4 * f.options.Budget
	if token != "" { // it stands before an acknowledgement
		limit = f.options.Budget
	}
	added, err := store.ChangeWithin(ctx, f.file, limit, func(tx store.Tx) (bool, error) {
		q := queueIn(tx)
		if _, found, err := q.get(r.ID); err != nil || found {
			return false, err
		}
		if ended := q.done.Get(r.ID, now.UnixMilli()); ended != nil && string(ended) != cancelled {
			return false, nil
		}
		if q.all.Len() >= int64(f.most) {
			return false, fmt.Errorf("%w: %d intents wait", ErrFull, f.most)
		}
		if _, err := q.done.Delete(r.ID); err != nil {
			return false, err
		}
		return true, q.save(r, nil)
	})
	return Claim{Intent: r.Intent, Token: token}, added, during(err, "put intent %s", i.ID)
}

// ClaimDue implements Intents.
func (f fileIntents) ClaimDue(ctx context.Context, now time.Time, n int, lease time.Duration) ([]Claim, error) {
	if n <= 0 {
		return nil, nil
	}
	// Most often nothing is due; that costs no write.
	due := false
	err := f.file.Read(ctx, func(tx store.Tx) error {
		first, _ := queueIn(tx).due.Cursor().First()
		due = first != nil && store.StampOf(first) <= now.UnixMilli()
		return nil
	})
	if err != nil || !due {
		return nil, during(err, "look for due intents")
	}
	claims, err := store.Change(ctx, f.file, func(tx store.Tx) (claims []Claim, err error) {
		q := queueIn(tx)
		for _, key := range q.firstDue(now, n) {
			old, found, err := q.get(string(key[store.StampLen:]))
			if err != nil {
				return nil, err
			}
			if !found || old.Next != store.StampOf(key) { // must not happen, and would be first again each time
				if err := q.due.Delete(key); err != nil {
					return nil, err
				}
				continue
			}
			r := old
			r.Token = rand.Text()
			r.Attempts++
			r.lease(now, lease)
			if err := q.save(r, &old); err != nil {
				return nil, err
			}
			claims = append(claims, Claim{Intent: r.Intent, Token: r.Token})
		}
		return claims, nil
	})
	return claims, during(err, "claim due intents")
}

// firstDue returns up to n keys of the due bucket that are due now.
func (q queue) firstDue(now time.Time, n int) (keys [][]byte) {
	c := q.due.Cursor()
	for k, _ := c.First(); len(keys) < n && len(k) > store.StampLen && store.StampOf(k) <= now.UnixMilli(); k, _ = c.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	return keys
}

// change changes the intent of a claim.
func (f fileIntents) change(ctx context.Context, doing string, now time.Time, c Claim, do func(*queued)) error {
	_, err := store.Change(ctx, f.file, func(tx store.Tx) (struct{}, error) {
		q := queueIn(tx)
		old, err := q.claimed(now, c)
		if err != nil {
			return struct{}{}, err
		}
		r := old
		do(&r)
		return struct{}{}, q.save(r, &old)
	})
	return during(err, "%s intent %s", doing, c.ID)
}

// Renew implements Intents.
func (f fileIntents) Renew(ctx context.Context, now time.Time, c Claim, lease time.Duration) error {
	return f.change(ctx, "renew the lease of", now, c, func(r *queued) { r.lease(now, lease) })
}

// Note implements Intents.
func (f fileIntents) Note(ctx context.Context, now time.Time, c Claim, progress []byte) error {
	c.Progress = progress
	if err := c.check(); err != nil {
		return err
	}
	return f.change(ctx, "note progress of", now, c, func(r *queued) { r.Progress = progress })
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
	return f.change(ctx, "reschedule", now, c, func(r *queued) {
		r.Due, r.Next = due, nextOf(now, due)
		r.Payload, r.Progress = payload, nil
		r.Attempts, r.Token, r.LeasedUntil = 0, "", time.Time{}
	})
}

// Done implements Intents.
func (f fileIntents) Done(ctx context.Context, now time.Time, c Claim) error {
	ended := func(q queue) bool { return c.Token != "" && string(q.done.Get(c.ID, 0)) == c.Token }
	again := false // then nothing is written
	err := f.file.Read(ctx, func(tx store.Tx) error {
		again = ended(queueIn(tx))
		return nil
	})
	if err != nil || again {
		return during(err, "end intent %s", c.ID)
	}
	_, err = store.Change(ctx, f.file, func(tx store.Tx) (struct{}, error) {
		q := queueIn(tx)
		if ended(q) {
			return struct{}{}, nil
		}
		r, err := q.claimed(now, c)
		if err != nil {
			return struct{}{}, err
		}
		if err := q.remove(r); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, q.done.Put(c.ID, []byte(c.Token), now)
	})
	return during(err, "end intent %s", c.ID)
}

// Cancel implements Intents.
func (f fileIntents) Cancel(ctx context.Context, now time.Time, id string) (bool, error) {
	found, err := store.Change(ctx, f.file, func(tx store.Tx) (bool, error) {
		q := queueIn(tx)
		r, found, err := q.get(id)
		if err != nil || !found && q.done.Get(id, 0) == nil {
			return false, err
		}
		// So that its holder, if there is one, does not restore it.
		if err := q.done.Put(id, []byte(cancelled), now); err != nil || !found {
			return false, err
		}
		return true, q.remove(r)
	})
	return found, during(err, "cancel intent %s", id)
}

// Get implements Intents.
func (f fileIntents) Get(ctx context.Context, id string) (Intent, error) {
	var r queued
	err := f.file.Read(ctx, func(tx store.Tx) (err error) {
		found := false
		if r, found, err = queueIn(tx).get(id); err == nil && !found {
			err = ErrNotFound
		}
		return err
	})
	return r.Intent, during(err, "read intent %s", id)
}

// List implements Intents.
func (f fileIntents) List(ctx context.Context, kind string) ([]Intent, error) {
	queue, err := jsonValues[queued](f.file.Table(intentTable())).all(ctx, store.Range{})
	var all []Intent
	for _, r := range queue {
		if kind == "" || r.Kind == kind {
			all = append(all, r.Intent)
		}
	}
	sortIntents(all)
	return all, during(err, "list intents")
}

// Len implements Intents.
func (f fileIntents) Len(ctx context.Context) (n int, err error) {
	err = f.file.Read(ctx, func(tx store.Tx) error {
		n = int(queueIn(tx).all.Len())
		return nil
	})
	return n, during(err, "count intents")
}
