package state

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// MaxMarkAge bounds how long a mark is kept.
const MaxMarkAge = 30 * 24 * time.Hour

// Marks say that something has happened once, such as a post.
type Marks interface {
	// Once marks a key for ttl. first is true for the one caller who was first;
	// also where an answer of the store was lost in between and the client asked
	// again.
	Once(ctx context.Context, key string, ttl time.Duration) (first bool, err error)
	// Forget takes a mark away: what it was set for has failed.
	Forget(ctx context.Context, key string) error
}

// checkMark refuses a key that cannot be marked.
func checkMark(key string) error {
	switch {
	case key == "":
		return errors.New("mark nothing: the key is empty")
	case len(key) > MaxID:
		return fmt.Errorf("mark %.40q…: %w: at most %d bytes", key, ErrTooLarge, MaxID)
	}
	return nil
}

// markAge keeps the age of a mark within its bounds.
func markAge(ttl time.Duration) time.Duration {
	return min(max(ttl, time.Millisecond), MaxMarkAge)
}
