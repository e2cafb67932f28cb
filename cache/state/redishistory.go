package state

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// redisHistory is the History of a Redis. The hash of a task has the fields
// b:BUILD, with ms and JSON, and v:BUILD:USER, with 1 or 0.
type redisHistory struct{ *redisStore }

func (h redisHistory) of(task string) string { return h.keys([]string{"of"}, "history", task)[0] }
func (h redisHistory) tasks() string         { return h.keys([]string{"tasks"}, "history")[0] }

// ARGV: task, ms when seen, ms of the age, most tasks.
var seenScript = redis.NewScript(`
local at = tonumber(ARGV[2])
local was = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not was or tonumber(was) < at then redis.call('ZADD', KEYS[1], at, ARGV[1]) end
if not was then
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - ARGV[3])
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[4])
end
return 1`)

// ARGV: build, ms when seen, JSON, ms of the age, most builds, most votes, then
// user and vote in turn.
var recordScript = redis.NewScript(`
local key, at = KEYS[1], tonumber(ARGV[2])
redis.call('HSET', key, 'b:' .. ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
local prefix = 'v:' .. ARGV[1] .. ':'
local builds, votes = {}, 0
for _, field in ipairs(redis.call('HKEYS', key)) do
  if string.sub(field, 1, 2) == 'b:' then
    table.insert(builds, tonumber(string.sub(field, 3)))
  elseif string.sub(field, 1, #prefix) == prefix then
    votes = votes + 1
  end
end
for i = 7, #ARGV, 2 do
  if votes < tonumber(ARGV[6]) then votes = votes + redis.call('HSET', key, prefix .. ARGV[i], ARGV[i + 1]) end
end
table.sort(builds)
local gone = {}
for i, n in ipairs(builds) do
  local field = string.format('%.0f', n)
  local seen = redis.call('HGET', key, 'b:' .. field)
  if #builds - i >= tonumber(ARGV[5]) or not seen or tonumber(string.match(seen, '^%d+')) <= at - ARGV[4] then
    gone[field] = true
    redis.call('HDEL', key, 'b:' .. field)
  end
end
if next(gone) then
  for _, field in ipairs(redis.call('HKEYS', key)) do
    local n = string.match(field, '^v:(%d+):')
    if n and gone[n] then redis.call('HDEL', key, field) end
  end
end
redis.call('PEXPIRE', key, ARGV[4])
return 1`)

// Record implements History.
func (h redisHistory) Record(ctx context.Context, b Build) error {
	if err := b.check(); err != nil {
		return err
	}
	votes := b.Votes
	b.Votes = nil
	encoded, err := encode(b)
	if err != nil {
		return err
	}
	doing := fmt.Sprintf("record build %d of task %s", b.Build, b.Task)
	at := b.At.UnixMilli()
	// First where it is found: a task without builds is harmless.
	_, err = ask(ctx, h.redisStore, doing, h.tasks(), func(ctx context.Context) (bool, error) {
		return run(ctx, h.redisStore, seenScript, []string{h.tasks()}, b.Task, at, HistoryAge.Milliseconds(), MaxTasks).Bool()
	})
	if err != nil {
		return err
	}
	args := []any{b.Build, at, encoded, HistoryAge.Milliseconds(), MaxBuilds, MaxVotes}
	for user, right := range votes {
		args = append(args, user, voteOf(right))
	}
	_, err = ask(ctx, h.redisStore, doing, h.of(b.Task), func(ctx context.Context) (bool, error) {
		return run(ctx, h.redisStore, recordScript, []string{h.of(b.Task)}, args...).Bool()
	})
	return err
}

func voteOf(right bool) string {
	if right {
		return "1"
	}
	return "0"
}

// Builds implements History.
func (h redisHistory) Builds(ctx context.Context, task string, n int) ([]Build, error) {
	return ask(ctx, h.redisStore, "read the history of task "+task, h.of(task), func(ctx context.Context) ([]Build, error) {
		fields, err := h.client.HGetAll(ctx, h.of(task)).Result()
		if err != nil {
			return nil, err
		}
		builds := map[string]*Build{}
		for field, value := range fields {
			if number, ok := strings.CutPrefix(field, "b:"); ok {
				_, encoded, _ := strings.Cut(value, " ")
				b := &Build{}
				if err := decode(encoded, b); err != nil {
					return nil, err
				}
				builds[number] = b
			}
		}
		for field, value := range fields {
			vote, ok := strings.CutPrefix(field, "v:")
			number, user, _ := strings.Cut(vote, ":")
			if b := builds[number]; ok && b != nil {
				if b.Votes == nil {
					b.Votes = map[string]bool{}
				}
				b.Votes[user] = value == "1"
			}
		}
		var all []Build
		for _, b := range builds {
			all = append(all, *b)
		}
		return newest(all, n), nil
	})
}

// ARGV: build, user, vote, most votes. Answers rights and wrongs, or one number:
// 0 for no such build, 1 for too many votes.
var voteScript = redis.NewScript(`
local key, prefix = KEYS[1], 'v:' .. ARGV[1] .. ':'
if redis.call('HEXISTS', key, 'b:' .. ARGV[1]) == 0 then return {0} end
local sum = {0, 0}
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  local field = all[i]
  if string.sub(field, 1, #prefix) == prefix and field ~= prefix .. ARGV[2] then
    local which = all[i + 1] == '1' and 1 or 2
    sum[which] = sum[which] + 1
  end
end
if sum[1] + sum[2] >= tonumber(ARGV[4]) then return {1} end
redis.call('HSET', key, prefix .. ARGV[2], ARGV[3])
local which = ARGV[3] == '1' and 1 or 2
sum[which] = sum[which] + 1
return sum`)

// Vote implements History.
func (h redisHistory) Vote(ctx context.Context, task string, build int64, user string, right bool) (rights, wrongs int, err error) {
	if err := checkVoter(user); err != nil {
		return 0, 0, err
	}
	key := h.of(task)
	sum, err := ask(ctx, h.redisStore, fmt.Sprintf("count a vote on build %d of task %s", build, task), key, func(ctx context.Context) ([]int64, error) {
		sum, err := run(ctx, h.redisStore, voteScript, []string{key}, strconv.FormatInt(build, 10), user, voteOf(right), MaxVotes).Int64Slice()
		switch {
		case err != nil:
		case len(sum) == 1 && sum[0] == 0:
			err = ErrNotFound
		case len(sum) != 2:
			err = tooManyVotes()
		}
		return sum, err
	})
	if err != nil {
		return 0, 0, err
	}
	return int(sum[0]), int(sum[1]), nil
}

// Tasks implements History.
func (h redisHistory) Tasks(ctx context.Context) ([]string, error) {
	names, err := ask(ctx, h.redisStore, "list the tasks of the history", h.tasks(), func(ctx context.Context) ([]string, error) {
		return h.client.ZRange(ctx, h.tasks(), 0, -1).Result()
	})
	slices.Sort(names)
	return names, err
}
