package state

import (
	"context"
	"time"
)

const (
	// MaxMarkAge bounds how long a mark is kept.
	MaxMarkAge = 30 * 24 * time.Hour
)

// Marks say that something has happened once, such as a post.
type Marks interface {
	// Once marks a key for ttl. first is true for the one caller who was first;
	// also where an answer of the store was lost in between and the client asked
	// again.
	Once(ctx context.Context, key string, ttl time.Duration) (first bool, err error)
	// Forget takes a mark away: what it was set for has failed.
	Forget(ctx context.Context, key string) error
}
