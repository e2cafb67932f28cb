package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"logbot/cache/boltfile"
)

// ErrNewer says that a newer version of the program wrote the tables, in a format
// that this one does not know.
var ErrNewer = boltfile.ErrNewer

// The highest format that any version has announced stays. It returns that one.
// KEYS: the newest format. ARGV: the caller's.
var announceScript = &Script{Lua: `
local found = tonumber(redis.call('GET', KEYS[1]) or '1')
if found > tonumber(ARGV[1]) then return found end
redis.call('SET', KEYS[1], ARGV[1])
return tonumber(ARGV[1])`}

// Announce records that a program writes the tables which reads formats up to known,
// and returns ErrNewer if one has written them whose format is newer. A server that is
// away, or does not allow it, is ErrAway: then nothing is known.
func (r *Redis) Announce(ctx context.Context, known int) error {
	key := r.formatKey()
	found, err := Ask(ctx, r, key, func(ctx context.Context) (int, error) {
		return r.Run(ctx, announceScript, []string{key}, known).Int()
	})
	return verdictOf(found, known, err)
}

// CheckFormat is Announce for a program that only reads.
func (r *Redis) CheckFormat(ctx context.Context, known int) error {
	key := r.formatKey()
	found, err := Ask(ctx, r, key, func(ctx context.Context) (int, error) {
		found, err := r.Client.Get(ctx, key).Int()
		if errors.Is(err, redis.Nil) {
			return 1, nil
		}
		return found, err
	})
	return verdictOf(found, known, err)
}

func (r *Redis) formatKey() string { return r.Keys([]string{"format"}, "newest")[0] }

func verdictOf(found, known int, err error) error {
	if err == nil && found > known {
		return fmt.Errorf("%w: its format is %d, and this version reads up to %d", ErrNewer, found, known)
	}
	return err
}
