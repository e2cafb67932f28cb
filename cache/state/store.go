package state

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/redis/go-redis/v9"

	"logbot/cache/redisclient"
	"logbot/cache/store"
)

// Store is the state of one bot. Its parts are safe for concurrent use.
type Store struct {
	Intents Intents
	Aliases Aliases
	Watches Watches
	History History
	Audit   Audit
	Limits  Limits
	Presses Presses
	Locales Locales
	Notices Notices

	Failures Failures

	// Durable says that what was written stays written. A Redis whose master fails
	// may lose what it confirmed before.
	Durable bool

	closers []io.Closer
	check   func(context.Context) []string // nil for a file
	reach   func(context.Context) (redisclient.Server, error)
	redis   *store.Redis // nil for a file
}

// OpenFile opens the state in the file at path, or creates it, readable for its
// owner alone. The folder must exist. It returns ErrLocked if another process has
// the file open for more than a second, and ErrNewer if a newer version wrote it.
//
// A damaged file is moved aside (path.damaged, path.damaged-2, …) and never
// removed; what can still be read of it is taken over.
func OpenFile(path string, o Options) (*Store, error) {
	o = o.WithDefaults()
	f, err := store.OpenFile(path, o, layout())
	if err != nil {
		return nil, err
	}
	return &Store{
		Intents: fileIntents{file: f, options: o, most: MaxIntents},
		Aliases: Aliases{jsonValues[Alias](f.Table(aliasTable()))},
		Watches: watchesInFile(f.Table(watchTable()), f.Table(stampTable())),
		History: History{builds: jsonValues[Build](f.Table(historyTable()))},
		Audit:   Audit{events: jsonValues[Event](f.Table(auditTable())), runs: jsonValues[AuditRun](f.Table(auditRunTable())), alone: true},
		Limits:  Limits{local: newRateBuckets()},
		Presses: Presses{f.Table(pressTable())},
		Locales: Locales{jsonValues[told](f.Table(localeTable()))},
		Notices: Notices{f.Table(noticeTable())},

		Failures: Failures{f.Together(failureTables()...)},

		Durable: true,
		closers: []io.Closer{f},
	}, nil
}

// OpenTemporary opens a state that ends with the process, in a file that is
// already unlinked. It serves a bot without a configured store.
func OpenTemporary(o Options) (*Store, error) {
	dir, err := os.MkdirTemp("", "logbot-state-")
	if err != nil {
		return nil, fmt.Errorf("open a temporary state store: %w", err)
	}
	defer os.RemoveAll(dir)
	o.Temporary = true
	return OpenFile(filepath.Join(dir, "state.db"), o)
}

// NewRedis is the state behind a client that stays the caller's, to be closed
// after the store. The client needs short deadlines and ContextTimeoutEnabled;
// see package redisclient. Nothing is asked of the server yet.
func NewRedis(client redis.UniversalClient, o Options) *Store {
	o = o.WithDefaults()
	r := store.NewRedis(client, o)
	known := newReplicas()
	return &Store{
		redis:   r,
		Intents: &redisIntents{redis: r, options: o, most: MaxIntents / parts, replicas: known},
		Aliases: Aliases{jsonValues[Alias](r.Table(aliasTable()))},
		Watches: watchesInRedis(r.Table(watchTable()), r.Table(stampTable())),
		History: History{builds: jsonValues[Build](r.Table(historyTable())), old: &oldHistory{r}},
		Audit:   Audit{events: jsonValues[Event](r.Table(auditTable())), runs: jsonValues[AuditRun](r.Table(auditRunTable())), old: &oldAudit{redis: r}},
		Limits:  Limits{redis: r, replicas: known, local: newRateBuckets()},
		Presses: Presses{r.Table(pressTable())},
		Locales: Locales{jsonValues[told](r.Table(localeTable()))},
		Notices: Notices{r.Table(noticeTable())},

		Failures: Failures{r.Together(failuresGroup, failureTables()...)},
	}
}

// OpenRedis is the state at an address in a form of [redisclient.Parse]. A server
// that is away is not an error; one that is asked for its kind may take half a
// second, and one that does not answer a second more. It returns ErrNewer if a newer
// version has used the state; while the server is away, that is not known. Errors do
// not show the password.
func OpenRedis(ctx context.Context, address string, o Options) (*Store, error) {
	a, err := redisclient.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("open the state store: %w", err)
	}
	client, err := redisclient.Open(ctx, a, o.Log)
	if err != nil {
		return nil, fmt.Errorf("open the state store: %w", err)
	}
	s := NewRedis(client, o)
	s.closers = append(s.closers, client)
	if err := s.redis.CheckFormat(ctx, format); errors.Is(err, ErrNewer) {
		return nil, errors.Join(fmt.Errorf("open the state store: %w", err), s.Close())
	}
	s.check = func(ctx context.Context) []string { return redisclient.Check(ctx, client, a.User(), redisRole()) }
	s.reach = func(ctx context.Context) (redisclient.Server, error) { return redisclient.Reach(ctx, client, a) }
	return s, nil
}

// Breakers are what the breakers in front of Redis did; zero for a file. It asks no
// server.
func (s *Store) Breakers() redisclient.BreakerStats {
	if s.redis == nil {
		return redisclient.BreakerStats{}
	}
	return s.redis.Breakers()
}

// Announce tells other versions of the program that this one is about to write. It
// returns ErrNewer if a newer one has written before, and nil if the server is away. A
// file needs none.
func (s *Store) Announce(ctx context.Context) error {
	if s.redis == nil {
		return nil
	}
	if err := s.redis.Announce(ctx, format); errors.Is(err, ErrNewer) {
		return err
	}
	return nil
}

// Reach says what the server is; see [redisclient.Reach]. It is for a store that
// OpenRedis has opened.
func (s *Store) Reach(ctx context.Context) (redisclient.Server, error) { return s.reach(ctx) }

// Check looks for faults in the settings of the server: a line each, with what to
// type against it; none for a file. It never takes longer than ctx allows, and
// nothing it finds keeps the store from being used.
func (s *Store) Check(ctx context.Context) []string {
	if s.check == nil {
		return nil
	}
	return s.check(ctx)
}

// Close releases what the store opened. What was written before is kept.
func (s *Store) Close() error {
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// redisRole is what this package does with a Redis.
func redisRole() redisclient.Role {
	key := store.Keys("check", []string{"check"}, "none")[0]
	return redisclient.Role{
		Stores:  "state",
		Durable: true,
		Version: "5.0",
		Because: "for scripts that read the clock",
		Keys:    store.KeyPrefix + "*",
		Uses: [][]any{
			{"eval", "return 0", 1, key},
			{"evalsha", "0000000000000000000000000000000000000000", 1, key},
			{"time"},
			{"get", key},
			{"set", key, "x", "px", 1},
			{"pttl", key},
			{"pexpire", key, 1},
			{"unlink", key},
			{"hget", key, "x"},
			{"hmget", key, "x"},
			{"hgetall", key},
			{"hlen", key},
			{"hexists", key, "x"},
			{"hset", key, "x", "x"},
			{"hincrby", key, "n", 1},
			{"hdel", key, "x", "n"},
			{"zadd", key, 1, "x"},
			{"zcard", key},
			{"zscore", key, "x"},
			{"zrange", key, 0, 0},
			{"zrangebylex", key, "-", "+"},
			{"zrevrangebylex", key, "+", "-"},
			{"zrangebyscore", key, 0, 0},
			{"zremrangebyscore", key, 0, 0},
			{"zremrangebyrank", key, 0, 0},
			{"zrem", key, "x"},
			{"unlink", key},
		},
	}
}
