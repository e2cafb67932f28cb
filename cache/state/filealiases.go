package state

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// fileAliases are the Aliases of a file.
type fileAliases struct{ *file }

// key is where an alias is kept, in both backends.
func (a Alias) key() string { return aliasKey(a.Channel, a.Name) }

func aliasKey(channel, name string) string { return channel + "\x00" + strings.ToLower(name) }

// check refuses an alias that could not be kept.
func (a Alias) check() error {
	switch {
	case a.Name == "" || a.Target == "":
		return fmt.Errorf("keep alias %q for %q: it needs a name and something to stand for", a.Name, a.Target)
	case len(a.Name) > MaxID || len(a.Target) > MaxID || len(a.Channel) > MaxID:
		return fmt.Errorf("keep alias %.40q…: %w: at most %d bytes a part", a.Name, ErrTooLarge, MaxID)
	case strings.Contains(a.Name+a.Channel, "\x00"):
		return fmt.Errorf("keep alias %q: a name has no zero byte", a.Name)
	}
	return nil
}

func tooManyAliases() error { return fmt.Errorf("%w: there are %d aliases", ErrFull, MaxAliases) }

// SetAlias implements Aliases.
func (f fileAliases) SetAlias(ctx context.Context, a Alias) error {
	if err := a.check(); err != nil {
		return err
	}
	return f.change(ctx, "set alias "+a.Name, func(tx *bolt.Tx) error {
		return putCounted(tx, aliasesBucket, a.key(), a, MaxAliases, tooManyAliases)
	})
}

// putCounted puts a value where there is one under its key, or room for one more.
func putCounted(tx *bolt.Tx, bucket, key string, value any, limit int64, full func() error) error {
	b := tx.Bucket([]byte(bucket))
	if b.Get([]byte(key)) == nil {
		if count(tx, bucket) >= limit {
			return full()
		}
		if err := addCount(tx, bucket, 1); err != nil {
			return err
		}
	}
	return put(b, []byte(key), value)
}

// deleteCounted undoes putCounted.
func deleteCounted(tx *bolt.Tx, bucket, key string) (found bool, err error) {
	b := tx.Bucket([]byte(bucket))
	if b.Get([]byte(key)) == nil {
		return false, nil
	}
	if err := b.Delete([]byte(key)); err != nil {
		return false, err
	}
	return true, addCount(tx, bucket, -1)
}

// DeleteAlias implements Aliases.
func (f fileAliases) DeleteAlias(ctx context.Context, channel, name string) (bool, error) {
	return update(ctx, f.file, 4*f.options.Budget, "delete alias "+name, func(tx *bolt.Tx) (bool, error) {
		return deleteCounted(tx, aliasesBucket, aliasKey(channel, name))
	})
}

// Alias implements Aliases.
func (f fileAliases) Alias(ctx context.Context, channel, name string) (a Alias, err error) {
	err = f.read(ctx, "look up alias "+name, func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(aliasesBucket))
		for _, in := range []string{channel, ""} {
			if found, err := get(b, []byte(aliasKey(in, name)), &a); err != nil || found {
				return err
			}
		}
		return ErrNotFound
	})
	return a, err
}

// ListAliases implements Aliases.
func (f fileAliases) ListAliases(ctx context.Context, channel string) ([]Alias, error) {
	all, err := f.list(ctx, channel, "")
	return seenIn(channel, all), err
}

// seenIn are those of all that hold in a channel, by name.
func seenIn(channel string, all []Alias) []Alias {
	own := map[string]bool{}
	for _, a := range all {
		if a.Channel == channel {
			own[strings.ToLower(a.Name)] = true
		}
	}
	all = slices.DeleteFunc(all, func(a Alias) bool {
		return a.Channel != channel && (a.Channel != "" || own[strings.ToLower(a.Name)])
	})
	slices.SortFunc(all, func(a, b Alias) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all
}

// AllAliases implements Aliases.
func (f fileAliases) AllAliases(ctx context.Context) ([]Alias, error) { return f.list(ctx) }

// list returns those of the channels, or of all where none is named.
func (f fileAliases) list(ctx context.Context, channels ...string) (all []Alias, err error) {
	err = f.read(ctx, "list aliases", func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(aliasesBucket))
		if len(channels) == 0 {
			return eachIn(b, nil, func(_ []byte, a Alias) { all = append(all, a) })
		}
		for _, channel := range slices.Compact(channels) {
			err := eachIn(b, []byte(channel+"\x00"), func(_ []byte, a Alias) { all = append(all, a) })
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// eachIn calls do with the values under the keys that begin with prefix, in
// order.
func eachIn[T any](b *bolt.Bucket, prefix []byte, do func(key []byte, value T)) error {
	c := b.Cursor()
	for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		var value T
		if _, err := get(b, k, &value); err != nil {
			return err
		}
		do(k, value)
	}
	return nil
}
