package state

import (
	"context"
	"time"

	bolt "go.etcd.io/bbolt"
)

// fileMarks are the Marks of a file.
type fileMarks struct{ *file }

// Once implements Marks.
func (f fileMarks) Once(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	if err := checkMark(key); err != nil {
		return false, err
	}
	return update(ctx, f.file, 4*f.options.Budget, "mark "+key, func(tx *bolt.Tx) (bool, error) {
		marks, now := expiringIn(tx, marksBucket), time.Now().UnixMilli()
		if marks.get(key, now) != nil {
			return false, nil
		}
		if err := marks.prune(now); err != nil {
			return false, err
		}
		return true, marks.put(key, "", now+markAge(ttl).Milliseconds())
	})
}

// Forget implements Marks.
func (f fileMarks) Forget(ctx context.Context, key string) error {
	return f.change(ctx, "forget mark "+key, func(tx *bolt.Tx) error {
		return expiringIn(tx, marksBucket).remove([]byte(key))
	})
}
