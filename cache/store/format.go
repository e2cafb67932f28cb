package store

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"logbot/cache/boltfile"
)

// ErrNewer says that a newer version of the program wrote the tables, in a format
// that this one does not know.
var ErrNewer = boltfile.ErrNewer

// The highest format that any version has announced stays. It returns that one.
// KEYS: the newest format. ARGV: the caller's.
var announceScript = redis.NewScript(`
local found = tonumber(redis.call('GET', KEYS[1]) or '1')
if found > tonumber(ARGV[1]) then return found end
redis.call('SET', KEYS[1], ARGV[1])
return tonumber(ARGV[1])`)

// Announce records that a program uses the tables which reads formats up to known,
// and returns ErrNewer if one has used them that writes a newer format. A server that
// is away, or does not allow it, is ErrAway: then nothing is known.
func (r *Redis) Announce(ctx context.Context, known int) error {
	keys := r.Keys([]string{"format"}, "newest")
	found, err := Ask(ctx, r, keys[0], func(ctx context.Context) (int, error) {
		return r.Run(ctx, announceScript, keys, known).Int()
	})
	if err != nil {
		return err
	}
	if found > known {
		return fmt.Errorf("%w: its format is %d, and this version reads up to %d", ErrNewer, found, known)
	}
	return nil
}
