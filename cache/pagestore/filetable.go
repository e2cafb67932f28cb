package pagestore

import (
	"bytes"
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"
)

// The three bbolt buckets of a File:
//
//	pages    key                 -> stamp and value
//	expiry   stamp and key       -> nothing: the keys by the time they expire
//	size     "bytes"             -> the sum of what is in pages, as cost counts
//
// A stamp is the Unix time at which a value expires, in nanoseconds, 8 bytes big
// endian.
const (
	pagesBucket  = "pages"
	expiryBucket = "expiry"
	sizeBucket   = "size"
	bytesKey     = "bytes"

	stampLen = 8
)

func appendStamp(b []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(t.UnixNano()))
}

// stampOf reads the stamp at the beginning of b; a b that is too short has expired.
func stampOf(b []byte) time.Time {
	if len(b) < stampLen {
		return time.Time{}
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(b)))
}

// cost is what an entry takes in both buckets, in bytes; each has the key.
func cost(key, stamped []byte) int64 {
	const perEntry = 64 // two headers of 16 bytes, the second stamp, half-filled pages
	return int64(2*len(key) + len(stamped) + perEntry)
}

// table is the content of a File in one transaction that writes.
type table struct {
	pages, expiry *bolt.Bucket
	bytes         int64
}

// changing runs do on the content, and then writes its size.
func changing(tx *bolt.Tx, do func(*table) error) error {
	size := tx.Bucket([]byte(sizeBucket))
	t := &table{pages: tx.Bucket([]byte(pagesBucket)), expiry: tx.Bucket([]byte(expiryBucket))}
	if b := size.Get([]byte(bytesKey)); len(b) == 8 {
		t.bytes = int64(binary.BigEndian.Uint64(b))
	}
	if err := do(t); err != nil {
		return err
	}
	return size.Put([]byte(bytesKey), binary.BigEndian.AppendUint64(nil, uint64(t.bytes)))
}

// put adds a key that does not exist.
func (t *table) put(key, value []byte, until time.Time) error {
	stamped := append(appendStamp(make([]byte, 0, stampLen+len(value)), until), value...)
	t.bytes += cost(key, stamped)
	if err := t.pages.Put(key, stamped); err != nil {
		return err
	}
	return t.expiry.Put(append(appendStamp(nil, until), key...), nil)
}

// remove removes a key if it exists.
func (t *table) remove(key []byte) error {
	stamped := t.pages.Get(key)
	if len(stamped) < stampLen {
		return nil
	}
	t.bytes -= cost(key, stamped)
	if err := t.expiry.Delete(append(bytes.Clone(stamped[:stampLen]), key...)); err != nil {
		return err
	}
	return t.pages.Delete(key)
}

// trim removes expired values, and then those that expire next until at most limit
// bytes are left.
func (t *table) trim(now time.Time, limit int64) error {
	for {
		due, _ := t.expiry.Cursor().First()
		if due == nil || (now.Before(stampOf(due)) && t.bytes <= limit) {
			return nil
		}
		due = bytes.Clone(due)
		if err := t.remove(due[min(stampLen, len(due)):]); err != nil {
			return err
		}
		if err := t.expiry.Delete(due); err != nil { // for an entry without its page
			return err
		}
	}
}
