package cache

import (
	"context"
	"errors"
	"time"
)

// MaxValue bounds one value of a store, in bytes. A page of 1000 lines takes 5
// to 20 KiB in the form of codec.go; 1 MiB still crosses a 100 Mb/s link well
// within [callBudget].
const MaxValue = 1 << 20

// ErrMiss says that a store has no value under a key.
var ErrMiss = errors.New("not in the page store")

// ErrTooLarge says that a value is longer than [MaxValue].
var ErrTooLarge = errors.New("value too large for the page store")

// PageStore keeps values under keys for a time. It is safe for concurrent use.
// It may lose any value at any time, and it never returns another value than
// one that was set under the key; whether the bytes are whole is for the caller
// to check.
type PageStore interface {
	// Get returns the value of key, or ErrMiss. The value must not be changed.
	Get(ctx context.Context, key string) ([]byte, error)
	// Set keeps value under key for ttl, in place of what was there. The value
	// must not be changed afterwards. It returns ErrTooLarge for a value of more
	// than MaxValue bytes. An empty value and a ttl below a millisecond are not
	// kept.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete removes key; a key that is not there is no error.
	Delete(ctx context.Context, key string) error
	// Close gives up what the store holds open. It is called once, last.
	Close() error
}

// Logger takes the few lines this package has to say to the people who run the
// bot; a *logrus.Logger is one.
type Logger interface {
	Warnf(format string, args ...any)
}

type silence struct{}

func (silence) Warnf(string, ...any) {}

// orSilence stands in for a Logger that was not given.
func orSilence(l Logger) Logger {
	if l == nil {
		return silence{}
	}
	return l
}
