package state

import (
	"context"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"logbot/cache/store"
)

// oldAudit is the audit log as older versions keep it in Redis, a stream. It is
// not moved: nothing reads it, and it expires.
type oldAudit struct {
	redis   *store.Redis
	expires atomic.Bool
}

// A stream has no lifetime by itself, and replicas of the older version may still
// write to it: the first lifetime stays. ARGV: ms.
var expireScript = redis.NewScript(`
if redis.call('PTTL', KEYS[1]) == -1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1`)

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
