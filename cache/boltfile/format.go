package boltfile

import (
	"errors"
	"fmt"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// ErrNewer says that a newer version of the program wrote the file, in a format that
// this one does not know.
var ErrNewer = errors.New("a newer logbot wrote it")

// The format of the content is a decimal number in one bucket. A file without it is
// of the first format.
const (
	formatBucket = "format"
	newestKey    = "newest"
	firstFormat  = 1
)

// checkFormat compares the format of the content with the newest that the caller
// knows, and records that one. A newer content is ErrNewer if it is precious; a cache
// is emptied.
func checkFormat(tx *bolt.Tx, o Options) error {
	found, err := formatOf(tx)
	if err != nil {
		return err
	}
	known := max(o.Format, firstFormat)
	if found > known {
		if o.Precious {
			return fmt.Errorf("%w: its format is %d, and this version reads up to %d", ErrNewer, found, known)
		}
		o.Warnf("%s: a newer logbot wrote it, in format %d; it is emptied, since this version reads up to %d", o.What, found, known)
		if err := empty(tx); err != nil {
			return err
		}
	}
	b, err := tx.CreateBucketIfNotExists([]byte(formatBucket))
	if err != nil {
		return err
	}
	return b.Put([]byte(newestKey), []byte(strconv.Itoa(known)))
}

func formatOf(tx *bolt.Tx) (int, error) {
	b := tx.Bucket([]byte(formatBucket))
	if b == nil {
		return firstFormat, nil
	}
	value := string(b.Get([]byte(newestKey)))
	format, err := strconv.Atoi(value)
	if err != nil {
		return 0, fmt.Errorf("%w: its format is %q", ErrBroken, value)
	}
	return format, nil
}

// empty removes all buckets.
func empty(tx *bolt.Tx) error {
	var names [][]byte
	err := tx.ForEach(func(name []byte, _ *bolt.Bucket) error {
		names = append(names, name)
		return nil
	})
	for _, name := range names {
		err = errors.Join(err, tx.DeleteBucket(name))
	}
	return err
}
