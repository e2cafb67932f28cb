package pagestore

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
	bolt "go.etcd.io/bbolt"

	"logbot/cache/redisclient"
)

const (
	// scanStep is how many keys a server looks at for one SCAN: well below a
	// millisecond, in which it does nothing else.
	scanStep = 500
	// purgeStep is how many pages of a file are removed in one transaction.
	purgeStep = 500
)

// Selection is a choice of pages: those of a task or check run, in every scope.
type Selection struct {
	ID    string
	Build int64 // one build of the task; 0 is all
}

// has reports whether a key is that of a selected page or of its lock.
func (c Selection) has(key string) bool {
	rest, ok := strings.CutPrefix(key, KeyPrefix+"{")
	tag, _, closed := strings.Cut(rest, "}")
	if !ok || !closed {
		return false
	}
	parts := strings.Split(tag, ".") // SCOPE.TASK.BUILD or SCOPE.RUN; no part contains a dot
	if len(parts) < 2 || parts[1] != plain(c.ID) {
		return false
	}
	return c.Build == 0 || len(parts) == 3 && parts[2] == number(c.Build)
}

// pattern is for SCAN. It may match more than has does, never less.
func (c Selection) pattern() string {
	id := plain(c.ID) // has no sign with a meaning in a pattern
	if c.Build == 0 {
		return KeyPrefix + "{*." + id + "*}*"
	}
	return KeyPrefix + "{*." + id + "." + number(c.Build) + "}*"
}

// Purge removes the selected pages and returns how many there were. It scans the
// keyspace of every master, in small steps; only an operator's command uses it. The
// memory of other processes is not purged.
func (s *Redis) Purge(ctx context.Context, c Selection) (int64, error) {
	var removed atomic.Int64
	err := s.eachKey(ctx, c.pattern(), func(ctx context.Context, _ *redis.Client, keys []string) error {
		var unlinked []*redis.IntCmd
		// One by one: the pages of a scan are in several slots.
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, key := range keys {
				if c.has(key) {
					unlinked = append(unlinked, p.Unlink(ctx, key))
				}
			}
			return nil
		})
		for _, u := range unlinked {
			removed.Add(u.Val())
		}
		return err
	})
	if err != nil {
		return removed.Load(), fmt.Errorf("purge pages in %s: %w", s.name, err)
	}
	return removed.Load(), nil
}

// eachKey calls do with the matching keys of every master, some at a time, for
// several masters at once. A key may come twice.
func (s *Redis) eachKey(ctx context.Context, pattern string, do func(context.Context, *redis.Client, []string) error) error {
	return redisclient.EachMaster(ctx, s.client, func(ctx context.Context, node *redis.Client) error {
		for cursor := uint64(0); ; {
			keys, next, err := node.Scan(ctx, cursor, pattern, scanStep).Result()
			if redisclient.Denied(err) { // the bot itself does not need it
				return fmt.Errorf("%w; as an administrator type on every node: ACL SETUSER %s +scan", err, s.at.User())
			}
			if err != nil {
				return err
			}
			if len(keys) > 0 {
				if err := do(ctx, node, keys); err != nil {
					return err
				}
			}
			if cursor = next; cursor == 0 {
				return nil
			}
		}
	})
}

// Purge removes the selected pages and returns how many there were.
func (s *File) Purge(ctx context.Context, c Selection) (removed int64, err error) {
	from := []byte(KeyPrefix)
	for from != nil {
		if err := ctx.Err(); err != nil {
			return removed, fmt.Errorf("purge pages: %w", err)
		}
		var keys [][]byte
		err := s.db.View(func(tx *bolt.Tx) error {
			cursor := tx.Bucket([]byte(pagesBucket)).Cursor()
			key, _ := cursor.Seek(from)
			for ; key != nil && len(keys) < purgeStep; key, _ = cursor.Next() {
				if c.has(string(key)) {
					keys = append(keys, bytes.Clone(key))
				}
			}
			from = bytes.Clone(key) // nil at the end
			return nil
		})
		if err == nil && len(keys) > 0 {
			err = s.change("purge", "pages", func(t *table) error {
				for _, key := range keys {
					if err := t.remove(key); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err != nil {
			return removed, fmt.Errorf("purge pages: %w", err)
		}
		removed += int64(len(keys))
	}
	return removed, nil
}
