package state

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"logbot/cache/store"
)

// redisIntents are the Intents of a Redis.
type redisIntents struct {
	redis    *store.Redis
	options  Options
	most     int // intents in each part of the queue
	replicas *replicas
	next     atomic.Uint32 // the part of the queue that ClaimDue begins with
}

// ask is store.Ask, whose errors say what was being done.
func ask[T any](ctx context.Context, r *store.Redis, doing, key string, call func(context.Context) (T, error)) (T, error) {
	value, err := store.Ask(ctx, r, key, call)
	return value, during(err, "%s", doing)
}

const (
	// maxClaim bounds one claim, so that its answer stays within a few MiB.
	maxClaim = 100
	// listPage is how many intents List reads at a time.
	listPage = 100
	// maxDone is the most ids of done intents in each part of the queue.
	maxDone = 100_000
)

// parts is how many parts the queue of intents has in Redis, each in another slot
// of a Cluster: while one master fails over, the work in the others goes on.
const parts = 4

// partOf is the part of the queue that an intent is in.
func partOf(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % parts)
}

func intentKeys(scope string, part int, names ...string) []string {
	return store.Keys(scope, []string{"intents", strconv.Itoa(part)}, names...)
}

// body is an intent as it is stored in Redis: what does not change with a claim.
type body struct {
	Intent
	Put string `json:"put"` // a token of this write, so that it is known when repeated
}

func encodeBody(i Intent, token string) (string, error) {
	i.Progress, i.Attempts, i.LeasedUntil = nil, 0, time.Time{}
	encoded, err := json.Marshal(body{i, token})
	return string(encoded), err
}

func (q *redisIntents) Put(ctx context.Context, now time.Time, i Intent) (bool, error) {
	_, added, err := q.put(ctx, now, i, "", 0)
	return added, err
}

func (q *redisIntents) PutClaimed(ctx context.Context, now time.Time, i Intent, lease time.Duration) (Claim, bool, error) {
	return q.put(ctx, now, i, rand.Text(), lease)
}

func (q *redisIntents) put(ctx context.Context, now time.Time, i Intent, token string, lease time.Duration) (Claim, bool, error) {
	r, err := newQueued(now, i, token, lease)
	if err != nil {
		return Claim{}, false, err
	}
	encoded, err := encodeBody(r.Intent, rand.Text())
	if err != nil {
		return Claim{}, false, fmt.Errorf("put intent %s: %w", i.ID, err)
	}
	limit := 4 * q.options.Budget
	if token != "" { // it stands before an acknowledgement
		limit = q.options.Budget
	}
	keys := q.keysOf(i.ID)
	added, err := store.AskWithin(ctx, q.redis, limit, keys[0], func(ctx context.Context) (bool, error) {
		n, err := q.redis.Run(ctx, putScript, keys, q.redis.Clock(now), r.ID, encoded, r.Progress,
			r.Next-now.UnixMilli(), token, q.most, Remembered.Milliseconds()).Int()
		if err == nil && n < 0 {
			err = fmt.Errorf("%w: %d intents wait in its part of the queue", ErrFull, q.most)
		}
		return n == 1, err
	})
	return Claim{Intent: r.Intent, Token: token}, added, during(err, "put intent %s", i.ID)
}

func (q *redisIntents) keysOf(id string) []string { return q.part(partOf(id)) }

func (q *redisIntents) part(n int) []string { return intentKeys(q.options.Scope, n, intentNames...) }

func (q *redisIntents) ClaimDue(ctx context.Context, now time.Time, n int, lease time.Duration) ([]Claim, error) {
	q.replicas.show(ctx, q.redis, now)
	var claims []Claim
	var failed error
	first := int(q.next.Add(1))
	for p := range parts {
		if len(claims) >= n {
			break
		}
		more, err := q.claimIn(ctx, (first+p)%parts, now, min(n-len(claims), maxClaim), lease)
		claims = append(claims, more...)
		if err != nil {
			failed = err
		}
	}
	if len(claims) > 0 || n <= 0 {
		failed = nil
	}
	slices.SortStableFunc(claims, func(a, b Claim) int { return a.Due.Compare(b.Due) })
	return claims, failed
}

func (q *redisIntents) claimIn(ctx context.Context, part int, now time.Time, n int, lease time.Duration) ([]Claim, error) {
	keys := q.part(part)
	const fields = 5
	reply, err := ask(ctx, q.redis, "claim due intents", keys[0], func(ctx context.Context) ([]string, error) {
		return q.redis.Run(ctx, claimScript, keys, q.redis.Clock(now), n, leaseOf(lease).Milliseconds(), rand.Text()).StringSlice()
	})
	var claims []Claim
	for f := range slices.Chunk(reply, fields) {
		i, damaged := intentOf(f[0], f[1], f[2], f[3])
		if damaged != nil { // the others of the claim must not wait for it
			q.options.Log.Warnf("claim due intents: %v", damaged)
			err = fmt.Errorf("claim due intents: %w: %w", ErrAway, damaged)
			continue
		}
		i.LeasedUntil = now.Add(leaseOf(lease))
		claims = append(claims, Claim{Intent: i, Token: f[4]})
	}
	return claims, err
}

// intentOf is the intent whose parts are in the hashes.
func intentOf(id, encoded, note, tries string) (Intent, error) {
	b, err := fromJSON[body]([]byte(encoded))
	if err != nil {
		return Intent{}, fmt.Errorf("intent %s is not what was written: %w", id, err)
	}
	if note != "" {
		b.Progress = []byte(note)
	}
	b.Attempts, _ = strconv.Atoi(tries) // none is 0
	return b.Intent, nil
}

// byHolder runs a script for the holder of a claim.
func (q *redisIntents) byHolder(ctx context.Context, doing string, script *store.Script, now time.Time, c Claim, args ...any) error {
	restored := ""
	if c.mayBeRestored(now) {
		encoded, err := encodeBody(c.Intent, rand.Text())
		if err != nil {
			return fmt.Errorf("%s intent %s: %w", doing, c.ID, err)
		}
		restored = encoded
	}
	keys := q.keysOf(c.ID)
	args = append([]any{q.redis.Clock(now), c.ID, c.Token, restored, c.Progress}, args...)
	_, err := ask(ctx, q.redis, doing+" intent "+c.ID, keys[0], func(ctx context.Context) (struct{}, error) {
		claimed, err := q.redis.Run(ctx, script, keys, args...).Bool()
		if err == nil && !claimed {
			err = ErrLeaseLost
		}
		return struct{}{}, err
	})
	return err
}

func (q *redisIntents) Renew(ctx context.Context, now time.Time, c Claim, lease time.Duration) error {
	return q.byHolder(ctx, "renew the lease of", renewScript, now, c, leaseOf(lease).Milliseconds())
}

func (q *redisIntents) Note(ctx context.Context, now time.Time, c Claim, progress []byte) error {
	c.Progress = progress
	if err := c.check(); err != nil {
		return err
	}
	return q.byHolder(ctx, "note progress of", noteScript, now, c, progress)
}

func (q *redisIntents) Again(ctx context.Context, now time.Time, c Claim, due time.Time, payload []byte) error {
	c.Payload = payload
	if err := c.check(); err != nil {
		return err
	}
	if due.IsZero() {
		due = now
	}
	c.Due = due
	encoded, err := encodeBody(c.Intent, rand.Text())
	if err != nil {
		return fmt.Errorf("reschedule intent %s: %w", c.ID, err)
	}
	return q.byHolder(ctx, "reschedule", againScript, now, c, encoded, nextOf(now, due)-now.UnixMilli())
}

func (q *redisIntents) Done(ctx context.Context, now time.Time, c Claim) error {
	return q.byHolder(ctx, "end", doneScript, now, c, maxDone)
}

func (q *redisIntents) Cancel(ctx context.Context, now time.Time, id string) (bool, error) {
	keys, token := q.keysOf(id), rand.Text()
	return ask(ctx, q.redis, "cancel intent "+id, keys[0], func(ctx context.Context) (bool, error) {
		return q.redis.Run(ctx, cancelScript, keys, q.redis.Clock(now), id, maxDone, token).Bool()
	})
}

// intentsOf returns the intents of ids that a part of the queue has.
func (q *redisIntents) intentsOf(ctx context.Context, keys []string, ids []string) ([]Intent, error) {
	const fields = 5
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	reply, err := q.redis.Run(ctx, getScript, keys, args...).StringSlice()
	if err != nil {
		return nil, err
	}
	var all []Intent
	n := 0
	for f := range slices.Chunk(reply, fields) {
		id := ids[n]
		n++
		if f[0] == "" {
			continue
		}
		i, err := intentOf(id, f[0], f[1], f[2])
		if err != nil {
			return nil, err
		}
		if f[3] != "" {
			until, _ := strconv.ParseFloat(f[4], 64)
			i.LeasedUntil = time.UnixMilli(int64(until)).UTC()
		}
		all = append(all, i)
	}
	return all, nil
}

func (q *redisIntents) Get(ctx context.Context, id string) (Intent, error) {
	keys := q.keysOf(id)
	return ask(ctx, q.redis, "read intent "+id, keys[0], func(ctx context.Context) (Intent, error) {
		found, err := q.intentsOf(ctx, keys, []string{id})
		if err != nil {
			return Intent{}, err
		}
		if len(found) == 0 {
			return Intent{}, ErrNotFound
		}
		return found[0], nil
	})
}

func (q *redisIntents) List(ctx context.Context, kind string) ([]Intent, error) {
	var all []Intent
	for p := range parts {
		keys := q.part(p)
		ids, err := ask(ctx, q.redis, "list intents", keys[0], func(ctx context.Context) ([]string, error) {
			return q.redis.Client.ZRange(ctx, keys[0], 0, -1).Result()
		})
		if err != nil {
			return nil, err
		}
		for page := range slices.Chunk(ids, listPage) {
			intents, err := ask(ctx, q.redis, "list intents", keys[0], func(ctx context.Context) ([]Intent, error) {
				return q.intentsOf(ctx, keys, page)
			})
			if err != nil {
				return nil, err
			}
			for _, i := range intents {
				if kind == "" || i.Kind == kind {
					all = append(all, i)
				}
			}
		}
	}
	sortIntents(all)
	return all, nil
}

func (q *redisIntents) Len(ctx context.Context) (int, error) {
	sum := int64(0)
	var failed []error
	for p := range parts {
		keys := q.part(p)
		n, err := ask(ctx, q.redis, "count intents", keys[0], func(ctx context.Context) (int64, error) {
			return q.redis.Client.ZCard(ctx, keys[0]).Result()
		})
		sum += n
		failed = append(failed, err)
	}
	return int(sum), errors.Join(failed...)
}
