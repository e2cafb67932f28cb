package state

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"logbot/cache/store"
)

// oldHistory is the history as older versions keep it in Redis:
//
//	logbot:s1:{SCOPE.history}:tasks    zset TASK -> ms when it was last seen
//	logbot:s1:{SCOPE.history.TASK}:of  hash b:BUILD -> ms, a space, JSON of the
//	                                   Build; v:BUILD:USER -> 1 right, 0 wrong
//
// What is there is moved whenever the history of its task is used, so that what
// an older replica writes during an upgrade is moved too. What nobody asks for
// expires there.
type oldHistory struct{ redis *store.Redis }

func (o oldHistory) of(task string) string { return o.redis.Keys([]string{"history", task}, "of")[0] }
func (o oldHistory) tasks() string         { return o.redis.Keys([]string{"history"}, "tasks")[0] }

// builds are those of a task.
func (o oldHistory) builds(ctx context.Context, task string) ([]Build, error) {
	fields, err := store.Ask(ctx, o.redis, o.of(task), func(ctx context.Context) (map[string]string, error) {
		return o.redis.Client.HGetAll(ctx, o.of(task)).Result()
	})
	if err != nil {
		return nil, err
	}
	byNumber := map[string]*Build{}
	for field, value := range fields {
		if number, ok := strings.CutPrefix(field, "b:"); ok {
			_, encoded, _ := strings.Cut(value, " ")
			b, err := fromJSON[Build]([]byte(encoded))
			if err == nil && b.check() == nil { // else it would be in the way for ever
				byNumber[number] = &b
			}
		}
	}
	for field, value := range fields {
		vote, _ := strings.CutPrefix(field, "v:")
		number, user, found := strings.Cut(vote, ":")
		if b := byNumber[number]; found && b != nil {
			b.Votes = addVotes(b.Votes, map[string]bool{user: value == "1"})
		}
	}
	var all []Build
	for _, b := range byNumber {
		all = append(all, *b)
	}
	slices.SortFunc(all, func(a, b Build) int { return int(a.Build - b.Build) })
	return all, nil
}

// remove removes a task. The list of the others then expires with them.
func (o oldHistory) remove(ctx context.Context, task string) error {
	_, err := store.Ask(ctx, o.redis, o.of(task), func(ctx context.Context) (int64, error) {
		return o.redis.Client.Unlink(ctx, o.of(task)).Result()
	})
	if err != nil {
		return err
	}
	_, err = store.Ask(ctx, o.redis, o.tasks(), func(ctx context.Context) (int64, error) {
		o.redis.Client.PExpire(ctx, o.tasks(), HistoryAge)
		return o.redis.Client.ZRem(ctx, o.tasks(), task).Result()
	})
	return err
}

// takeOver moves what an older version recorded of a task. Of a build that both
// have, what is in the table is newer; votes of users who have not voted since are
// added. Interrupted, it is done again and changes nothing twice.
func (h History) takeOver(ctx context.Context, task string) error {
	if h.old == nil {
		return nil
	}
	builds, err := h.old.builds(ctx, task)
	if err != nil || len(builds) == 0 {
		return err
	}
	for _, b := range builds {
		err := h.put(ctx, b, func(existing Build) Build {
			if existing.Build == 0 {
				return b
			}
			existing.Votes = addVotes(b.Votes, existing.Votes)
			return existing
		})
		if err != nil {
			return err
		}
	}
	if err := h.trim(ctx, builds[len(builds)-1]); err != nil {
		return err
	}
	return h.old.remove(ctx, task)
}

// takeOverAll moves all tasks.
func (h History) takeOverAll(ctx context.Context) error {
	tasks, err := store.Ask(ctx, h.old.redis, h.old.tasks(), func(ctx context.Context) ([]string, error) {
		return h.old.redis.Client.ZRange(ctx, h.old.tasks(), 0, -1).Result()
	})
	if err != nil {
		return err
	}
	for _, task := range tasks {
		if err := h.takeOver(ctx, task); err != nil {
			return err
		}
	}
	return nil
}

// oldAudit is the audit log as older versions keep it in Redis, a stream. It is
// not moved: nothing reads it, and it expires.
type oldAudit struct {
	redis   *store.Redis
	expires atomic.Bool
}

// A stream has no lifetime by itself, and replicas of the older version may still
// write to it: the first lifetime stays. ARGV: ms.
var expireScript = &store.Script{Lua: `
if redis.call('PTTL', KEYS[1]) == -1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1`}

// expire gives the stream a lifetime, once in each process.
func (o *oldAudit) expire(ctx context.Context) {
	if o.expires.Load() {
		return
	}
	keys := o.redis.Keys([]string{"audit"}, "reads")
	_, err := store.Ask(ctx, o.redis, keys[0], func(ctx context.Context) (bool, error) {
		return o.redis.Run(ctx, expireScript, keys, AuditAge.Milliseconds()).Bool()
	})
	o.expires.Store(err == nil)
}
