package store

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// redisTogether are tables in a Redis, whose keys have one hash tag:
//
//	{SCOPE.GROUP}:NAME:all, :order, :ends   as those of redisTable
//	{SCOPE.GROUP}:wrote                     string, the token of the last change
type redisTogether struct {
	redis *Redis
	specs []Spec
	keys  []string // three of each table, and the last one
	turn  chan struct{}
}

// Together are tables that lie together under the name of a group. Their rows expire.
func (r *Redis) Together(group string, specs ...Spec) Together {
	var names []string
	for _, spec := range specs {
		names = append(names, spec.Name+":all", spec.Name+":order", spec.Name+":ends")
	}
	keys := r.Keys([]string{group}, append(names, "wrote")...)
	return Together{specs: specs, backend: redisTogether{r, specs, keys, make(chan struct{}, 1)}}
}

func (t redisTogether) table(i int) Table {
	last := len(t.keys) - 1
	return Table{spec: t.specs[i], rows: redisTable{t.redis, t.specs[i], append(append([]string{}, t.keys[3*i:3*i+3]...), t.keys[last], t.keys[last])}}
}

func (t redisTogether) change(ctx context.Context, now time.Time, do func(*Step) error) error {
	// Of one process one is enough: they would only wait for each other's repetitions.
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	for range updateTries {
		step := &Step{specs: t.specs, read: func(i int, key string) ([]byte, error) {
			value, err := t.table(i).At(now).Get(ctx, key)
			if errors.Is(err, ErrNotFound) {
				return nil, nil
			}
			return value, err
		}}
		if err := do(step); err != nil || len(step.writes) == 0 {
			return err
		}
		if err := t.commit(ctx, now, step); !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return errTooOften()
}

// ARGV: clock, a token of this call, ms of repeatedWithin, the number of tables; of each
// table the most rows or 0, ms of life, 1 if it drops rows when it is full; the number of
// rows that were read, and of each the table, the key, and "-" for none or "=" and the
// value; then of each row to write the table, the key, "-" or "=" and the value, and the
// ms of its life that are over. Answers 1 if it was written, 0 if a row has changed, and
// the number of a table that has no place, negative.
var togetherScript = &Script{Lua: ClockLua + `
local tables, at = {}, 5
for i = 1, tonumber(ARGV[4]) do
  tables[i] = {all = KEYS[3 * i - 2], order = KEYS[3 * i - 1], ends = KEYS[3 * i],
    most = tonumber(ARGV[at]), life = tonumber(ARGV[at + 1]), evict = ARGV[at + 2] == '1', more = 0}
  at = at + 3
end
local wrote = KEYS[#KEYS]
local function drop(t, key)
  redis.call('ZREM', t.order, key)
  redis.call('ZREM', t.ends, key)
  redis.call('HDEL', t.all, key)
end
local reads = tonumber(ARGV[at])
at = at + 1
for _ = 1, reads do
  local t, key, must = tables[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
  local is = redis.call('HGET', t.all, key)
  local till = is and redis.call('ZSCORE', t.ends, key)
  if till and tonumber(till) <= now then is = false end
  if must ~= (is and '=' .. is or '-') then
    return redis.call('GET', wrote) == ARGV[2] and 1 or 0 -- this call, repeated
  end
  at = at + 3
end
for i = at, #ARGV, 4 do
  local n = tonumber(ARGV[i])
  local t, key = tables[n], ARGV[i + 1]
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', t.ends, '-inf', now, 'LIMIT', 0, 16)) do drop(t, old) end
  if ARGV[i + 2] ~= '-' and t.most > 0 and redis.call('HEXISTS', t.all, key) == 0 then
    t.more = t.more + 1
    if redis.call('HLEN', t.all) + t.more > t.most then
      local first = redis.call('ZRANGE', t.ends, 0, 0, 'WITHSCORES')[2]
      if not t.evict or first and tonumber(first) > after(t.life - ARGV[i + 3]) then return -n end
    end
  end
end
for i = at, #ARGV, 4 do
  local t, key = tables[tonumber(ARGV[i])], ARGV[i + 1]
  if ARGV[i + 2] == '-' then
    drop(t, key)
  else
    if t.most > 0 and redis.call('HEXISTS', t.all, key) == 0 then
      local over = redis.call('HLEN', t.all) + 1 - t.most
      if over > 0 then
        for _, old in ipairs(redis.call('ZRANGE', t.ends, 0, math.min(over, 16) - 1)) do drop(t, old) end
      end
    end
    redis.call('HSET', t.all, key, string.sub(ARGV[i + 2], 2))
    redis.call('ZADD', t.order, 0, key)
    redis.call('ZADD', t.ends, after(t.life - ARGV[i + 3]), key)
    for _, k in ipairs({t.all, t.order, t.ends}) do redis.call('PEXPIRE', k, t.life) end
  end
end
redis.call('SET', wrote, ARGV[2], 'PX', ARGV[3])
return 1`}

func (t redisTogether) commit(ctx context.Context, now time.Time, step *Step) error {
	args := []any{t.redis.Clock(now), rand.Text(), repeatedWithin.Milliseconds(), len(t.specs)}
	for _, spec := range t.specs {
		args = append(args, spec.Max, spec.Life.Milliseconds(), spec.Evict)
	}
	args = append(args, len(step.reads))
	for _, row := range step.reads {
		args = append(args, row.table+1, row.key, row.marked())
	}
	for _, row := range step.writes {
		args = append(args, row.table+1, row.key, row.marked(), row.age.Milliseconds())
	}
	_, err := Ask(ctx, t.redis, t.keys[0], func(ctx context.Context) (struct{}, error) {
		n, err := t.redis.Run(ctx, togetherScript, t.keys, args...).Int()
		switch {
		case err != nil:
		case n == 0:
			err = ErrChanged
		case n < 0:
			err = t.specs[-n-1].full()
		}
		return struct{}{}, err
	})
	return err
}

// marked is the value behind "=", or "-" for no row.
func (r stepRow) marked() string {
	if r.value == nil {
		return "-"
	}
	return "=" + string(r.value)
}
