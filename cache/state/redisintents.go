package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisIntents are the Intents of a Redis.
type redisIntents struct {
	*redisStore
	turn atomic.Uint32 // which part of the queue ClaimDue begins with
}

const (
	// maxClaim bounds one claim, so that its answer stays within a few MiB.
	maxClaim = 100
	// listed is how many intents List reads at a time.
	listed = 100
	// maxDone bounds the ids that are remembered in each part of the queue.
	maxDone = 100_000
)

// body is an intent as it is kept in Redis: what does not change with a claim.
type body struct {
	Intent
	Put string `json:"put"` // a name for this write, so that its repetition is known
}

func encodeBody(i Intent, name string) (string, error) {
	i.Progress, i.Attempts, i.LeasedUntil = nil, 0, time.Time{}
	encoded, err := json.Marshal(body{i, name})
	return string(encoded), err
}

var intentNames = []string{"due", "body", "note", "tries", "held", "done"}

const intentKeysLua = `
local due, body, note, tries, held, done = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
`

// ARGV: clock, id, body, progress, ms until it may be claimed, token or "", most
// intents, ms that ids are remembered.
var putScript = redis.NewScript(clockLua + intentKeysLua + `
local id, remembered = ARGV[2], tonumber(ARGV[8])
local is = redis.call('HGET', body, id)
if is then return is == ARGV[3] and 1 or 0 end
local last = redis.call('ZSCORE', done, id)
if last and tonumber(last) + remembered > now and string.sub(redis.call('HGET', held, id) or '', 1, 1) ~= '-' then return 0 end
if redis.call('ZCARD', due) >= tonumber(ARGV[7]) then return -1 end
redis.call('HSET', body, id, ARGV[3]) -- first what a full server refuses
for _, old in ipairs(redis.call('ZRANGEBYSCORE', done, '-inf', now - remembered, 'LIMIT', 0, 16)) do
  redis.call('ZREM', done, old)
  redis.call('HDEL', held, old)
end
redis.call('ZREM', done, id)
redis.call('HDEL', held, id)
if ARGV[4] ~= '' then redis.call('HSET', note, id, ARGV[4]) end
redis.call('ZADD', due, after(ARGV[5]), id)
if ARGV[6] ~= '' then
  redis.call('HSET', held, id, ARGV[6])
  redis.call('HSET', tries, id, 1)
end
return 1`)

// Put implements Intents.
func (q *redisIntents) Put(ctx context.Context, now time.Time, i Intent) (bool, error) {
	_, added, err := q.put(ctx, now, i, "", 0)
	return added, err
}

// PutClaimed implements Intents.
func (q *redisIntents) PutClaimed(ctx context.Context, now time.Time, i Intent, lease time.Duration) (Claim, bool, error) {
	return q.put(ctx, now, i, newToken(), lease)
}

func (q *redisIntents) put(ctx context.Context, now time.Time, i Intent, token string, lease time.Duration) (Claim, bool, error) {
	r, err := newRecord(now, i, token, lease)
	if err != nil {
		return Claim{}, false, err
	}
	encoded, err := encodeBody(r.Intent, newToken())
	if err != nil {
		return Claim{}, false, fmt.Errorf("put intent %s: %w", i.ID, err)
	}
	budget := 4 * q.options.Budget
	if token != "" {
		budget = q.options.Budget
	}
	keys := q.keysOf(i.ID)
	most := max(q.options.MaxIntents/parts, 1)
	added, err := askWithin(ctx, q.redisStore, budget, "put intent "+i.ID, keys[0], func(ctx context.Context) (bool, error) {
		n, err := run(ctx, q.redisStore, putScript, keys, q.clock(now), r.ID, encoded, r.Progress,
			r.Next-now.UnixMilli(), token, most, Remembered.Milliseconds()).Int()
		if err == nil && n < 0 {
			err = fmt.Errorf("%w: %d intents wait in its part of the queue", ErrFull, most)
		}
		return n == 1, err
	})
	return Claim{Intent: r.Intent, Token: token}, added, err
}

func (q *redisIntents) keysOf(id string) []string { return q.part(partOf(id)) }

func (q *redisIntents) part(n int) []string {
	return intentKeys(q.options.Scope, n, intentNames...)
}

// ARGV: clock, most to claim, ms of the lease, token.
var claimScript = redis.NewScript(clockLua + intentKeysLua + `
local out = {}
for i, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, ARGV[2])) do
  local is = redis.call('HGET', body, id)
  if is then
    local token = ARGV[4] .. '-' .. i
    redis.call('ZADD', due, after(ARGV[3]), id)
    redis.call('HSET', held, id, token)
    local n = redis.call('HINCRBY', tries, id, 1)
    table.insert(out, id)
    table.insert(out, is)
    table.insert(out, redis.call('HGET', note, id) or '')
    table.insert(out, tostring(n))
    table.insert(out, token)
  else
    redis.call('ZREM', due, id)
  end
end
return out`)

// ClaimDue implements Intents.
func (q *redisIntents) ClaimDue(ctx context.Context, now time.Time, n int, lease time.Duration) ([]Claim, error) {
	q.show(ctx, now)
	var claims []Claim
	var failed error
	first := int(q.turn.Add(1))
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
	reply, err := ask(ctx, q.redisStore, "claim due intents", keys[0], func(ctx context.Context) ([]string, error) {
		return run(ctx, q.redisStore, claimScript, keys, q.clock(now), n, leaseOf(lease).Milliseconds(), newToken()).StringSlice()
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

// intentOf puts an intent together from what the hashes hold of it.
func intentOf(id, encoded, note, tries string) (Intent, error) {
	var b body
	if err := decode(encoded, &b); err != nil {
		return Intent{}, fmt.Errorf("intent %s: %w", id, err)
	}
	if note != "" {
		b.Progress = []byte(note)
	}
	b.Attempts, _ = strconv.Atoi(tries) // none is 0
	return b.Intent, nil
}

// heldLua begins the scripts of a holder. An intent of which nothing is known was
// lost with a master that failed, or never arrived: its holder makes up for it.
// ARGV: clock, id, token, body to make up for it or "", progress.
const heldLua = clockLua + intentKeysLua + `
local id, token = ARGV[2], ARGV[3]
if token == '' then return 0 end
local holder = redis.call('HGET', held, id)
if redis.call('HEXISTS', body, id) == 0 then
  if holder or ARGV[4] == '' then return 0 end
  redis.call('HSET', body, id, ARGV[4])
  redis.call('HSET', held, id, token)
  redis.call('HSET', tries, id, 1)
  redis.call('ZADD', due, now, id)
  if ARGV[5] ~= '' then redis.call('HSET', note, id, ARGV[5]) end
elseif holder ~= token then
  return 0
end
`

// ARGV: …, ms of the lease.
var renewScript = redis.NewScript(heldLua + `
redis.call('ZADD', due, after(ARGV[6]), id)
return 1`)

// ARGV: …, progress.
var noteScript = redis.NewScript(heldLua + `
redis.call('HSET', note, id, ARGV[6])
return 1`)

// ARGV: …, body, ms until it may be claimed.
var againScript = redis.NewScript(`
if redis.call('HGET', KEYS[2], ARGV[2]) == ARGV[6] then return 1 end
` + heldLua + `
redis.call('HSET', body, id, ARGV[6])
redis.call('ZADD', due, after(ARGV[7]), id)
redis.call('HDEL', note, id)
redis.call('HDEL', tries, id)
redis.call('HDEL', held, id)
return 1`)

// forgetLua ends the scripts that take an intent out: its id is remembered, with
// the token of who did it; that of a call which cancelled it begins with "-".
const forgetLua = `
redis.call('ZREM', due, id)
redis.call('HDEL', body, id)
redis.call('HDEL', note, id)
redis.call('HDEL', tries, id)
redis.call('HSET', held, id, token)
redis.call('ZADD', done, now, id)
local more = redis.call('ZCARD', done) - most
if more > 0 then
  for _, old in ipairs(redis.call('ZRANGE', done, 0, math.min(more, 16) - 1)) do
    redis.call('ZREM', done, old)
    redis.call('HDEL', held, old)
  end
end
`

// ARGV: …, most ids to remember.
var doneScript = redis.NewScript(`
if ARGV[3] ~= '' and redis.call('HGET', KEYS[5], ARGV[2]) == ARGV[3] and redis.call('ZSCORE', KEYS[6], ARGV[2]) then return 1 end
` + heldLua + `
local most = ARGV[6]
` + forgetLua + `
return 1`)

// ARGV: clock, id, most ids to remember, a name for this call.
var cancelScript = redis.NewScript(clockLua + intentKeysLua + `
local id, most = ARGV[2], ARGV[3]
local last = redis.call('HGET', held, id)
if last == '-1' .. ARGV[4] then return 1 end
local was = redis.call('HEXISTS', body, id)
if was == 0 and not last then return 0 end
local token = '-' .. was .. ARGV[4]
` + forgetLua + `
return was`)

// hold runs a holder's script.
func (q *redisIntents) hold(ctx context.Context, doing string, script *redis.Script, now time.Time, c Claim, args ...any) error {
	madeUp := ""
	if c.mayBeMadeUp(now) {
		encoded, err := encodeBody(c.Intent, newToken())
		if err != nil {
			return fmt.Errorf("%s intent %s: %w", doing, c.ID, err)
		}
		madeUp = encoded
	}
	keys := q.keysOf(c.ID)
	args = append([]any{q.clock(now), c.ID, c.Token, madeUp, c.Progress}, args...)
	_, err := ask(ctx, q.redisStore, doing+" intent "+c.ID, keys[0], func(ctx context.Context) (struct{}, error) {
		held, err := run(ctx, q.redisStore, script, keys, args...).Bool()
		if err == nil && !held {
			err = ErrLeaseLost
		}
		return struct{}{}, err
	})
	return err
}

// Renew implements Intents.
func (q *redisIntents) Renew(ctx context.Context, now time.Time, c Claim, lease time.Duration) error {
	return q.hold(ctx, "renew the lease of", renewScript, now, c, leaseOf(lease).Milliseconds())
}

// Note implements Intents.
func (q *redisIntents) Note(ctx context.Context, now time.Time, c Claim, progress []byte) error {
	c.Progress = progress
	if err := c.check(); err != nil {
		return err
	}
	return q.hold(ctx, "note progress of", noteScript, now, c, progress)
}

// Again implements Intents.
func (q *redisIntents) Again(ctx context.Context, now time.Time, c Claim, due time.Time, payload []byte) error {
	c.Payload = payload
	if err := c.check(); err != nil {
		return err
	}
	if due.IsZero() {
		due = now
	}
	c.Due = due
	encoded, err := encodeBody(c.Intent, newToken())
	if err != nil {
		return fmt.Errorf("reschedule intent %s: %w", c.ID, err)
	}
	return q.hold(ctx, "reschedule", againScript, now, c, encoded, nextOf(now, due)-now.UnixMilli())
}

// Done implements Intents.
func (q *redisIntents) Done(ctx context.Context, now time.Time, c Claim) error {
	return q.hold(ctx, "end", doneScript, now, c, maxDone)
}

// Cancel implements Intents.
func (q *redisIntents) Cancel(ctx context.Context, now time.Time, id string) (bool, error) {
	keys, name := q.keysOf(id), newToken()
	return ask(ctx, q.redisStore, "cancel intent "+id, keys[0], func(ctx context.Context) (bool, error) {
		return run(ctx, q.redisStore, cancelScript, keys, q.clock(now), id, maxDone, name).Bool()
	})
}

// ARGV: ids. Each gives body, note, tries, token and score; "" for what is not.
var getScript = redis.NewScript(intentKeysLua + `
local out = {}
for _, id in ipairs(ARGV) do
  table.insert(out, redis.call('HGET', body, id) or '')
  table.insert(out, redis.call('HGET', note, id) or '')
  table.insert(out, redis.call('HGET', tries, id) or '')
  table.insert(out, redis.call('HGET', held, id) or '')
  table.insert(out, redis.call('ZSCORE', due, id) or '')
end
return out`)

// read returns those of ids in a part of the queue that are there.
func (q *redisIntents) read(ctx context.Context, keys []string, ids []string) ([]Intent, error) {
	const fields = 5
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	reply, err := run(ctx, q.redisStore, getScript, keys, args...).StringSlice()
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

// Get implements Intents.
func (q *redisIntents) Get(ctx context.Context, id string) (Intent, error) {
	keys := q.keysOf(id)
	return ask(ctx, q.redisStore, "read intent "+id, keys[0], func(ctx context.Context) (Intent, error) {
		found, err := q.read(ctx, keys, []string{id})
		if err != nil {
			return Intent{}, err
		}
		if len(found) == 0 {
			return Intent{}, ErrNotFound
		}
		return found[0], nil
	})
}

// List implements Intents.
func (q *redisIntents) List(ctx context.Context, kind string) ([]Intent, error) {
	var all []Intent
	for p := range parts {
		keys := q.part(p)
		ids, err := ask(ctx, q.redisStore, "list intents", keys[0], func(ctx context.Context) ([]string, error) {
			return q.client.ZRange(ctx, keys[0], 0, -1).Result()
		})
		if err != nil {
			return nil, err
		}
		for some := range slices.Chunk(ids, listed) {
			intents, err := ask(ctx, q.redisStore, "list intents", keys[0], func(ctx context.Context) ([]Intent, error) {
				return q.read(ctx, keys, some)
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

// Len implements Intents.
func (q *redisIntents) Len(ctx context.Context) (int, error) {
	sum := int64(0)
	var failed []error
	for p := range parts {
		keys := q.part(p)
		n, err := ask(ctx, q.redisStore, "count intents", keys[0], func(ctx context.Context) (int64, error) {
			return q.client.ZCard(ctx, keys[0]).Result()
		})
		sum += n
		failed = append(failed, err)
	}
	return int(sum), errors.Join(failed...)
}
