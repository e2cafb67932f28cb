package state

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"logbot/cache/boltfile"
)

// entry is one key of a damaged file, with its value.
type entry struct{ key, value []byte }

// salvaged are the buckets that are read from a damaged file, each with what
// says that an entry is whole. The others follow from them.
func salvaged() []struct {
	bucket, noun string
	whole        func(entry) bool
} {
	stamped := func(e entry) bool { return len(e.value) >= stampLen }
	return []struct {
		bucket, noun string
		whole        func(entry) bool
	}{
		{intentsBucket, "intents", func(e entry) bool {
			r, ok := decoded[record](e)
			return ok && r.ID == string(e.key) && r.check() == nil && r.Next >= 0
		}},
		{doneBucket, "ids of intents that were done", stamped},
		{aliasesBucket, "aliases", func(e entry) bool {
			a, ok := decoded[Alias](e)
			return ok && a.key() == string(e.key) && a.check() == nil
		}},
		{watchesBucket, "watches", func(e entry) bool {
			v, ok := decoded[versioned](e)
			return ok && v.ID() == string(e.key) && v.check() == nil
		}},
		{historyBucket, "builds", func(e entry) bool {
			b, ok := decoded[Build](e)
			return ok && b.check() == nil && bytes.Equal(buildKey(b.Task, b.Build), e.key)
		}},
		{tasksBucket, "tasks", stamped},
		{auditBucket, "reads", func(e entry) bool {
			r, ok := decoded[Read](e)
			return ok && len(e.key) == 2*stampLen && stampOf(e.key) == r.At.UnixMilli()
		}},
	}
}

func decoded[T any](e entry) (value T, ok bool) {
	return value, json.Unmarshal(e.value, &value) == nil
}

// walk calls do with every entry, which is the file's. It ends also where the
// pages of the file lead in a circle.
func walk(b *bolt.Bucket, do func(entry) error) error {
	c, last := b.Cursor(), []byte(nil)
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if last != nil && bytes.Compare(k, last) <= 0 {
			return fmt.Errorf("%w: its keys are out of order", boltfile.ErrBroken)
		}
		last = bytes.Clone(k)
		if err := do(entry{k, v}); err != nil {
			return err
		}
	}
	return nil
}

// checkAll looks at everything in the file, so that damage is found at the start
// and not when it is needed. A file that is full takes some 0.3 s.
func checkAll(tx *bolt.Tx) error {
	checked := map[string]bool{}
	for _, s := range salvaged() {
		checked[s.bucket] = true
		err := walk(tx.Bucket([]byte(s.bucket)), func(e entry) error {
			if !s.whole(e) {
				return fmt.Errorf("%w: one of its %s is not whole", boltfile.ErrBroken, s.noun)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, name := range buckets {
		if checked[name] {
			continue
		}
		if err := walk(tx.Bucket([]byte(name)), func(entry) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// salvage takes over what can still be read of the damaged file at aside.
func (f *file) salvage(aside string) {
	var took []string
	for _, s := range salvaged() {
		var found []entry
		boltfile.Salvage(aside, func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte(s.bucket))
			if b == nil {
				return nil
			}
			return walk(b, func(e entry) error {
				if s.whole(e) {
					found = append(found, entry{bytes.Clone(e.key), bytes.Clone(e.value)})
				}
				return nil
			})
		})
		if err := f.db.Update(func(tx *bolt.Tx) error { return takeOver(tx, s.bucket, found) }); err != nil {
			f.options.Log.Warnf("state store %s: take over %s of the damaged file: %v", f.db.Name(), s.noun, err)
			continue
		}
		took = append(took, fmt.Sprintf("%d %s", len(found), s.noun))
	}
	f.options.Log.Warnf("state store %s: of the damaged file %s these could be read and were taken over: %s; anything else in it is lost",
		f.db.Name(), aside, strings.Join(took, ", "))
}

// takeOver writes entries of a damaged file into this one.
func takeOver(tx *bolt.Tx, bucket string, found []entry) error {
	b := tx.Bucket([]byte(bucket))
	for _, e := range found {
		if err := b.Put(e.key, e.value); err != nil {
			return err
		}
		var err error
		switch bucket {
		case intentsBucket:
			r, _ := decoded[record](e)
			q := queueIn(tx)
			err = q.due.Put(q.dueKey(r), nil)
		case doneBucket:
			err = expiringIn(tx, bucket).by.Put(append(appendStamp(nil, stampOf(e.value)), e.key...), nil)
		case auditBucket:
			err = b.SetSequence(max(b.Sequence(), uint64(stampOf(e.key[stampLen:]))))
		}
		if err != nil {
			return err
		}
	}
	return addCount(tx, bucket, int64(len(found)))
}
