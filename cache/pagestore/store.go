// Package pagestore keeps encoded log pages under keys for a time: in memory, in a
// file of one machine, or in a Redis that several processes share.
//
// The keys are in keys.go. The values are opaque here.
package pagestore

import (
	"context"
	"errors"
	"time"

	"logbot/cache/redisclient"
)

// MaxValue bounds one value of a store, in bytes. A page of 1000 lines takes 5
// to 20 KiB in the form of codec.go; 1 MiB still crosses a 100 Mb/s link well
// within [callBudget].
const MaxValue = 1 << 20

// ErrMiss says that a store has no value under a key.
var ErrMiss = errors.New("not in the page store")

// ErrTooLarge says that a value is longer than [MaxValue].
var ErrTooLarge = errors.New("value too large for the page store")

// Store keeps values under keys for a time. It is safe for concurrent use. It may
// lose any value at any time, and never returns a value that was not set under the
// key; the caller checks whether the bytes are intact.
type Store interface {
	// Get returns the value of key, or ErrMiss. The value must not be changed.
	Get(ctx context.Context, key string) ([]byte, error)
	// Set keeps value under key for ttl, in place of an earlier value. The value must
	// not be changed afterwards. It returns ErrTooLarge for a value of more than
	// MaxValue bytes. Setting an empty value, or one with a ttl below a millisecond,
	// deletes the key.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete removes key. A missing key is not an error.
	Delete(ctx context.Context, key string) error
	// Close releases what the store has opened. It is called once, last.
	Close() error
}

// Logger takes warnings for the people who run the bot; a *logrus.Logger is one.
type Logger = redisclient.Logger

type silence struct{}

func (silence) Warnf(string, ...any) {}

// orSilence replaces a nil Logger.
func orSilence(l Logger) Logger {
	if l == nil {
		return silence{}
	}
	return l
}
