package cache

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
	// scanStep is how many keys a server is asked to look at in one go: well below
	// a millisecond in which it does nothing else.
	scanStep = 500
	// purgeStep is how many pages of a file are removed in one transaction.
	purgeStep = 500
)

// Choice is which pages an operator means: those of a task or check run, by its
// id as it stands in the keys, in every scope.
type Choice struct {
	ID    string
	Build int64 // one build of the task; 0 is all of them
}

// holds reports whether a key is one of the chosen pages or its lock.
func (c Choice) holds(key string) bool {
	rest, ok := strings.CutPrefix(key, keyPrefix+"{")
	tag, _, closed := strings.Cut(rest, "}")
	if !ok || !closed {
		return false
	}
	parts := strings.Split(tag, ".") // SCOPE.TASK.BUILD or SCOPE.RUN; no part holds a dot
	if len(parts) < 2 || parts[1] != plain(c.ID) {
		return false
	}
	return c.Build == 0 || len(parts) == 3 && parts[2] == number(c.Build)
}

// pattern is for SCAN. It may match more than holds does, never less.
func (c Choice) pattern() string {
	id := plain(c.ID) // which has no sign that a pattern knows
	if c.Build == 0 {
		return keyPrefix + "{*." + id + "*}*"
	}
	return keyPrefix + "{*." + id + "." + number(c.Build) + "}*"
}

// Purge removes the chosen pages and returns how many there were. It goes through
// the whole keyspace of every master, in small steps; that is for an operator's
// command. What other processes have in memory stays there for its time.
func (s *Redis) Purge(ctx context.Context, c Choice) (int64, error) {
	var removed atomic.Int64
	err := s.eachKey(ctx, c.pattern(), func(ctx context.Context, _ *redis.Client, keys []string) error {
		var unlinked []*redis.IntCmd
		// One by one: the pages of a scan lie in several slots.
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, key := range keys {
				if c.holds(key) {
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

// eachKey calls do with the keys of every master that match, some at a time and,
// of different masters, at once. A key may come twice.
func (s *Redis) eachKey(ctx context.Context, pattern string, do func(context.Context, *redis.Client, []string) error) error {
	return redisclient.EachMaster(ctx, s.client, func(ctx context.Context, node *redis.Client) error {
		for cursor := uint64(0); ; {
			keys, next, err := node.Scan(ctx, cursor, pattern, scanStep).Result()
			if redisclient.Denied(err) { // the bot itself never does it
				return fmt.Errorf("%w; as an administrator type on every node: ACL SETUSER %s +scan", err, s.user)
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

// Purge removes the chosen pages and returns how many there were.
func (s *File) Purge(ctx context.Context, c Choice) (removed int64, err error) {
	from := []byte(keyPrefix)
	for from != nil {
		if err := ctx.Err(); err != nil {
			return removed, fmt.Errorf("purge pages: %w", err)
		}
		var keys [][]byte
		err := s.db.View(func(tx *bolt.Tx) error {
			cursor := tx.Bucket([]byte(pagesBucket)).Cursor()
			key, _ := cursor.Seek(from)
			for ; key != nil && len(keys) < purgeStep; key, _ = cursor.Next() {
				if c.holds(string(key)) {
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
