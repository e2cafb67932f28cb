package state

import "logbot/cache/store"

var intentNames = []string{"due", "body", "note", "tries", "held", "done"}

const intentKeysLua = `
local due, body, note, tries, held, done = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
`

// ARGV: clock, id, body, progress, ms until it may be claimed, token or empty, most
// intents, ms that ids are remembered.
var putScript = &store.Script{Lua: store.ClockLua + intentKeysLua + `
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
return 1`}

// ARGV: clock, most to claim, ms of the lease, token.
var claimScript = &store.Script{Lua: store.ClockLua + intentKeysLua + `
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
return out`}

// holderLua begins the scripts of a holder. An intent that is not known was lost
// with a master that failed, or never arrived: its holder restores it. ARGV: clock,
// id, token, body to restore or empty, progress.
const holderLua = store.ClockLua + intentKeysLua + `
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
var renewScript = &store.Script{Lua: holderLua + `
redis.call('ZADD', due, after(ARGV[6]), id)
return 1`}

// ARGV: …, progress.
var noteScript = &store.Script{Lua: holderLua + `
redis.call('HSET', note, id, ARGV[6])
return 1`}

// ARGV: …, body, ms until it may be claimed.
var againScript = &store.Script{Lua: `
if redis.call('HGET', KEYS[2], ARGV[2]) == ARGV[6] then return 1 end
` + holderLua + `
redis.call('HSET', body, id, ARGV[6])
redis.call('ZADD', due, after(ARGV[7]), id)
redis.call('HDEL', note, id)
redis.call('HDEL', tries, id)
redis.call('HDEL', held, id)
return 1`}

// removeLua ends the scripts that remove an intent: its id is remembered with the
// token of its holder, or with "-…" if it was cancelled.
const removeLua = `
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
var doneScript = &store.Script{Lua: `
if ARGV[3] ~= '' and redis.call('HGET', KEYS[5], ARGV[2]) == ARGV[3] and redis.call('ZSCORE', KEYS[6], ARGV[2]) then return 1 end
` + holderLua + `
local most = ARGV[6]
` + removeLua + `
return 1`}

// ARGV: clock, id, most ids to remember, a token of this call.
var cancelScript = &store.Script{Lua: store.ClockLua + intentKeysLua + `
local id, most = ARGV[2], ARGV[3]
local last = redis.call('HGET', held, id)
if last == '-1' .. ARGV[4] then return 1 end
local was = redis.call('HEXISTS', body, id)
if was == 0 and not last then return 0 end
local token = '-' .. was .. ARGV[4]
` + removeLua + `
return was`}

// ARGV: ids. Answers for each with body, note, tries, token and score, empty if
// missing.
var getScript = &store.Script{Lua: intentKeysLua + `
local out = {}
for _, id in ipairs(ARGV) do
  table.insert(out, redis.call('HGET', body, id) or '')
  table.insert(out, redis.call('HGET', note, id) or '')
  table.insert(out, redis.call('HGET', tries, id) or '')
  table.insert(out, redis.call('HGET', held, id) or '')
  table.insert(out, redis.call('ZSCORE', due, id) or '')
end
return out`}
