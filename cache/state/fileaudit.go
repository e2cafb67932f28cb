package state

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"

	bolt "go.etcd.io/bbolt"
)

// fileAudit is the Audit of a file.
type fileAudit struct{ *file }

// maxDetail bounds the texts of a record, in bytes; what is longer is cut.
const maxDetail = 500

func (r Read) cut() Read {
	for _, text := range []*string{&r.User, &r.Channel, &r.Verb, &r.Task, &r.Detail} {
		*text = firstBytes(*text, maxDetail)
	}
	return r
}

// firstBytes is the beginning of s: at most n bytes of whole characters.
func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := 0
	for i := range s {
		if i > n {
			break
		}
		end = i
	}
	return s[:end]
}

// Append implements Audit.
func (f fileAudit) Append(ctx context.Context, r Read) error {
	r = r.cut()
	return f.change(ctx, "record a read by "+r.User, func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(auditBucket))
		seq, err := b.NextSequence()
		if err != nil {
			return err
		}
		key := binary.BigEndian.AppendUint64(appendStamp(nil, r.At.UnixMilli()), seq)
		if err := put(b, key, r); err != nil {
			return err
		}
		more, oldest := int64(1), r.At.Add(-AuditAge).UnixMilli()
		for range pruned {
			first, _ := b.Cursor().First()
			if count(tx, auditBucket)+more <= MaxReads && stampOf(first) >= oldest {
				break
			}
			if err := b.Delete(bytes.Clone(first)); err != nil {
				return err
			}
			more--
		}
		return addCount(tx, auditBucket, more)
	})
}

// Reads implements Audit.
func (f fileAudit) Reads(ctx context.Context, filter ReadFilter) (reads []Read, err error) {
	err = f.read(ctx, "read the audit log", func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(auditBucket))
		c := b.Cursor()
		until := int64(math.MaxInt64)
		if !filter.Until.IsZero() {
			until = dueMilli(filter.Until)
		}
		k, _ := c.Seek(appendStamp(nil, until))
		if k == nil {
			k, _ = c.Last()
		}
		for ; k != nil && len(reads) < filter.limit(); k, _ = c.Prev() {
			if !filter.Since.IsZero() && stampOf(k) < filter.Since.UnixMilli() {
				break
			}
			var r Read
			if _, err := get(b, k, &r); err != nil {
				return err
			}
			if filter.chooses(r) {
				reads = append(reads, r)
			}
		}
		return nil
	})
	return reads, err
}
