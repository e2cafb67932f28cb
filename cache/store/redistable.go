package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisTable is a table in a Redis:
//
//	{SCOPE.NAME}:all     hash key -> value
//	{SCOPE.NAME}:order   zset key, all with score 0; only if rows expire
//	{SCOPE.NAME}:ends    zset key -> ms of its end of life; only if rows expire
//	{SCOPE.NAME}:cut     hash "old", "excess" -> counts; only of tables with CountCut.
//	                     "bytes", "rows" -> what PutAll left; only of those with MaxBytes
//	{SCOPE.NAME}:wrote   string, the token of the last Update; for repeatedWithin
//
// The keys of a table whose rows expire expire together with the last row.
type redisTable struct {
	redis *Redis
	spec  Spec
	keys  []string
}

// Table is the table of spec.
func (r *Redis) Table(spec Spec) Table {
	return Table{spec: spec, rows: redisTable{r, spec, r.Keys([]string{spec.Name}, "all", "order", "ends", "wrote", "cut")}}
}

const tableLua = ClockLua + `
local all, order, ends = KEYS[1], KEYS[2], KEYS[3]
local function live(key)
  local value = redis.call('HGET', all, key)
  if not value then return false end
  local till = redis.call('ZSCORE', ends, key)
  return not (till and tonumber(till) <= now) and value
end
local function drop(key)
  redis.call('ZREM', order, key)
  redis.call('ZREM', ends, key)
  return redis.call('HDEL', all, key)
end
`

// ARGV: clock, keys.
var getScript = &Script{Lua: tableLua + `
for i = 2, #ARGV do
  local value = live(ARGV[i])
  if value then return value end
end
return false`}

func (t redisTable) get(ctx context.Context, now time.Time, keys []string) ([]byte, error) {
	args := []any{t.redis.Clock(now)}
	for _, key := range keys {
		args = append(args, key)
	}
	return Ask(ctx, t.redis, t.keys[0], func(ctx context.Context) ([]byte, error) {
		value, err := t.redis.Run(ctx, getScript, t.keys, args...).Text()
		if errors.Is(err, redis.Nil) {
			err = ErrNotFound
		}
		return []byte(value), err
	})
}

// ARGV: clock, keys. Answers with the keys that have a row, each before its value.
var getAllScript = &Script{Lua: tableLua + `
local out = {}
for i = 2, #ARGV do
  local value = live(ARGV[i])
  if value then
    table.insert(out, ARGV[i])
    table.insert(out, value)
  end
end
return out`}

func (t redisTable) getAll(ctx context.Context, now time.Time, keys []string) (map[string][]byte, error) {
	args := []any{t.redis.Clock(now)}
	for _, key := range keys {
		args = append(args, key)
	}
	reply, err := Ask(ctx, t.redis, t.keys[0], func(ctx context.Context) ([]string, error) {
		return t.redis.Run(ctx, getAllScript, t.keys, args...).StringSlice()
	})
	values := map[string][]byte{}
	for pair := range slices.Chunk(reply, 2) {
		values[pair[0]] = []byte(pair[1])
	}
	return values, err
}

// repeatedWithin is how long after a call the client may repeat it.
const repeatedWithin = 10 * time.Second

// ARGV: clock, key, value, most rows or 0, ms of life or 0, 1 if a full table
// drops rows; what must be there: nothing for anything, "-" for no row, "=" and
// the value; and for that a token of this call and the ms of repeatedWithin.
// Answers 1 if it was written, 0 if another value is there, -1 if the table is
// full.
var putScript = &Script{Lua: tableLua + `
local key, value, most, life, must = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[7]
local is = live(key)
if must ~= '' and must ~= (is and '=' .. is or '-') then
  return redis.call('GET', KEYS[4]) == ARGV[8] and 1 or 0 -- this call, repeated
end
if life > 0 then
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 16)) do drop(old) end
end
if most > 0 and redis.call('HEXISTS', all, key) == 0 then
  local over = redis.call('HLEN', all) + 1 - most
  if over > 0 and ARGV[6] ~= '1' then return -1 end
  if over > 0 then
    for _, old in ipairs(redis.call('ZRANGE', ends, 0, math.min(over, 16) - 1)) do drop(old) end
  end
end
redis.call('HSET', all, key, value)
if life > 0 then
  redis.call('ZADD', order, 0, key)
  redis.call('ZADD', ends, after(life), key)
  for _, k in ipairs({all, order, ends}) do redis.call('PEXPIRE', k, life) end
end
if must ~= '' then redis.call('SET', KEYS[4], ARGV[8], 'PX', ARGV[9]) end
return 1`}

func (t redisTable) put(ctx context.Context, now time.Time, key string, value []byte, old *[]byte) error {
	must := ""
	if old != nil {
		must = "-"
		if *old != nil {
			must = "=" + string(*old)
		}
	}
	args := []any{t.redis.Clock(now), key, value, t.spec.Max, t.spec.Life.Milliseconds(), t.spec.Evict, must, rand.Text(), repeatedWithin.Milliseconds()}
	_, err := Ask(ctx, t.redis, t.keys[0], func(ctx context.Context) (struct{}, error) {
		n, err := t.redis.Run(ctx, putScript, t.keys, args...).Int()
		switch {
		case err != nil:
		case n == 0:
			err = ErrChanged
		case n < 0:
			err = t.spec.full()
		}
		return struct{}{}, err
	})
	return err
}

// ARGV: clock, most rows or 0, ms of life, 1 to count what is cut, most bytes or 0, then
// keys and values in turn. Called again it writes the same rows; what it cut the first
// time is counted once, as those rows are gone. Rows that an older version wrote, which
// counts no bytes, count with the average size; if there is none yet, each is looked at.
var putAllScript = &Script{Lua: tableLua + `
local most, life, mostBytes = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
local cut, bytes = {old = 0, excess = 0}, 0
local function size(key)
  if mostBytes == 0 or redis.call('HEXISTS', all, key) == 0 then return 0 end
  return #key + redis.call('HSTRLEN', all, key)
end
local function cutRow(key, why)
  bytes = bytes - size(key)
  cut[why] = cut[why] + drop(key)
end
if mostBytes > 0 then
  local rows, known = redis.call('HLEN', all), redis.call('HMGET', KEYS[5], 'bytes', 'rows')
  local before = tonumber(known[2] or '0')
  if known[1] and before > 0 then
    bytes = tonumber(known[1]) * rows / before
  elseif rows > 0 then
    for _, key in ipairs(redis.call('HKEYS', all)) do bytes = bytes + size(key) end
  end
end
for i = 6, #ARGV, 2 do
  local more = #ARGV[i] + #ARGV[i + 1] - size(ARGV[i])
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 16)) do cutRow(old, 'old') end
  if most > 0 and redis.call('HEXISTS', all, ARGV[i]) == 0 then
    local over = redis.call('HLEN', all) + 1 - most
    if over > 0 then
      for _, old in ipairs(redis.call('ZRANGE', ends, 0, math.min(over, 16) - 1)) do cutRow(old, 'excess') end
    end
  end
  if mostBytes > 0 and bytes + more > mostBytes then
    for _, old in ipairs(redis.call('ZRANGE', ends, 0, 15)) do
      if bytes + more <= mostBytes then break end
      cutRow(old, 'excess')
    end
  end
  bytes = bytes + #ARGV[i] + #ARGV[i + 1] - size(ARGV[i])
  redis.call('HSET', all, ARGV[i], ARGV[i + 1])
  redis.call('ZADD', order, 0, ARGV[i])
  redis.call('ZADD', ends, after(life), ARGV[i])
end
for _, k in ipairs({all, order, ends}) do redis.call('PEXPIRE', k, life) end
if ARGV[4] == '1' then
  for why, n in pairs(cut) do
    if n > 0 then redis.call('HINCRBY', KEYS[5], why, n) end
  end
end
if mostBytes > 0 then redis.call('HSET', KEYS[5], 'bytes', math.floor(bytes), 'rows', redis.call('HLEN', all)) end
redis.call('PEXPIRE', KEYS[5], life)
return 1`}

func (t redisTable) putAll(ctx context.Context, now time.Time, rows []Row) error {
	args := []any{t.redis.Clock(now), t.spec.Max, t.spec.Life.Milliseconds(), t.spec.CountCut, t.spec.MaxBytes}
	for _, row := range rows {
		args = append(args, row.Key, row.Value)
	}
	_, err := Ask(ctx, t.redis, t.keys[0], func(ctx context.Context) (struct{}, error) {
		return struct{}{}, t.redis.Run(ctx, putAllScript, t.keys, args...).Err()
	})
	return err
}

func (t redisTable) cut(ctx context.Context) (c Cut, err error) {
	counts, err := Ask(ctx, t.redis, t.keys[0], func(ctx context.Context) ([]any, error) {
		return t.redis.Client.HMGet(ctx, t.keys[4], "old", "excess").Result()
	})
	for i, to := range []*int64{&c.Old, &c.Excess} {
		if i < len(counts) && counts[i] != nil {
			*to, _ = strconv.ParseInt(fmt.Sprint(counts[i]), 10, 64) // HINCRBY writes nothing else
		}
	}
	return c, err
}

// ARGV: clock, key.
var removeScript = &Script{Lua: tableLua + `
local is = live(ARGV[2])
return drop(ARGV[2]) == 1 and is and 1 or 0`}

func (t redisTable) remove(ctx context.Context, now time.Time, key string) (bool, error) {
	return Ask(ctx, t.redis, t.keys[0], func(ctx context.Context) (bool, error) {
		return t.redis.Run(ctx, removeScript, t.keys, t.redis.Clock(now), key).Bool()
	})
}

// ARGV: clock, bounds of the keys, most rows, 1 for the highest first. Answers
// with the last key if there may be more, then keys and values in turn.
var pageScript = &Script{Lua: tableLua + `
local keys
if ARGV[5] == '1' then
  keys = redis.call('ZREVRANGEBYLEX', order, ARGV[3], ARGV[2], 'LIMIT', 0, ARGV[4])
else
  keys = redis.call('ZRANGEBYLEX', order, ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
end
local out = {#keys == tonumber(ARGV[4]) and keys[#keys] or ''}
for _, key in ipairs(keys) do
  local value = live(key)
  if value then
    table.insert(out, key)
    table.insert(out, value)
  end
end
return out`}

func (t redisTable) page(ctx context.Context, now time.Time, r Range) (some []Row, rest Range, more bool, err error) {
	if t.spec.Life == 0 {
		some, err = t.whole(ctx, r)
		return some, rest, false, err
	}
	from, to := "-", "+"
	if r.From != "" {
		from = "[" + r.From
	}
	if r.To != "" {
		to = "(" + r.To
	}
	reply, err := Ask(ctx, t.redis, t.keys[0], func(ctx context.Context) ([]string, error) {
		return t.redis.Run(ctx, pageScript, t.keys, t.redis.Clock(now), from, to, pageRows, r.Reverse).StringSlice()
	})
	if err != nil {
		return nil, rest, false, err
	}
	last := reply[0]
	for pair := range slices.Chunk(reply[1:], 2) {
		some = append(some, Row{pair[0], []byte(pair[1])})
	}
	return some, r.after(last), last != "", nil
}

// whole reads a table that has no index.
func (t redisTable) whole(ctx context.Context, r Range) (some []Row, err error) {
	all, err := Ask(ctx, t.redis, t.keys[0], func(ctx context.Context) (map[string]string, error) {
		return t.redis.Client.HGetAll(ctx, t.keys[0]).Result()
	})
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if r.has(key) {
			some = append(some, Row{key, []byte(all[key])})
		}
	}
	if r.Reverse {
		slices.Reverse(some)
	}
	return some, err
}
