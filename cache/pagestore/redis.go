package pagestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"logbot/cache/redisclient"
)

// Redis is a Store on a Redis (4.0 or newer) or Valkey of any kind: a server,
// a master that Sentinels watch, a Cluster. Several processes may share it; equal
// requests of theirs then cost one upstream (lock.go).
//
// Every call takes at most 300 ms, and no more than is left of the patience of the
// command it is made for (package patience). After three failures in a row, one
// that used all its time, or a second without service, calls of that kind (reading,
// writing) fail at once, and one is let through every 2 s to see whether the server
// is back. Each kind has a breaker of its own, so that a server that is full or
// read-only still serves what it has. In a Cluster each master has its own: a
// command reads the pages of one build, which are on one master; if that is dead,
// only the first read costs time. A failover gives the slots to another master,
// whose breakers are closed.
type Redis struct {
	client redis.UniversalClient
	name   string // for people: "Redis at host:port"
	at     redisclient.Address
	owned  bool

	reads, writes *redisclient.Breakers
}

// callBudget is the longest one call takes. A breaker opens after half of it was
// lost.
const callBudget = 300 * time.Millisecond

// served reports whether the server did what it was asked.
func served(err error) bool { return err == nil || errors.Is(err, ErrMiss) }

// OpenRedis returns the store at an address in a form of [redisclient.Parse]. A
// server that is away is not an error; one that is asked for its kind may take half
// a second. Errors do not show the password.
//
// Log gets a line when calls are paused and when the server is back, and those of
// the client library; nil is silence.
func OpenRedis(ctx context.Context, address string, log Logger) (*Redis, error) {
	a, err := redisclient.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("open the page store: %w", err)
	}
	client, err := redisclient.Open(ctx, a, log)
	if err != nil {
		return nil, fmt.Errorf("open the page store: %w", err)
	}
	s := NewRedis(client, a, log)
	s.owned = true
	return s, nil
}

// NewRedis is the store behind a client that was opened for a. The client stays the
// caller's, to be closed after the store.
func NewRedis(client redis.UniversalClient, a redisclient.Address, log Logger) *Redis {
	log = redisclient.OrSilence(log)
	name := a.String()
	return &Redis{
		client: client,
		name:   name,
		at:     a,
		reads:  redisclient.NewBreakers("read pages from "+name, callBudget/2, served, log),
		writes: redisclient.NewBreakers("write pages to "+name, callBudget/2, served, log),
	}
}

// Breakers are what its breakers did. It asks no server.
func (s *Redis) Breakers() redisclient.BreakerStats { return s.reads.Stats().Add(s.writes.Stats()) }

// String names the store for people.
func (s *Redis) String() string { return s.name }

// do runs call, which concerns key, within the budget and behind a breaker.
func (s *Redis) do(ctx context.Context, of *redisclient.Breakers, key string, budget time.Duration, call func(context.Context) ([]byte, error)) (value []byte, err error) {
	err = of.Do(ctx, s.client, key, budget, func(ctx context.Context) (err error) {
		value, err = call(ctx)
		return err
	})
	return value, err
}

// Get implements Store.
func (s *Redis) Get(ctx context.Context, key string) ([]byte, error) {
	value, err := s.do(ctx, s.reads, key, callBudget, func(ctx context.Context) ([]byte, error) {
		return got(s.read(ctx, s.client, key))
	})
	return value, during("read", key, err)
}

// read asks for the value of key. Not with GET: a value that somebody else wrote
// may have any length.
func (s *Redis) read(ctx context.Context, by redis.Cmdable, key string) *redis.StringCmd {
	return by.GetRange(ctx, key, 0, MaxValue-1)
}

// got is the value of a read; an empty one is a miss.
func got(cmd *redis.StringCmd) ([]byte, error) {
	value, err := cmd.Bytes()
	if err == nil && len(value) == 0 {
		return nil, ErrMiss
	}
	return value, err
}

// Set implements Store.
func (s *Redis) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if len(value) > MaxValue {
		return ErrTooLarge
	}
	if len(value) == 0 || ttl < time.Millisecond {
		return s.Delete(ctx, key)
	}
	_, err := s.do(ctx, s.writes, key, callBudget, func(ctx context.Context) ([]byte, error) {
		return nil, s.client.Set(ctx, key, value, ttl).Err()
	})
	return during("write", key, err)
}

// Delete implements Store.
func (s *Redis) Delete(ctx context.Context, key string) error {
	_, err := s.do(ctx, s.writes, key, callBudget, func(ctx context.Context) ([]byte, error) {
		return nil, s.client.Unlink(ctx, key).Err()
	})
	return during("delete", key, err)
}

// Close implements Store.
func (s *Redis) Close() error {
	if !s.owned {
		return nil
	}
	return s.client.Close()
}

// during says what was being done to which key when err came.
func during(doing, key string, err error) error {
	if err == nil || errors.Is(err, ErrMiss) {
		return err
	}
	return fmt.Errorf("%s %s in Redis: %w", doing, key, err)
}

// checkKey is never written.
const checkKey = KeyPrefix + "{check}"

// pagesRole is what this package does with a Redis. deploy/README.md and the lines of Check
// tell administrators.
func pagesRole() redisclient.Role {
	return redisclient.Role{
		Stores:  "pages",
		Version: "4.0",
		Because: "for UNLINK",
		Keys:    KeyPrefix + "*",
		Uses: [][]any{
			{"getrange", checkKey, 0, 0},
			{"get", checkKey},
			{"set", checkKey, "x", "px", 1},
			{"pexpire", checkKey, 1},
			{"unlink", checkKey},
			{"eval", "return 0", 1, checkKey},
		},
	}
}

// Check looks for faults in the settings of the server: a line each, with what to
// type against it. It never takes longer than ctx allows, and nothing it finds
// keeps the store from being used.
func (s *Redis) Check(ctx context.Context) []string {
	return redisclient.Check(ctx, s.client, s.at.User(), pagesRole())
}

// Reach says what the server is; see [redisclient.Reach].
func (s *Redis) Reach(ctx context.Context) (redisclient.Server, error) {
	return redisclient.Reach(ctx, s.client, s.at)
}
