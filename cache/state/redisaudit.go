package state

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisAudit is the Audit of a Redis.
type redisAudit struct {
	*redisStore
	appended atomic.Uint64
}

const (
	// readsAtOnce is how many records Reads asks for at a time.
	readsAtOnce = 500
	// trimEvery is how often a process removes what is too old, in records.
	trimEvery = 64
	// askew is by how much the records may be out of the order of their times:
	// they are in the order in which they came from all replicas.
	askew = time.Hour
)

func (a *redisAudit) key() string { return a.keys([]string{"reads"}, "audit")[0] }

// Append implements Audit. A record may come twice where a connection broke.
func (a *redisAudit) Append(ctx context.Context, r Read) error {
	r = r.cut()
	encoded, err := encode(r)
	if err != nil {
		return err
	}
	_, err = ask(ctx, a.redisStore, "record a read by "+r.User, a.key(), func(ctx context.Context) (string, error) {
		id, err := a.client.XAdd(ctx, &redis.XAddArgs{
			Stream: a.key(), MaxLen: MaxReads, Approx: true, Values: []string{"r", encoded},
		}).Result()
		if err == nil && a.appended.Add(1)%trimEvery == 1 {
			oldest := strconv.FormatInt(time.Now().Add(-AuditAge).UnixMilli(), 10)
			a.client.XTrimMinIDApprox(ctx, a.key(), oldest, 0) // Redis 6.2; before it the length bounds alone
		}
		return id, err
	})
	return err
}

// Reads implements Audit.
func (a *redisAudit) Reads(ctx context.Context, filter ReadFilter) ([]Read, error) {
	var reads []Read
	for before := "+"; ; {
		page, err := ask(ctx, a.redisStore, "read the audit log", a.key(), func(ctx context.Context) ([]redis.XMessage, error) {
			return a.client.XRevRangeN(ctx, a.key(), before, "-", readsAtOnce).Result()
		})
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			var r Read
			encoded, _ := m.Values["r"].(string)
			if decode(encoded, &r) != nil {
				continue // somebody else's
			}
			if !filter.Since.IsZero() && r.At.Before(filter.Since.Add(-askew)) {
				return reads, nil
			}
			if filter.chooses(r) {
				if reads = append(reads, r); len(reads) == filter.limit() {
					return reads, nil
				}
			}
		}
		if len(page) < readsAtOnce {
			return reads, nil
		}
		before = beforeID(page[len(page)-1].ID)
	}
}

// beforeID is the last id that a stream may have before id, which is MS-N.
func beforeID(id string) string {
	ms, n, _ := strings.Cut(id, "-")
	if seq, err := strconv.ParseUint(n, 10, 64); err == nil && seq > 0 {
		return ms + "-" + strconv.FormatUint(seq-1, 10)
	}
	t, _ := strconv.ParseUint(ms, 10, 64)
	return strconv.FormatUint(max(t, 1)-1, 10)
}
